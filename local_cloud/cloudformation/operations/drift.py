"""Drift: what the handlers read, compared with what the stack last gave them.

The rule: only properties that the template sets are compared, and none that a read never returns.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from local_cloud.cloudformation.model import STACK_TYPE, Live, Operation, Stack
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.resources.handlers import HandlerError
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.values import texts
from local_cloud.cloudformation.world import World

Drift = dict[str, Any]


def actual_properties(run: Run, live: Live) -> Mapping[str, Any] | None:
    """The live values of what the template set; None if the resource is gone. Raises HandlerError."""
    request = run.request(live)
    found = run.world.handlers.handler(live.type).read(request)
    if found is None:
        return None
    unread = {pointer.split("/")[0] for pointer in schema(live.type).write_only}
    as_given = {key for key in live.properties if key in unread or found.get(key) == request.properties[key]}
    return {key: value if key in as_given else found.get(key) for key, value in live.properties.items()}


def drifted(run: Run, live: Live) -> bool:
    """Whether the resource differs from what the stack last made of it, or is gone."""
    try:
        actual = actual_properties(run, live)
    except HandlerError:
        return False
    return actual is None or texts(actual) != texts(live.properties)


def gone(run: Run, live: Live) -> bool:
    """Whether somebody deleted the resource."""
    return live.type != STACK_TYPE and run.world.handlers.handler(live.type).read(run.request(live)) is None


def detect(world: World, stack: Stack, live: Live) -> Drift:
    """One resource's drift, as DescribeStackResourceDrifts answers it; kept on the stack."""
    run = Run(world=world, stack=stack, operation=Operation(id="", type="", started=world.schedule.now))
    drift: Drift = {
        "StackId": stack.id,
        "LogicalResourceId": live.logical_id,
        "PhysicalResourceId": live.physical_id,
        "ResourceType": live.type,
        "Timestamp": world.schedule.now,
    } | _compared(run, live)
    stack.drifts[live.logical_id] = drift
    return drift


def _compared(run: Run, live: Live) -> Drift:
    """Nested stacks, and resources whose revert was skipped, are not checked (documented)."""
    if live.skipped or live.type == STACK_TYPE:
        return {"StackResourceDriftStatus": "NOT_CHECKED", "PropertyDifferences": []}
    try:
        actual = actual_properties(run, live)
    except HandlerError as error:
        return {"StackResourceDriftStatus": "UNKNOWN", "DriftStatusReason": error.message, "PropertyDifferences": []}
    expected = {"ExpectedProperties": json.dumps(texts(live.properties))}
    if actual is None:
        return {"StackResourceDriftStatus": "DELETED", "PropertyDifferences": [], **expected}
    differences = list(_differences(texts(live.properties), texts(actual), ""))
    return {
        "StackResourceDriftStatus": "MODIFIED" if differences else "IN_SYNC",
        "PropertyDifferences": differences,
        "ActualProperties": json.dumps(texts(actual)),
        **expected,
    }


def _differences(expected: Any, actual: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in dict.fromkeys([*expected, *actual]):
            yield from _differences(expected.get(key), actual.get(key), f"{path}/{key}")
    elif expected != actual:
        kind = "REMOVE" if actual in (None, "") else "ADD" if expected is None else "NOT_EQUAL"
        yield {
            "PropertyPath": path,
            "ExpectedValue": _text(expected),
            "ActualValue": _text(actual),
            "DifferenceType": kind,
        }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "null" if value is None else json.dumps(value)


def conclude(stack: Stack, when: datetime) -> None:
    """The stack's own drift status, from its resources'."""
    found = {drift["StackResourceDriftStatus"] for drift in stack.drifts.values()}
    stack.drift_status = "DRIFTED" if found & {"MODIFIED", "DELETED"} else "IN_SYNC"
    stack.drift_checked = when
