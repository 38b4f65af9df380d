"""Findings as values, and remembered ones that are never stale."""

import json
from datetime import date
from pathlib import Path

import pytest

from template_gen import Finding, lint
from template_gen.finding import Level
from template_gen.lint import Question, digest

BAD = "Resources:\n  Files:\n    Type: AWS::S3::Bucket\n    Properties:\n      Colour: red\n"
FOUND = Finding(
    template="bad.yaml",
    line=5,
    column=7,
    rule="E3002",
    path="Resources/Files/Properties/Colour",
    level=Level.ERROR,
    message="Additional properties are not allowed ('Colour' was unexpected)",
)


def test_a_finding_says_where_and_what() -> None:
    assert lint(BAD, name="bad.yaml") == (FOUND,)


def test_json_is_linted_like_yaml() -> None:
    text = json.dumps({"Resources": {"Files": {"Type": "AWS::S3::Bucket", "Properties": {"Colour": "red"}}}})
    assert [found.rule for found in lint(text, name="bad.json")] == ["E3002"]


EMPTY = "Transform: AWS::Serverless-2016-10-31\nResources:\n"  # cfn-lint itself breaks on it


@pytest.mark.parametrize(
    "text", [EMPTY, "", "a", "[1]", "a: [", "{}", "\x00", "é: ü", "a: &a [*a]", "Resources: 1", "- - -"]
)
def test_a_text_that_is_no_template_is_a_finding(text: str) -> None:
    assert {found.level for found in lint(text, name="odd")} == {Level.ERROR}


def test_a_region_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'eu-atlantis-1'"):
        lint(BAD, name="bad.yaml", region="eu-atlantis-1")


def test_findings_are_remembered(tmp_path: Path) -> None:
    # given a memory that differs from what the linter would find
    lint(BAD, name="bad.yaml", remembered=tmp_path)
    [memory] = tmp_path.iterdir()
    memory.write_text(memory.read_text().replace("Colour' was", "Farbe' was"))

    # when the same text is linted again, then the answer comes from the memory
    [found] = lint(BAD, name="bad.yaml", remembered=tmp_path)
    assert "Farbe" in found.message


def test_advice_is_given_when_asked_for() -> None:
    table = "{Type: AWS::SQS::Queue}"
    text = f"Resources:\n  Work: {table}\n"
    assert lint(text, name="queue.yaml") == ()
    assert [found.level for found in lint(text, name="queue.yaml", informational=True)] != []


@pytest.mark.parametrize("change", ["text", "region", "memory"])
def test_a_memory_of_something_else_is_not_believed(tmp_path: Path, change: str) -> None:
    # given remembered findings of a clean template under the name
    lint("Resources:\n  Files:\n    Type: AWS::S3::Bucket\n", name="bad.yaml", remembered=tmp_path)
    [memory] = tmp_path.iterdir()
    if change == "memory":
        memory.write_text("{")

    # when another text, region or a broken file is met, then the linter looks itself
    region = "eu-west-1" if change == "region" else "us-east-1"
    assert lint(BAD, name="bad.yaml", region=region, remembered=tmp_path) == (FOUND,)
    assert lint(BAD, name="bad.yaml", region=region, remembered=tmp_path) == (FOUND,)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_memory_ends_with_the_day() -> None:
    """cfn-lint's rules about ending runtimes read the date."""
    question = Question(BAD, "us-east-1", informational=False)
    assert digest(question, date(2026, 11, 23)) != digest(question, date(2026, 11, 24))


def test_nothing_is_written_without_a_memory(tmp_path: Path) -> None:
    lint(BAD, name="bad.yaml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "rules"), [(51_200, []), (51_201, ["I9316"]), (1_000_001, ["E9316"])])
def test_a_template_may_be_too_large(size: int, rules: list[str]) -> None:
    text = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties: {RetentionInDays: 14}\n#"
    found = lint(text.ljust(size, "x"), name="large.yaml", informational=True)
    assert [finding.rule for finding in found if finding.rule.endswith("9316")] == rules
