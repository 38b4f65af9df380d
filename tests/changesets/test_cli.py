"""`python -m changesets`: flags as in the AWS command line, exit codes, clear words, and quick to start."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from changesets.__main__ import main
from local_cloud.compose import cloud
from tests.changesets.cloud import template, topic

PARAMETER = {"Parameters": {"Name": {"Type": "String"}}}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cloud(state=tmp_path_factory.mktemp("cloud"), speed=0) as server:
        yield server.endpoint


@pytest.fixture
def run(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> "Run":
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    return Run(tmp_path / "template.json", request.node.name.replace("_", "-")[:60])


class Run:
    """One stack per test; `template` is the file's content."""

    def __init__(self, file: Path, stack: str) -> None:
        self.file, self.stack = file, stack
        self.file.write_text(template())

    def __call__(self, verb: str, *words: str) -> Result:
        file = ["--template-file", str(self.file)] if verb in ("apply", "review") else []
        return CliRunner().invoke(main, [verb, "--stack-name", self.stack, *file, *words])


def test_apply_then_apply_again_then_delete(run: Run) -> None:
    first = run("apply")
    assert (first.exit_code, "Deployed" in first.output) == (0, True), first.output
    again = run("apply")
    assert (again.exit_code, "No changes" in again.output) == (0, True)
    assert run("delete", "--yes").exit_code == 0
    assert run("delete").exit_code == 0


def test_several_words_after_one_flag_are_as_in_the_aws_command_line(run: Run) -> None:
    body = json.loads(template()) | PARAMETER
    body["Parameters"]["Other"] = {"Type": "String", "Default": "x"}
    run.file.write_text(json.dumps(body))
    words = [
        "--parameter-overrides",
        "Name=a=b",
        "Other=c",
        "--tags",
        "one=1",
        "two=2",
        "--capabilities",
        "CAPABILITY_IAM",
    ]
    assert run("apply", *words).exit_code == 0
    told = json.loads(run("status", "--json").output)
    assert told["stack"]["parameters"] == {"Name": "a=b", "Other": "c"}
    assert told["stack"]["tags"] == {"one": "1", "two": "2"}


def test_a_value_for_a_parameter_that_the_template_does_not_have_is_left_out_aloud(run: Run) -> None:
    run.file.write_text(json.dumps(json.loads(template()) | PARAMETER))
    done = run("apply", "--parameter-overrides", "Name=a", "Nmae=b")
    assert (done.exit_code, "no such parameters, which are left out: Nmae" in done.output) == (0, True)
    assert "left out" not in run("apply", "--parameter-overrides", "Name=a").output


def test_a_review_exits_with_two_only_when_asked_and_only_with_changes(run: Run) -> None:
    assert run("review", "--exit-code").exit_code == 2
    assert run("review").exit_code == 0
    run("apply")
    assert run("review", "--exit-code").exit_code == 0


def test_a_review_in_markdown_begins_with_what_is_replaced(run: Run) -> None:
    run("apply")
    run.file.write_text(template(Topic={"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "named"}}))
    assert run("review", "--markdown").output.startswith("### Replaced\n- `Topic`")


def test_a_review_is_printed_in_one_format(run: Run) -> None:
    refused = run("review", "--markdown", "--json")
    assert (refused.exit_code, "leave one out" in refused.output) == (2, True)


def test_json_is_one_object_per_line_and_the_outcome_is_last(run: Run) -> None:
    lines = [json.loads(line) for line in run("apply", "--json").output.splitlines()]
    assert [line["type"] for line in lines[:2]] == ["observed", "step_started"]
    assert lines[-1]["type"] == "deployed"
    executed = next(line for line in lines if line.get("step", {}).get("operation") == "ExecuteChangeSet")
    assert executed["step"]["why"] == "as reviewed: 1 change"


def test_without_consent_the_flags_that_would_give_it_are_named(run: Run) -> None:
    table: dict[str, Any] = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "DeletionProtectionEnabled": True,
        },
    }
    run.file.write_text(template(Topic=topic("x"), Table=table))
    run("apply")
    run.file.write_text(
        template(
            Topic=topic("x"), Table={**table, "Properties": {**table["Properties"], "DeletionProtectionEnabled": False}}
        )
    )
    declined = run("apply")
    assert declined.exit_code == 1
    assert "PROTECTION WEAKENED  Table: deletion protection is switched off" in declined.output
    assert "--yes" in declined.output
    assert run("apply", "--allow", "Table").exit_code == 0


def test_explain_says_what_recover_would_do_and_does_nothing(run: Run) -> None:
    told = run("recover", "--explain")
    assert (told.exit_code, "Ready" in told.output) == (0, True)


def test_a_wrong_pair_is_a_usage_error_that_names_it(run: Run) -> None:
    told = run("apply", "--parameter-overrides", "Name")
    assert told.exit_code == 2
    assert "is not KEY=VALUE: Name" in told.output


def test_an_unknown_profile_is_a_message_and_no_traceback(run: Run) -> None:
    told = run("status", "--profile", "nobody")
    assert told.exit_code == 1
    assert "nobody" in told.output
    assert "Traceback" not in told.output


def test_nobody_listening_is_a_message_and_no_traceback(run: Run) -> None:
    told = run("status", "--endpoint-url", "http://127.0.0.1:9")
    assert told.exit_code == 1
    assert "No answer to DescribeStacks" in told.output


def test_an_endpoint_that_is_no_url_is_a_message_and_no_traceback(run: Run) -> None:
    result = run("status", "--endpoint-url", "127.0.0.1:4566")
    assert result.exit_code == 1
    assert result.output.startswith("Error: Invalid endpoint: 127.0.0.1:4566\n→ name a region")


def test_a_template_that_is_no_text_is_a_usage_error_that_names_it(run: Run) -> None:
    run.file.write_bytes(b"\xff\xfe")
    result = run("apply")
    assert result.exit_code == 2
    assert f"Not a text file in UTF-8: {run.file}" in result.output


def test_importing_the_package_imports_neither_boto3_nor_rich() -> None:
    heavy = "import sys, changesets; print(*{'boto3', 'botocore', 'rich', 'yaml', 'click'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout == "\n"
