"""Events of stacks and resources: their ids, times and shapes, as recorded from AWS.

The rule: an event is at least a millisecond later than the stack's last, so `<LogicalId>-<STATUS>-<time>` is unique.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from local_cloud.cloudformation.model import STACK_TYPE, Event, Finding, Live, Operation, Stack
from local_cloud.cloudformation.values import texts


def moment(stack: Stack, now: datetime) -> datetime:
    """`now` in milliseconds, but later than the stack's last event."""
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    if stack.events and now <= stack.events[-1].timestamp:
        return stack.events[-1].timestamp + timedelta(milliseconds=1)
    return now


def stack_event(stack: Stack, operation: Operation, now: datetime, *, id: str = "", detailed: str | None = None,
                status: str = "", reason: str | None = None) -> Event:  # fmt: skip
    """The stack's own event, of its present status unless another is named."""
    return Event(
        id=id or str(uuid4()),
        logical_id=stack.name,
        physical_id=stack.id,
        type=STACK_TYPE,
        timestamp=moment(stack, now),
        status=str(status or stack.status),
        reason=reason if status else stack.reason,
        token=operation.token,
        operation_id=operation.id,
        operation=operation.type,
        detailed_status=detailed,
    )


def resource_event(stack: Stack, operation: Operation, live: Live, now: datetime, *, unnumbered: bool = False,
                   detailed: str | None = None) -> Event:  # fmt: skip
    """A resource's event; `unnumbered` ones (cleanup, consistency checks) have a uuid and no properties."""
    when = moment(stack, now)
    stamp = uuid4() if unnumbered else f"{live.status}-{iso(when)}"
    return Event(
        id=f"{live.logical_id}-{stamp}",
        logical_id=live.logical_id,
        physical_id=live.physical_id,
        type=live.type,
        timestamp=when,
        status=live.status,
        reason=live.reason,
        properties=None if unnumbered else _properties(live),
        token=operation.token,
        operation_id=operation.id,
        operation=operation.type,
        detailed_status=detailed,
    )


def _properties(live: Live) -> str | None:
    """As JSON once and for all: events are asked for far more often than they come."""
    properties = live.properties if live.shown is None else live.shown
    return json.dumps(texts(properties), separators=(",", ":")) if properties else None


def iso(when: datetime) -> str:
    """AWS's notation: milliseconds and a Z."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def shown(stack: Stack, event: Event) -> dict[str, Any]:
    """As DescribeStackEvents answers it."""
    answer: dict[str, Any] = {
        "StackId": stack.id,
        "EventId": event.id,
        "StackName": stack.name,
        "OperationId": event.operation_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.timestamp,
        "ResourceStatus": event.status,
    }
    optional = {
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
        "DetailedStatus": event.detailed_status,
    }
    return answer | {key: value for key, value in optional.items() if value}


def operation_event(stack: Stack, event: Event) -> dict[str, Any]:
    """As DescribeEvents answers it."""
    answer = shown(stack, event)
    del answer["StackName"]  # an OperationEvent has only the id
    answer["EventType"] = "STACK_EVENT"
    answer["OperationType"] = event.operation
    if event.type == STACK_TYPE and event.physical_id == stack.id:
        answer["OperationStatus"] = _operation_status(event.status)
    elif event.status.endswith("_FAILED"):
        answer["EventType"] = "PROVISIONING_ERROR"
    return answer


def finding_event(stack: Stack, finding: Finding) -> dict[str, Any]:
    """A pre-deployment finding as DescribeEvents answers it."""
    return {
        "EventId": finding.id,
        "StackId": stack.id,
        "OperationId": finding.operation_id,
        "OperationType": "CREATE_CHANGESET",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": finding.logical_id,
        "PhysicalResourceId": finding.physical_id,
        "ResourceType": finding.type,
        "Timestamp": finding.timestamp,
        "ValidationName": finding.name,
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": finding.reason,
        "ValidationPath": finding.path,
        "ValidationFailureMode": finding.mode,
    }


def _operation_status(status: str) -> str:
    if status.endswith("_IN_PROGRESS"):
        return "IN_PROGRESS"
    return "FAILED" if status.endswith("_FAILED") else "SUCCEEDED"
