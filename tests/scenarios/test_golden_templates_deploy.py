"""Every shape of website lives its whole life on the local cloud: created, updated, deleted, and its data kept."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_cloud import VirtualClock, attach
from local_cloud.cloudformation.resources import backed
from local_cloud.container_images import ImageName, put
from local_cloud.services import Services
from local_cloud.surroundings import around

GOLDEN = Path(__file__).parents[1] / "golden" / "templates"
SHAPES = sorted(path.name for path in GOLDEN.iterdir())
SERVICES = Services()
DOMAIN = {
    "pages-with-domain": "example.com",
    "no-frontend": "example.com",
    "free-plan": "example.org",
    "everything": "example.net",
}
KEPT = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}
A_DAY = 24 * 3600


class Account:
    """An AWS account with a hosted zone and the origin's secret, and one shape of website to be deployed into it."""

    def __init__(self, shape: str) -> None:
        SERVICES.reset()
        self.shape = shape
        self.clock = VirtualClock()
        self.client = boto3.client("cloudformation", region_name="us-east-1")
        attach(self.client, clock=self.clock, handlers=backed(SERVICES), surroundings=around(SERVICES))
        self.values = {"AlertEmail": "me@example.com"}
        if shape in DOMAIN:
            zone = SERVICES.client("route53").create_hosted_zone(Name=DOMAIN[shape], CallerReference="1")
            self.values["HostedZoneId"] = zone["HostedZone"]["Id"].rpartition("/")[2]
        for path in ("/blog", "/everything"):
            SERVICES.client("ssm").put_parameter(Name=f"{path}/ORIGIN_SECRET", Value="unguessable", Type="String")

    def push(self, digit: str) -> None:
        """Put an image into the registry that was deployed, and deploy it from now on."""
        uri = f"{self.values['RepositoryUri']}@sha256:{64 * digit}"
        name = ImageName.parse(uri)
        assert name
        put(SERVICES, name)
        self.values["ImageUri"] = uri

    def create(self, stack: str) -> dict[str, Any]:
        text = (GOLDEN / self.shape / f"{stack}.yaml").read_text(encoding="utf-8")
        return self._settled(self.client.create_stack(TemplateBody=text, **self._given(stack, text)))

    def update(self, stack: str, **values: str) -> dict[str, Any]:
        self.values |= values
        text = (GOLDEN / self.shape / f"{stack}.yaml").read_text(encoding="utf-8")
        return self._settled(self.client.update_stack(TemplateBody=text, **self._given(stack, text)))

    def delete(self, stack: Mapping[str, Any]) -> dict[str, Any]:
        self.client.delete_stack(StackName=stack["StackId"])
        return self._settled(stack)

    def _given(self, stack: str, text: str) -> dict[str, Any]:
        declared = re.findall(r"^  (\w+):\n    Type: (?:String|Number|AWS::Route53)", text, re.M)
        parameters = [
            {"ParameterKey": key, "ParameterValue": self.values[key]} for key in declared if key in self.values
        ]
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        return {"StackName": f"{self.shape}-{stack}", "Parameters": parameters, "Capabilities": capabilities}

    def _settled(self, stack: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.sleep(A_DAY)
        found: dict[str, Any] = self.client.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
        self.values |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
        return found

    def failures(self, stack: Mapping[str, Any]) -> list[str]:
        events = self.client.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
        return [json.dumps(event, default=str) for event in events if event["ResourceStatus"].endswith("FAILED")]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_created_updated_and_deleted(shape: str) -> None:
    account = Account(shape)
    has_certificate = (GOLDEN / shape / "certificate.yaml").exists()

    # when its stacks are deployed in order, each with the outputs of those before it
    registry = account.create("registry")
    account.push("a")
    certificate = account.create("certificate") if has_certificate else None
    website = account.create("website")

    # then it is there, under its own name
    assert (website["StackStatus"], account.failures(website)) == ("CREATE_COMPLETE", [])
    assert account.values["Url"].startswith("https://")

    # when another image and more memory are deployed, then it is updated
    account.push("b")
    website = account.update("website", MemorySize="2048")
    assert (website["StackStatus"], account.failures(website)) == ("UPDATE_COMPLETE", [])

    # when it is deleted, then nothing is left but what holds data
    resources = account.client.describe_stack_resources(StackName=website["StackId"])["StackResources"]
    assert account.delete(website)["StackStatus"] == "DELETE_COMPLETE"
    left = account.client.describe_stack_resources(StackName=website["StackId"])["StackResources"]
    kept = {item["LogicalResourceId"] for item in left if item["ResourceStatus"] == "DELETE_SKIPPED"}
    data = {item["LogicalResourceId"] for item in resources if item["ResourceType"] in KEPT} - {"FrontendBucket"}
    assert kept == data
    for stack in (certificate, registry):
        assert stack is None or account.delete(stack)["StackStatus"] == "DELETE_COMPLETE"
