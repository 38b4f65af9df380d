"""Wait conditions: signals come by PUT to the URL of a handle, as a script on a machine sends them."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import boto3
import pytest

from local_cloud.compose import cloud
from tests.waiting import until

TEMPLATE = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Count": "2", "Timeout": "600"},
        },
    },
    "Outputs": {"Told": {"Value": {"Fn::GetAtt": ["Wait", "Data"]}}},
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """CloudFormation, with a stack that waits for two signals."""
    with cloud(state=tmp_path, speed=20) as server:
        client = boto3.client("cloudformation", endpoint_url=server.endpoint, region_name="us-east-1")
        client.create_stack(StackName="site", TemplateBody=json.dumps(TEMPLATE))
        yield client


def handle(client: Any) -> str:
    resources = client.describe_stack_resources(StackName="site")["StackResources"]
    made = [each for each in resources if each["LogicalResourceId"] == "Handle" and "PhysicalResourceId" in each]
    return str(made[0]["PhysicalResourceId"]) if made else ""


def put(url: str, signal: Mapping[str, str]) -> None:
    request = urllib.request.Request(url, json.dumps(signal).encode(), {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(request).close()


def stack(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_stacks(StackName="site")["Stacks"][0]
    return {} if found["StackStatus"].endswith("_IN_PROGRESS") else found


def test_a_wait_condition_counts_what_is_put_to_its_handle_and_tells_its_data(client: Any) -> None:
    url = until(lambda: handle(client))
    for unique_id, told in (("one", "first"), ("one", "again"), ("two", "second")):
        put(url, {"Status": "SUCCESS", "UniqueId": unique_id, "Data": told, "Reason": "done"})

    ended = until(lambda: stack(client))

    assert ended["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(ended["Outputs"][0]["OutputValue"]) == {"one": "first", "two": "second"}


def test_a_failure_that_is_put_fails_the_wait_condition_with_its_reason(client: Any) -> None:
    put(until(lambda: handle(client)), {"Status": "FAILURE", "UniqueId": "i-1", "Reason": "no disk"})

    until(lambda: stack(client))

    reasons = [e.get("ResourceStatusReason") for e in client.describe_stack_events(StackName="site")["StackEvents"]]
    assert "WaitCondition received failed message: 'no disk' for uniqueId: i-1" in reasons


def test_a_signal_to_a_handle_that_does_not_exist_is_refused(client: Any) -> None:
    url = until(lambda: handle(client))
    with pytest.raises(HTTPError, match="400"):
        put(url.replace("Handle=", "Handle=x"), {"Status": "SUCCESS", "UniqueId": "one"})
