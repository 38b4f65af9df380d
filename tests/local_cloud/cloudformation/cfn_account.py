"""An account of the local cloud in virtual time, with the few verbs that the tests speak."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local_cloud import CloudFormation, VirtualClock
from local_cloud.cloudformation.faults import Fault
from local_cloud.cloudformation.resources.generic import Generic
from tests.local_cloud.cloudformation.shapes import misfits

Story = list[tuple[str, str, str | None]]


class Account:
    """`account("CreateStack", StackName=…)` calls; `settle` lets time pass until everything rests or hangs.

    Whatever a test asks for, no answer has anything that the API's model does not allow.
    """

    def __init__(self, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.engine = CloudFormation(self.clock, **settings)

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        answer = self.engine.call(operation, params)
        assert misfits(operation, answer) == []
        return answer

    @property
    def made(self) -> dict[Any, Any]:
        """What the generic handler has made, by its key: the properties. A test may change it behind the back."""
        generic = self.engine.world.handlers.generic
        assert isinstance(generic, Generic)
        return generic.records

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.engine.advance()

    def settle(self, *, within: timedelta = timedelta(hours=2)) -> None:
        deadline = self.clock.now() + within
        while (due := self.engine.next_due()) and due <= deadline:
            self.wait(max((due - self.clock.now()).total_seconds(), 0.001))

    def fail(self, *faults: Fault) -> None:
        self.engine.faults.add(*faults)

    def create(self, template: Mapping[str, Any], name: str = "site", **params: Any) -> str:
        answer = self("CreateStack", StackName=name, TemplateBody=json.dumps(template), **params)
        self.settle()
        return str(answer["StackId"])

    def update(self, template: Mapping[str, Any], name: str = "site", **params: Any) -> None:
        self("UpdateStack", StackName=name, TemplateBody=json.dumps(template), **params)
        self.settle()

    def propose(self, template: Mapping[str, Any], name: str = "site", **params: Any) -> dict[str, Any]:
        """Create a change set and wait for it; DescribeChangeSet's answer."""
        given = {"ChangeSetName": "proposal", "ChangeSetType": "UPDATE", **params}
        made = self("CreateChangeSet", StackName=name, TemplateBody=json.dumps(template), **given)
        self.settle()
        return self("DescribeChangeSet", ChangeSetName=made["Id"])

    def execute(self, change_set: Mapping[str, Any], **params: Any) -> None:
        self("ExecuteChangeSet", ChangeSetName=change_set["ChangeSetId"], **params)
        self.settle()

    def stack(self, name: str = "site") -> dict[str, Any]:
        answer: dict[str, Any] = self("DescribeStacks", StackName=name)["Stacks"][0]
        return answer

    def status(self, name: str = "site") -> str:
        return str(self.stack(name)["StackStatus"])

    def events(self, name: str = "site") -> list[dict[str, Any]]:
        """The stack's events, the oldest first."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = self("DescribeStackEvents", StackName=name, **token)
            found += page["StackEvents"]
            if "NextToken" not in page:
                return found[::-1]
            token = {"NextToken": page["NextToken"]}

    def story(self, name: str = "site", *, since: int = 0) -> Story:
        """(logical id, status, reason) of each event, the oldest first."""
        rows = self.events(name)[since:]
        return [(e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason")) for e in rows]

    def resources(self, name: str = "site") -> dict[str, dict[str, Any]]:
        rows = self("DescribeStackResources", StackName=name)["StackResources"]
        return {row["LogicalResourceId"]: row for row in rows}


def topic(name: str | None = None, **attributes: Any) -> dict[str, Any]:
    """A topic; TopicName is create-only, DisplayName is not."""
    properties = {"DisplayName": "plain"} | ({"TopicName": name} if name else {})
    return {"Type": "AWS::SNS::Topic", "Properties": properties | attributes.pop("properties", {}), **attributes}


def template(outputs: Mapping[str, Any] | None = None, **resources: Mapping[str, Any]) -> dict[str, Any]:
    """A template of these resources."""
    return {"Resources": resources} | ({"Outputs": outputs} if outputs else {})
