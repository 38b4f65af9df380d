"""What a reader sees of a change: never two values that look alike."""

from changesets.models import Action, PropertyChange, ResourceChange
from changesets.rendering import what

REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/tracks-registry-repository"


def shown(before: str, after: str) -> str:
    change = PropertyChange(path="/Properties/Code/ImageUri", before=before, after=after)
    return what(
        ResourceChange(action=Action.MODIFY, logical_id="F", type="AWS::Lambda::Function", properties=(change,))
    ).plain


def test_two_long_values_are_shown_from_where_they_differ() -> None:
    told = shown(f"{REPOSITORY}@sha256:{'a' * 64}", f"{REPOSITORY}@sha256:{'b' * 64}")
    assert told == f"Code/ImageUri: …@sha256:{'a' * 30}… → …@sha256:{'b' * 30}…"


def test_short_values_are_shown_whole() -> None:
    assert shown("128", "256") == "Code/ImageUri: 128 → 256"


def test_a_value_that_is_only_longer_is_shown_from_its_beginning() -> None:
    assert shown("x" * 50, "x" * 60).startswith("Code/ImageUri: xxx")
