"""The specification beside the code names tests that exist, and every status and operation that is simulated."""

import re
from pathlib import Path

from local_cloud.cloudformation import engine

PAGES = [Path(engine.__file__).parent / name for name in ("README.md", "resources/README.md")]
TESTS = [*Path(__file__).parents[1].rglob("test_*.py")]


def test_every_sentence_names_a_test_that_exists() -> None:
    exist = {name for path in TESTS for name in re.findall(r"^ *def (test_\w+)|^(TestStory)", path.read_text(), re.M)}
    known = {name for pair in exist for name in pair}
    named = {name for page in PAGES for name in re.findall(r"`(test_\w+|TestStory)`", page.read_text(encoding="utf-8"))}
    assert named <= known


def test_the_engine_answers_the_operations_that_the_house_needs() -> None:
    assert engine.CALLS.keys() == {
        "CancelUpdateStack",
        "ContinueUpdateRollback",
        "CreateChangeSet",
        "CreateStack",
        "DeleteChangeSet",
        "DeleteStack",
        "DescribeChangeSet",
        "DescribeEvents",
        "DescribeStackDriftDetectionStatus",
        "DescribeStackEvents",
        "DescribeStackResource",
        "DescribeStackResourceDrifts",
        "DescribeStackResources",
        "DescribeStacks",
        "DetectStackDrift",
        "DetectStackResourceDrift",
        "ExecuteChangeSet",
        "GetStackPolicy",
        "GetTemplate",
        "GetTemplateSummary",
        "ListChangeSets",
        "ListExports",
        "ListImports",
        "ListStackResources",
        "ListStacks",
        "RollbackStack",
        "SetStackPolicy",
        "SignalResource",
        "UpdateStack",
        "UpdateTerminationProtection",
        "ValidateTemplate",
    }
