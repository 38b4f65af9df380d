"""Waits for signals: ResourceSignal of a CreationPolicy, and WaitCondition (texts from public stack events)."""

from typing import Any

from local_cloud.cloudformation.model import Live
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.schedule import Steps

WAIT_CONDITION = "AWS::CloudFormation::WaitCondition"
POLL, SHORTEST_POLL = 1.0, 0.05
FAILURES = (
    "Received {failed} FAILURE signal(s) out of {count}. "
    "Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"
)
UNITS = {"H": 3600, "M": 60, "S": 1}


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
        got = run.stack.signals.get(live.logical_id, {})
        if failed := sum(status == "FAILURE" for status in got.values()):
            return FAILURES.format(failed=failed, count=count)
        if len(got) >= count:
            run.stack.signals.pop(live.logical_id, None)
            return None
        if run.world.schedule.now.timestamp() >= deadline:
            return _too_late(live, count, len(got))
        yield max(run.world.seconds(POLL), SHORTEST_POLL)


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
