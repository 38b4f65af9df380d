"""What a reader sees of a change: never two values that look alike, nothing cut off, no marker of AWS's."""

from changesets.models import KNOWN_LATER, Action, PropertyChange, ResourceChange
from changesets.rendering import changes

REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/tracks-registry-repository"


def shown(before: str | None, after: str | None, cause: str = "") -> str:
    change = PropertyChange(path="/Properties/Code/ImageUri", before=before, after=after, cause=cause)
    _, line = changes(
        (ResourceChange(action=Action.MODIFY, logical_id="F", type="AWS::Lambda::Function", properties=(change,)),)
    )
    return line.plain.strip()


def test_two_long_values_are_shown_from_where_they_differ() -> None:
    told = shown(f"{REPOSITORY}@sha256:{'a' * 64}", f"{REPOSITORY}@sha256:{'b' * 64}")
    assert told == f"Code/ImageUri: …@sha256:{'a' * 30}… → …@sha256:{'b' * 30}…"


def test_short_values_are_shown_whole() -> None:
    assert shown("128", "256") == "Code/ImageUri: 128 → 256"


def test_a_value_that_is_only_longer_is_shown_from_its_beginning() -> None:
    assert shown("x" * 50, "x" * 60).startswith("Code/ImageUri: xxx")


def test_a_value_that_comes_or_goes_is_told_as_none() -> None:
    assert shown(None, "256") == "Code/ImageUri: none → 256"
    assert shown("128", "") == "Code/ImageUri: 128 → none"


def test_a_value_that_a_parameter_brings_names_it() -> None:
    assert shown("128", "256", "Memory") == "Code/ImageUri: 128 → 256 (Memory)"


def test_a_value_that_only_the_deployment_brings_is_told_by_where_it_comes_from() -> None:
    assert shown("a", KNOWN_LATER, "Table.Arn") == "Code/ImageUri: a → Table.Arn, known after the deployment"
    table = f'{{"TABLE":"{KNOWN_LATER}"}}'
    assert shown("", table, "Table") == 'Code/ImageUri: none → {"TABLE":"known later"} (Table)'
    assert shown("a", KNOWN_LATER) == "Code/ImageUri: a → a value, known after the deployment"


def test_the_lines_of_resources_stand_in_columns() -> None:
    table = ResourceChange(action=Action.REMOVE, logical_id="Table", type="AWS::DynamoDB::Table")
    role = ResourceChange(action=Action.ADD, logical_id="FunctionRole", type="AWS::IAM::Role")
    assert [line.plain for line in changes((table, role))] == [
        "-  Table         AWS::DynamoDB::Table  deleted",
        "+  FunctionRole  AWS::IAM::Role",
    ]
