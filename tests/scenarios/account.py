"""An AWS account of a test's own, on the local cloud, into which a golden shape of website is deployed."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from local_cloud import VirtualClock, attach
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.container_images import ImageName, put
from local_cloud.services import Services
from local_cloud.surroundings import around

GOLDEN = Path(__file__).parents[1] / "golden" / "templates"
SHAPES = sorted(path.name for path in GOLDEN.iterdir())
SERVICES = Services()
DOMAINS = {
    "pages-with-domain": "example.com",
    "no-frontend": "example.com",
    "free-plan": "example.org",
    "everything": "example.net",
}
A_DAY = 24 * 3600


class Account:
    """It has a hosted zone and the origin's secret, and remembers every output for the next stack's parameters."""

    def __init__(self, shape: str) -> None:
        SERVICES.reset()
        self.shape = shape
        self.clock = VirtualClock()
        keys: Any = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "local"}
        self.client: Any = boto3.client("cloudformation", region_name="us-east-1", **keys)
        self.engine = attach(self.client, clock=self.clock, handlers=backed(SERVICES), surroundings=around(SERVICES))
        self.values = {"AlertEmail": "me@example.com"}
        if shape in DOMAINS:
            zone = SERVICES.client("route53").create_hosted_zone(Name=DOMAINS[shape], CallerReference="1")
            self.values["HostedZoneId"] = zone["HostedZone"]["Id"].rpartition("/")[2]
        for path in ("/blog", "/everything"):
            SERVICES.client("ssm").put_parameter(Name=f"{path}/ORIGIN_SECRET", Value="unguessable", Type="String")

    @property
    def has_certificate(self) -> bool:
        return (GOLDEN / self.shape / "certificate.yaml").exists()

    def push(self, digit: str) -> None:
        """Put an image into the registry that was deployed, and deploy it from now on."""
        uri = f"{self.values['RepositoryUri']}@sha256:{64 * digit}"
        name = ImageName.parse(uri)
        assert name
        put(SERVICES, name)
        self.values["ImageUri"] = uri

    def create(self, stack: str) -> dict[str, Any]:
        return self._settled(self.client.create_stack(**self._given(stack)))

    def update(self, stack: str, **values: str) -> dict[str, Any]:
        self.values |= values
        return self._settled(self.client.update_stack(**self._given(stack)))

    def delete(self, stack: Mapping[str, Any]) -> dict[str, Any]:
        self.client.delete_stack(StackName=stack["StackId"])
        return self._settled(stack)

    def failures(self, stack: Mapping[str, Any]) -> list[str]:
        events = self.client.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
        return [json.dumps(event, default=str) for event in events if event["ResourceStatus"].endswith("FAILED")]

    def _given(self, stack: str) -> dict[str, Any]:
        text = (GOLDEN / self.shape / f"{stack}.yaml").read_text(encoding="utf-8")
        declared = re.findall(r"^  (\w+):\n    Type: (?:String|Number|AWS::Route53)", text, re.MULTILINE)
        values = [{"ParameterKey": key, "ParameterValue": self.values[key]} for key in declared if key in self.values]
        return {
            "StackName": f"{self.shape}-{stack}",
            "TemplateBody": text,
            "Parameters": values,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        }

    def _settled(self, stack: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.sleep(A_DAY)
        found: dict[str, Any] = self.client.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
        self.values |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
        return found
