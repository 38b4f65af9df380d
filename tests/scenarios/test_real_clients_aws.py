"""Given a served local cloud, an unmodified AWS CLI packages, deploys, sees no changes, and reports a failure."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios import tools
from tests.scenarios.real_clients import Served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(tools.missing(tools.aws)), reason=f"aws cloudformation {tools.missing(tools.aws)}"),
]
TEMPLATE = """
Parameters:
  Name:
    Type: String
    Default: first
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Ref Name
  Layer:
    Type: AWS::Lambda::LayerVersion
    Properties:
      Content: layer
"""
Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aws(served: Served, tmp_path: Path) -> Aws:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "useful.py").write_text("ANSWER = 42\n")
    served.client("s3").create_bucket(Bucket="artifacts")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        time.sleep(1 - time.time() % 1)  # it names change sets by the second: two in one second would be one name
        return served.run(tools.aws, *words, cwd=tmp_path)

    return run


def test_package_and_deploy_create_update_and_see_no_changes(served: Served, aws: Aws) -> None:
    packaged = aws(
        *("cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", "artifacts"),
        *("--output-template-file", "packaged.yaml"),
    )
    assert packaged.returncode == 0, packaged.stderr
    assert served.client("s3").list_objects_v2(Bucket="artifacts")["KeyCount"] == 1

    deploy = ("cloudformation", "deploy", "--stack-name", "site", "--template-file", "packaged.yaml")
    assert aws(*deploy).returncode == 0
    assert served.status("site") == "CREATE_COMPLETE"

    again = aws(*deploy, "--no-fail-on-empty-changeset")
    assert (again.returncode, "No changes to deploy. Stack site is up to date" in again.stdout) == (0, True)

    assert aws(*deploy, "--parameter-overrides", "Name=second").returncode == 0
    assert served.status("site") == "UPDATE_COMPLETE"

    events = aws("cloudformation", "describe-stack-events", "--stack-name", "site", "--query", "StackEvents[0]")
    assert json.loads(events.stdout)["ResourceStatus"] == "UPDATE_COMPLETE"


def test_a_failing_deploy_says_so(served: Served, aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "topic.yaml").write_text("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n")
    served.fault(fault="fail-resource", resource="Topic", on="create", reason="No more topics.")

    failed = aws("cloudformation", "deploy", "--stack-name", "site", "--template-file", "topic.yaml")

    assert failed.returncode != 0
    assert "Failed to create/update the stack" in failed.stderr
    assert served.status("site") == "ROLLBACK_COMPLETE"


def test_create_wait_review_execute_drift_protect_and_delete(served: Served, aws: Aws, tmp_path: Path) -> None:
    group = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties: {{RetentionInDays: {}}}\n"
    (tmp_path / "logs.yaml").write_text(group.format(14))
    (tmp_path / "longer.yaml").write_text(group.format(30))

    def verb(*words: str) -> str:
        done = aws("cloudformation", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def told(query: str, *words: str) -> str:
        return verb(*words, "--query", query, "--output", "text")

    site = ("--stack-name", "site")
    verb("create-stack", *site, "--template-body", "file://logs.yaml", "--enable-termination-protection")
    verb("wait", "stack-create-complete", *site)

    verb("deploy", *site, "--template-file", "longer.yaml", "--no-execute-changeset")
    proposed = told("Summaries[0].ChangeSetName", "list-change-sets", *site)
    detail = "Changes[0].ResourceChange.Details[0].Target.Name"
    assert told(detail, "describe-change-set", *site, "--change-set-name", proposed) == "RetentionInDays"
    verb("execute-change-set", *site, "--change-set-name", proposed)
    verb("wait", "stack-update-complete", *site)

    group_name = told("StackResources[0].PhysicalResourceId", "describe-stack-resources", *site)
    served.client("logs").put_retention_policy(logGroupName=group_name, retentionInDays=1)
    detection = told("StackDriftDetectionId", "detect-stack-drift", *site)
    described = ("describe-stack-drift-detection-status", "--stack-drift-detection-id", detection)
    assert told("StackDriftStatus", *described) == "DRIFTED"
    differs = "StackResourceDrifts[0].PropertyDifferences[0].[PropertyPath,ExpectedValue,ActualValue]"
    assert told(differs, "describe-stack-resource-drifts", *site).split() == ["/RetentionInDays", "30", "1"]

    again = aws("cloudformation", "update-stack", *site, "--use-previous-template")
    assert "No updates are to be performed." in again.stderr
    verb("update-stack", *site, "--template-body", "file://logs.yaml")
    verb("wait", "stack-update-complete", *site)

    refused = aws("cloudformation", "delete-stack", *site)
    assert "Stack [site] cannot be deleted while TerminationProtection is enabled" in refused.stderr
    verb("update-termination-protection", *site, "--no-enable-termination-protection")
    verb("delete-stack", *site)
    verb("wait", "stack-delete-complete", *site)
