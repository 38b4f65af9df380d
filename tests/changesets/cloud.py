"""A stack's whole world for a test: a local cloud on a virtual clock, a real boto3 client, and our verbs on it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3

import changesets
from changesets import Allowed, CloudFormation, Deployment, Event, Outcome, Plan, Stack
from local_cloud import VirtualClock, attach
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.cloudformation.world import Surroundings
from local_cloud.services import Services

SERVICES = Services()  # moto keeps one world per process; a test that fills it empties it
AROUND = Surroundings(read_url=SERVICES.read_url)
YES = Allowed(yes=True)

TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}
TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket"}


def template(**resources: Mapping[str, Any]) -> str:
    return json.dumps({"Resources": resources or {"Topic": TOPIC}})


def topic(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def kept(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {**resource, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def ending_with_another(resources: Mapping[str, Mapping[str, Any]]) -> str:
    """A template of these resources and one more, `Last`, which comes after all of them."""
    return template(**resources, Last={**topic("last"), "DependsOn": list(resources)})


def put_item(table: str) -> None:
    SERVICES.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "precious"}})


def items(table: str) -> int:
    """How many items a table holds; none if there is no such table."""
    dynamodb = SERVICES.client("dynamodb")
    return int(dynamodb.scan(TableName=table)["Count"]) if table in dynamodb.list_tables()["TableNames"] else 0


class Cloud:
    """`real=True` backs the types that moto knows, so that buckets hold objects and refuse deletion when they do.

    `speed` spares looks at what takes long; what a test shows holds at any speed.
    """

    def __init__(self, *, real: bool = False, speed: float = 20, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.client = boto3.client("cloudformation", region_name="us-east-1")
        if real:
            SERVICES.reset()
            settings = {"handlers": backed(SERVICES), "surroundings": AROUND, **settings}
        self.cloud = attach(self.client, clock=self.clock, speed=speed, **settings)
        self.gateway = CloudFormation(self.client, clients=SERVICES.client)
        self.events: list[Event] = []

    def apply(self, text: str | None = None, *, consent: Any = YES, **wanted: Any) -> Outcome:
        return self.run(self.applying(text, consent=consent, **wanted))

    def applying(
        self, text: str | None = None, *, consent: Any = YES, push_again: Any = None, **wanted: Any
    ) -> Iterator[Event]:
        deployment = Deployment(**{"stack_name": "demo", "template": text or template(), **wanted})
        return changesets.apply(self.gateway, deployment, clock=self.clock, consent=consent, push_again=push_again)

    def review(self, text: str, **wanted: Any) -> Outcome:
        deployment = Deployment(**{"stack_name": "demo", "template": text, **wanted})
        return self.run(changesets.review(self.gateway, deployment, clock=self.clock))

    def recover(self, *, consent: Any = YES, name: str = "demo", **wanted: Any) -> Outcome:
        return self.run(changesets.recover(self.gateway, name, clock=self.clock, consent=consent, **wanted))

    def delete(self, *, consent: Any = YES, name: str = "demo", **wanted: Any) -> Outcome:
        return self.run(changesets.delete(self.gateway, name, clock=self.clock, consent=consent, **wanted))

    def run(self, events: Iterator[Event]) -> Outcome:
        """Plays a stream to its end; the last event is the outcome."""
        self.events = list(events)
        outcome = self.events[-1]
        assert isinstance(outcome, Outcome)
        assert not any(isinstance(event, Outcome) for event in self.events[:-1])
        return outcome

    @property
    def plans(self) -> list[Plan]:
        return [event.plan for event in self.events if isinstance(event, changesets.Proposed)]

    @property
    def steps(self) -> list[str]:
        return [event.step.operation for event in self.events if isinstance(event, changesets.StepStarted)]

    def stack(self, name: str = "demo") -> Stack:
        found = self.gateway.stack(name)
        assert found is not None
        return found

    def physical_id(self, logical_id: str, stack: str = "demo") -> str:
        rows = self.gateway.resources(self.stack(stack).id)
        return next(each.physical_id for each in rows if each.logical_id == logical_id)

    @property
    def status(self) -> str:
        found = self.gateway.stack("demo")
        return found.status if found else "absent"
