"""The CDK app that groat is compared with makes the same site, or the comparison is worth nothing."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from bench import tools
from local_cloud.cloudformation.template.loading import load

ROOT = Path(__file__).parents[2]
LACKS = [each.why for each in tools.missing("cdk synth")]
pytestmark = [pytest.mark.slow, pytest.mark.node, pytest.mark.skipif(bool(LACKS), reason=f"cdk synth: {LACKS}")]

EXPANDED = {  # what the SAM transform makes of the types that are only its own
    "AWS::Serverless::HttpApi": {"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"},
    "AWS::Serverless::Function": {"AWS::Lambda::Function", "AWS::Lambda::Permission"},
}
THE_CDKS_WAY = {  # integration and route are of their own instead of in the API's body, and so is the role's policy
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::IAM::Policy",
    "AWS::CDK::Metadata",
}


def test_the_cdk_app_synthesises_the_same_types_of_resources(tmp_path: Path) -> None:
    ours = load(ROOT.joinpath("templates", "website.yaml").read_text(encoding="utf-8"))
    expected = set().union(*(EXPANDED.get(each.type, {each.type}) for each in ours.resources.values()))

    command = [str(tools.cdk_python), "app.py"]
    subprocess.run(command, cwd=ROOT / "bench" / "cdk_app", env={**os.environ, "CDK_OUTDIR": str(tmp_path)}, check=True)

    made = json.loads(tmp_path.joinpath("Website.template.json").read_text(encoding="utf-8"))["Resources"]
    assert {each["Type"] for each in made.values()} - THE_CDKS_WAY == expected
