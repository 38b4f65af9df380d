"""How long AWS takes, and that the resources' specification names tests that exist."""

import re
from pathlib import Path

from local_cloud.cloudformation import durations
from local_cloud.cloudformation.durations import Action, typical_seconds

SPECIFICATION = Path(durations.__file__).parent / "RESOURCES.md"
TESTS = Path(__file__).parent


def test_measured_durations_are_told_in_seconds_of_aws() -> None:
    assert typical_seconds("AWS::IAM::Role", Action.CREATE) == 18
    assert typical_seconds("AWS::SNS::Topic", Action.DELETE) == 46


def test_a_type_that_nobody_has_timed_takes_three_seconds() -> None:
    assert typical_seconds("Custom::Seed", Action.UPDATE) == 3


def test_every_sentence_of_the_resources_specification_names_a_test_that_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", SPECIFICATION.read_text(encoding="utf-8")))
    written = {
        name for path in TESTS.glob("test_*.py") for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))
    }

    assert named - written == set()
