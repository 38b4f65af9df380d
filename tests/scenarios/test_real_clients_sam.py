"""Given a served local cloud, an unmodified `sam deploy` creates, updates, sees no changes, and reports a failure.

It also reads this repository's own samconfig.toml: `sam deploy --config-env prod`.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkout import copy_to
from tests.scenarios.real_clients import Served

TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Memory:
    Type: Number
    Default: 128
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      MemorySize: !Ref Memory
      Events:
        Api:
          Type: HttpApi
Outputs:
  Name:
    Value: !Ref Hello
"""
Sam = Callable[..., subprocess.CompletedProcess[str]]
SAM = Path(sys.executable).with_name("sam")


@pytest.fixture
def sam_deploy(served: Served, tmp_path: Path) -> Sam:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "app.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (project / "template.yaml").write_text(TEMPLATE)
    command = (SAM, "deploy", "--stack-name", "hello", "--resolve-s3")
    quietly = ("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar")
    return lambda *more: served.run(*command, *quietly, *more, cwd=project, env={"SAM_CLI_POLL_DELAY": "0.2"})


@pytest.mark.slow
def test_sam_lists_the_endpoints_of_a_stack_and_invokes_its_function(
    served: Served, sam_deploy: Sam, tmp_path: Path
) -> None:
    assert sam_deploy().returncode == 0
    of_it = ("--stack-name", "hello")

    listed = served.run(SAM, "list", "endpoints", *of_it, "--output", "json", cwd=tmp_path / "project")
    assert ".execute-api.us-east-1.amazonaws.com/$default" in listed.stdout, listed.stderr

    invoked = served.run(SAM, "remote", "invoke", "Hello", *of_it, "--event", "{}", cwd=tmp_path / "project")
    assert '"hello"' in invoked.stdout, invoked.stderr


@pytest.mark.slow
def test_sam_deploy_creates_updates_and_sees_no_changes(served: Served, sam_deploy: Sam) -> None:
    created = sam_deploy()
    assert "Successfully created/updated stack - hello in us-east-1" in created.stdout, created.stderr
    assert served.status("hello") == "CREATE_COMPLETE"

    again = sam_deploy()
    assert "No changes to deploy. Stack hello is up to date" in again.stderr

    updated = sam_deploy("--parameter-overrides", "Memory=256")
    assert updated.returncode == 0, updated.stderr
    [stack] = served.client("cloudformation").describe_stacks(StackName="hello")["Stacks"]
    name = stack["Outputs"][0]["OutputValue"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert served.client("lambda").get_function(FunctionName=name)["Configuration"]["MemorySize"] == 256

    tagged = sam_deploy("--parameter-overrides", "Memory=256", "--tags", "owner=me")
    assert tagged.returncode == 0, tagged.stderr
    arn = served.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    assert served.client("lambda").list_tags(Resource=arn)["Tags"]["owner"] == "me"


@pytest.mark.slow
def test_sam_lists_what_is_deployed_and_deletes_it_with_its_artifacts(
    served: Served, sam_deploy: Sam, tmp_path: Path
) -> None:
    def sam(*words: str) -> subprocess.CompletedProcess[str]:
        return served.run(SAM, *words, "--stack-name", "hello", cwd=tmp_path / "project")

    assert sam_deploy().returncode == 0

    [output] = json.loads(sam("list", "stack-outputs", "--output", "json").stdout)
    resources = json.loads(sam("list", "resources", "--output", "json").stdout)
    ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    assert output["OutputValue"] == ids["Hello"]
    assert ids["ServerlessHttpApiApiGatewayDefaultStage"] == "$default"

    deleted = sam("delete", "--no-prompts", "--region", "us-east-1")
    assert "Deleted successfully" in deleted.stdout, deleted.stderr
    assert deleted.stderr.count("Deleting S3 object") == 2
    gone = sam("delete", "--no-prompts", "--region", "us-east-1")
    assert "The input stack hello does not exist on Cloudformation in the region us-east-1" in gone.stdout + gone.stderr


@pytest.mark.slow
def test_a_failing_sam_deploy_shows_the_cause_and_ends_in_rollback(served: Served, sam_deploy: Sam) -> None:
    served.fault(fault="fail-resource", resource="Hello", on="create", reason="The function is too large.")

    failed = sam_deploy()

    assert failed.returncode == 1
    assert "Failed to create/update the stack: hello" in failed.stderr
    assert "CREATE_FAILED            AWS::Lambda::Function    Hello" in failed.stdout
    assert served.status("hello") == "ROLLBACK_COMPLETE"


IMAGE = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/tracks@sha256:{'a' * 64}"


@pytest.mark.slow
def test_sam_deploy_reads_the_same_environment_as_groat(served: Served, tmp_path: Path) -> None:
    root = tmp_path / "site"
    root.mkdir()
    copy_to(root)
    command = (SAM, "deploy", "--config-env", "prod", "--no-confirm-changeset")

    without_image = served.run(*command, cwd=root)
    assert "Parameters: [ImageUri] must have values" in without_image.stderr
    assert "Stack name                   : tracks" in without_image.stdout

    served.image(IMAGE, root)
    created = served.run(*command, "--parameter-overrides", f"ImageUri={IMAGE}", cwd=root)
    assert "Successfully created/updated stack - tracks in us-east-1" in created.stdout, created.stderr
    assert served.status("tracks") == "CREATE_COMPLETE"

    again = served.run(*command, cwd=root)
    assert "No changes to deploy. Stack tracks is up to date" in again.stderr, again.stderr
