"""Whole update processes recorded from AWS, played by an unmodified boto3 client: every checkpoint agrees."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import boto3
import pytest

from local_cloud import attach
from tests.local_cloud.recorded import cases, differences

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
STACK = "AWS::CloudFormation::Stack"
UNBRACKETED = re.compile(r"\burl_suffix\b|\bCFN-\w+-\w{12}\b")
"""Placeholders that the recorder forgot: a random name, and AWS::URLSuffix."""
Bag = Counter[tuple[str, str | None]]


def day(case: Mapping[str, Any]) -> date:
    return datetime.strptime(case["recorded_date"], "%d-%m-%Y, %H:%M:%S").date()


def play(case: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded calls again; our twelve answers."""
    client: Any = boto3.client("cloudformation", region_name="us-east-1")
    attach(client, speed=0, as_of=day(case))
    answers: dict[str, Any] = {}
    for number, kind in ((1, "CREATE"), (2, "UPDATE")):
        made = client.create_change_set(
            StackName="stack",
            ChangeSetName="change-set",
            ChangeSetType=kind,
            Capabilities=CAPABILITIES,
            TemplateBody=json.dumps(case[f"template_{number}"]),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": str(value)}
                for key, value in case[f"parameters_{number}"].items()
            ],
        )
        answers[f"create-change-set-{number}"] = made
        for suffix, values in (("-prop-values", True), ("", False)):
            answers[f"describe-change-set-{number}{suffix}"] = client.describe_change_set(
                ChangeSetName=made["Id"], IncludePropertyValues=values
            )
        answers[f"execute-change-set-{number}"] = client.execute_change_set(ChangeSetName=made["Id"])
        answers[f"post-create-{number}-describe"] = client.describe_stacks(StackName=made["StackId"])["Stacks"][0]
    client.delete_stack(StackName="stack")
    answers["delete-describe"] = client.describe_stacks(StackName=made["StackId"])["Stacks"][0]
    answers["per-resource-events"] = client.describe_stack_events(StackName=made["StackId"])["StackEvents"]
    return answers


def plain(value: Any) -> Any:
    """Dates as the recordings write them, changes in the order of their logical ids, no response metadata."""
    match value:
        case {"ResponseMetadata": _, **rest}:
            return plain(rest)
        case {"Changes": changes, **rest}:
            ordered = sorted(changes, key=lambda change: str(change["ResourceChange"]["LogicalResourceId"]))
            return {**plain(rest), "Changes": plain(ordered)}
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case datetime():
            return "datetime"
    return value


def mended(recorded: Any) -> Any:
    return json.loads(UNBRACKETED.sub("<any>", json.dumps(recorded)))


def event_differences(recorded: Mapping[str, Any], got: list[dict[str, Any]]) -> Iterator[str]:
    """Per resource the statuses and reasons; those recorded without reasons or without the deletion say less."""
    theirs = {name: events for name, events in recorded.items() if events[0]["ResourceType"] != STACK}
    theirs["stack"] = next(events for events in recorded.values() if events[0]["ResourceType"] == STACK)
    reasons = any("ResourceStatusReason" in event for events in theirs.values() for event in events)
    deletion = any(event["ResourceStatus"].startswith("DELETE") for event in theirs["stack"])

    def bag(events: list[dict[str, Any]]) -> Bag:
        seen = [
            (event["ResourceStatus"], event.get("ResourceStatusReason") if reasons else None)
            for event in events
            if deletion or not event["ResourceStatus"].startswith("DELETE")
        ]
        return Counter(seen if reasons else set(seen) - {("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None)})

    for name in theirs.keys() | {event["LogicalResourceId"] for event in got}:
        ours = bag([event for event in got if event["LogicalResourceId"] == name])
        if ours != bag(theirs.get(name, [])):
            yield f"{name}: AWS {bag(theirs.get(name, []))}, here {ours}"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"].split("::", 1)[1])
def test_every_recorded_checkpoint_agrees(case: Mapping[str, Any]) -> None:
    answers = play(case)
    found: list[str] = []
    for checkpoint, recorded in mended(case["recorded"]).items():
        if checkpoint == "per-resource-events":
            found += event_differences(recorded, answers[checkpoint])
        else:
            found += differences(plain(recorded), plain(answers[checkpoint]), checkpoint)
    assert found == []
