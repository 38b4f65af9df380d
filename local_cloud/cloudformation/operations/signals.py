"""Waits for signals: ResourceSignal of a CreationPolicy, and WaitCondition (texts from public stack events).

The rule: signals are kept by what they were sent to: a resource, or a wait condition's handle, which its URL names.
There each UniqueId counts once.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local_cloud.cloudformation.model import Live, Signal, Stack
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.resources.signals import HANDLE
from local_cloud.cloudformation.schedule import Steps
from local_cloud.cloudformation.world import World

WAIT_CONDITION = "AWS::CloudFormation::WaitCondition"
POLL = 1.0
FAILURES = (
    "Received {failed} FAILURE signal(s) out of {count}. "
    "Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"
)
UNITS = {"H": 3600, "M": 60, "S": 1}


def sent_to(stack: Stack, logical_id: str) -> str:
    """What names a resource, or a handle, that takes signals."""
    return f"{stack.id}/{logical_id}"


def send(world: World, name: str, unique_id: str, signal: Signal) -> None:
    """Count a signal; a second one with the same id is the first once more (documented)."""
    world.signals.setdefault(name, {}).setdefault(unique_id, signal)


def has_handle(world: World, name: str) -> bool:
    """Whether a stack has such a handle."""
    stack_id, _, logical_id = name.rpartition("/")
    live = world.stacks[stack_id].resources.get(logical_id) if stack_id in world.stacks else None
    return live is not None and live.type == HANDLE and live.made


def wait(run: Run, live: Live) -> Steps[str | None]:
    """Wait until enough resources have signalled success. Returns why it failed, or None."""
    try:
        expected = _expected(live)
    except (AttributeError, TypeError, ValueError):  # what a function gave
        return "The Count and Timeout of what waits for signals must be a number and a duration"
    if expected is None:
        return None
    count, seconds = expected
    deadline = run.world.schedule.now.timestamp() + run.world.limit(seconds)
    while True:
        got = _received(run, live)
        if problem := _failed(live, got, count):
            return problem
        if len(got) >= count:
            run.world.signals.pop(sent_to(run.stack, live.logical_id), None)
            return None
        if run.world.schedule.now.timestamp() >= deadline:
            return _too_late(live, count, len(got))
        yield run.world.poll(POLL)


def data(run: Run, live: Live) -> Mapping[str, Any]:
    """The attributes that a wait condition has from its signals."""
    if live.type != WAIT_CONDITION:
        return {}
    told = {unique_id: signal.data for unique_id, signal in _received(run, live).items()}
    return {"Data": json.dumps(told, separators=(",", ":"))}


def _received(run: Run, live: Live) -> Mapping[str, Signal]:
    """What was sent to the resource itself, and to its handle."""
    asked = parse_qs(urlsplit(str(live.properties.get("Handle", ""))).query) if live.type == WAIT_CONDITION else {}
    names = (sent_to(run.stack, live.logical_id), *asked.get("Handle", ()))
    return {unique_id: signal for name in names for unique_id, signal in run.world.signals.get(name, {}).items()}


def _failed(live: Live, got: Mapping[str, Signal], count: int) -> str | None:
    failed = [(unique_id, signal.reason) for unique_id, signal in got.items() if signal.status == "FAILURE"]
    if failed and live.type == WAIT_CONDITION:
        unique_id, reason = failed[0]
        return f"WaitCondition received failed message: '{reason}' for uniqueId: {unique_id}"
    return FAILURES.format(failed=len(failed), count=count) if failed else None


def _expected(live: Live) -> tuple[int, float] | None:
    """How many signals within how many seconds."""
    if live.type == WAIT_CONDITION:
        return int(live.properties.get("Count", 1)), float(live.properties.get("Timeout", 43_200))
    signal = (live.creation_policy or {}).get("ResourceSignal") if isinstance(live.creation_policy, dict) else None
    if signal is None:
        return None
    return int(signal.get("Count", 1)), _duration(signal.get("Timeout", "PT5M"))


def _duration(text: Any) -> float:
    """ISO 8601, as CreationPolicy writes it: PT1H30M."""
    seconds, number = 0.0, ""
    for letter in str(text).removeprefix("PT"):
        if letter in UNITS:
            seconds, number = seconds + float(number or 0) * UNITS[letter], ""
        else:
            number += letter
    return seconds


def _too_late(live: Live, count: int, got: int) -> str:
    if live.type == WAIT_CONDITION:
        return f"WaitCondition timed out. Received {got} conditions when expecting {count}"
    return f"Failed to receive {count - got} resource signal(s) within the specified duration"
