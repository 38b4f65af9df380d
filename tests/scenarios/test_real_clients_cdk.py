"""Given a served local cloud, an unmodified CDK bootstraps, deploys, fails, and rolls back."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.scenarios import tools
from tests.scenarios.real_clients import Served

LACKS = tools.missing(tools.cdk, tools.cdk_python)
pytestmark = [pytest.mark.slow, pytest.mark.node, pytest.mark.skipif(bool(LACKS), reason=f"cdk {LACKS}")]

APP = """
import os
import aws_cdk as cdk
from aws_cdk import aws_s3, aws_sqs

app = cdk.App()
stack = cdk.Stack(app, "Tracks", env=cdk.Environment(account="111111111111", region="us-east-1"))
aws_sqs.Queue(stack, "Queue", visibility_timeout=cdk.Duration.seconds(int(os.environ["VISIBLE"])))
if "BUCKET" in os.environ:
    aws_s3.Bucket(stack, "Bucket").node.default_child.override_logical_id("Bucket")
app.synth()
"""
Cdk = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cdk(served: Served, tmp_path: Path) -> Cdk:
    (tmp_path / "app.py").write_text(APP)
    quietly = ("--ci", "--no-notices", "--app", f"{tools.cdk_python} app.py")

    def run(*words: str, visible: int = 30, **more: str) -> subprocess.CompletedProcess[str]:
        env = {"VISIBLE": str(visible), "CDK_DISABLE_CLI_TELEMETRY": "true", **more}
        return served.run(tools.cdk, *words, *quietly, cwd=tmp_path, env=env)

    return run


def test_bootstrap_deploy_fail_rollback_diff_direct_and_destroy(served: Served, cdk: Cdk) -> None:
    deploy = ("deploy", "Tracks", "--require-approval", "never")

    bootstrapped = cdk("bootstrap", "aws://111111111111/us-east-1")
    assert bootstrapped.returncode == 0, bootstrapped.stderr
    assert served.status("CDKToolkit") == "CREATE_COMPLETE"

    created = cdk(*deploy)
    assert created.returncode == 0, created.stderr
    assert served.status("Tracks") == "CREATE_COMPLETE"

    assert cdk(*deploy, visible=60).returncode == 0
    assert served.status("Tracks") == "UPDATE_COMPLETE"

    served.fault(fault="fail-resource", resource="Queue*", on="update", reason="The queue is on strike.")
    failed = cdk(*deploy, "--no-rollback", visible=90)
    assert failed.returncode == 1
    assert "The queue is on strike." in failed.stdout + failed.stderr
    assert served.status("Tracks") == "UPDATE_FAILED"

    rolled_back = cdk("rollback", "Tracks")
    assert rolled_back.returncode == 0, rolled_back.stderr
    assert served.status("Tracks") == "UPDATE_ROLLBACK_COMPLETE"

    shown = cdk("diff", "Tracks", visible=90)
    assert "Number of stacks with differences: 1" in shown.stdout + shown.stderr

    assert cdk(*deploy, "--method=direct", visible=90).returncode == 0
    assert served.status("Tracks") == "UPDATE_COMPLETE"

    assert cdk("destroy", "Tracks", "--force").returncode == 0
    with pytest.raises(ClientError, match="does not exist"):
        served.status("Tracks")


def test_import_takes_an_existing_bucket_into_the_stack(served: Served, cdk: Cdk, tmp_path: Path) -> None:
    assert cdk("bootstrap", "aws://111111111111/us-east-1").returncode == 0
    assert cdk("deploy", "Tracks", "--require-approval", "never").returncode == 0
    served.client("s3").create_bucket(Bucket="mine-already")
    (tmp_path / "mapping.json").write_text(json.dumps({"Bucket": {"BucketName": "mine-already"}}))

    imported = cdk("import", "Tracks", "--resource-mapping", "mapping.json", BUCKET="yes")

    assert imported.returncode == 0, imported.stderr
    assert served.status("Tracks") == "IMPORT_COMPLETE"
    assert cdk("deploy", "Tracks", "--require-approval", "never", BUCKET="yes").returncode == 0
    shown = cdk("drift", "Tracks", BUCKET="yes")
    assert "No drift detected" in shown.stdout + shown.stderr
