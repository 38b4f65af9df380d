"""No rule guesses: what a template leaves open is never wrong, and what makes no sense is nobody's crash."""

from collections.abc import Iterator
from typing import Any

import pytest

from template_gen.rules import findings
from tests.template_gen.rules.wrong import right

NAMES = (
    "site", "plain-site", "function-url", "free-plan", "rest-api", "registry", "many-origins", "static-logged",
    "static-website", "jobs", "workers", "signed-in", "http-api", "documented", "failover", "guarded", "apex",
)  # fmt: skip
NONSENSE: tuple[Any, ...] = (
    None, 1, "${", [], {}, [[]], {"Ref": ["a"]}, {"Fn::Sub": ["a"]}, {"Fn::Join": [1, {}]}, {"Fn::If": [[], 1]},
    {"Fn::GetAtt": [1, 2]}, {"Fn::FindInMap": [{}, [], 1]}, {"Fn::Select": ["x", None]},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a template."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def put(template: Any, path: tuple[Any, ...], value: Any) -> Any:
    holder = template
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return template


def is_property(path: tuple[Any, ...]) -> bool:
    inside_function = any(step == "Ref" or str(step).startswith("Fn::") for step in path)
    return len(path) > 3 and path[0] == "Resources" and path[2] == "Properties" and not inside_function


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_becomes_a_parameter_without_default_breaks_no_rule(name: str) -> None:
    found = {}
    for path in filter(is_property, places(right(name))):
        template = right(name) | {"Parameters": {**right(name).get("Parameters", {}), "Given": {"Type": "String"}}}
        broken = findings(put(template, path, {"Ref": "Given"}))
        found[path] = [finding.rule.id for finding in broken if finding.rule.id[0] != "I"]
    assert found
    assert {path: rules for path, rules in found.items() if rules} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nonsense_anywhere_is_no_crash(name: str) -> None:
    """Each place gets every fourth kind, the next place the next ones: like places are many."""
    for number, path in enumerate(places(right(name))):
        for nonsense in NONSENSE[number % 4 :: 4]:
            findings(put(right(name), path, nonsense))
