"""A served local cloud, asked by clients that know nothing but its endpoint."""

from typing import Any

import boto3

from local_cloud.server import Server
from tests.waiting import until


def client(server: Server, service: str, region: str = "us-east-1") -> Any:
    return boto3.client(service, endpoint_url=server.endpoint, region_name=region)  # type: ignore[call-overload]


def settled(server: Server, stack: str) -> dict[str, Any]:
    """The stack as it is in the end."""
    cloudformation = client(server, "cloudformation")

    def resting() -> dict[str, Any]:
        [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return {} if found["StackStatus"].endswith("_IN_PROGRESS") else dict(found)

    return until(resting)


def reason_of_failure(server: Server, stack: str) -> str:
    """Of the one resource whose creation failed."""
    events = client(server, "cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    [reason] = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    return str(reason)
