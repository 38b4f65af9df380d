"""`groat lint FILE` on anybody's templates, and on what is none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groat import templates
from groat.cli import groat
from groat.errors import GroatError
from groat.project import Project

LOGS = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      RetentionInDays: 14\n"
OPEN = LOGS.replace("    Properties:\n      RetentionInDays: 14\n", "")  # cfn-lint remarks on it, no more
NAMED = LOGS.replace("14", "15")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tmp_path / "template.yaml"


def lint(*words: object) -> Result:
    return CliRunner().invoke(groat, ["lint", *map(str, words)])


def test_a_right_template_is_said_to_be_one(template: Path) -> None:
    template.write_text(LOGS)
    assert (lint(template).exit_code, lint(template).output.splitlines()[0]) == (0, "1 template: nothing found")


def test_an_error_is_a_line_and_an_exit_code(template: Path) -> None:
    template.write_text(NAMED)
    done = lint(template)
    assert done.exit_code == 1
    assert done.output.startswith(f"{template}:5:7: E3030 ")
    assert "1 template: 1 error" in done.output


def test_remarks_are_counted_and_shown_when_asked_for(template: Path) -> None:
    template.write_text(OPEN)
    hidden, shown = lint(template), lint("--remarks", template)
    assert (hidden.exit_code, shown.exit_code) == (0, 0)
    assert "remarks on cost and taste: add --remarks" in hidden.output
    assert {line.split()[1][0] for line in shown.output.splitlines() if line.startswith(str(template))} == {"I"}


def test_findings_for_machines_are_one_json_object_a_line(template: Path) -> None:
    template.write_text(NAMED)
    [record] = [json.loads(line) for line in lint("--json", template).output.splitlines()]
    assert (record["type"], record["rule"], record["level"], record["line"]) == ("finding", "E3030", "error", 5)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "Not a text file in UTF-8: "),
        (b"[" * 100_000, "Nested too deeply for a template, 100000 levels: "),
    ],
)
def test_what_is_no_template_is_refused_by_a_sentence(template: Path, content: bytes, said: str) -> None:
    template.write_bytes(content)
    with pytest.raises(GroatError, match=said) as refused:
        raise lint(template).exception or AssertionError("nothing was refused")
    assert refused.value.hint


def test_an_unknown_region_is_refused_by_a_sentence(template: Path) -> None:
    template.write_text(LOGS)
    assert str(lint("--region", "mars-1", template).exception) == "AWS has no such region: 'mars-1'"


def test_an_unknown_region_of_samconfig_is_refused_by_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(GroatError, match="AWS has no such region: 'mars-1'") as refused:
        templates.lint(Project(tmp_path), {"website.yaml": LOGS}, region="mars-1")
    assert refused.value.hint == "correct region in samconfig.toml"
