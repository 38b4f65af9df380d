"""Where two values differ: the laws that hold for any two."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local_cloud.cloudformation.changes.details import ABSENT, at, differing, shown
from local_cloud.cloudformation.values import texts

KEYS = st.text("abc", min_size=1, max_size=2)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text("xyz", max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(differing(texts(value), texts(value))) == []


@given(VALUES, VALUES)
def test_each_difference_is_found_again_at_its_path(before: Any, after: Any) -> None:
    before, after = texts(before), texts(after)
    found = list(differing(before, after))
    assert bool(found) == (before != after)
    for path, one, other in found:
        assert at(before, path) == one
        assert at(after, path) == other
        assert one != other


@given(VALUES)
def test_values_as_text_hold_only_text(value: Any) -> None:
    assert texts(texts(value)) == texts(value)
    assert isinstance(shown(texts(value)), str)


def test_what_is_not_there_is_absent() -> None:
    assert at({"a": ["b"]}, ("a", "1")) is ABSENT
    assert at({"a": "b"}, ("a", "b", "c")) is ABSENT
