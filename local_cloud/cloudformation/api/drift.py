"""The calls that detect drift. A detection takes a few seconds, and reports what it found when it ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.paging import cut
from local_cloud.cloudformation.errors import validation_error
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.machine import STABLE, StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.operations.drift import conclude, detect
from local_cloud.cloudformation.refusals import NO_RESOURCE
from local_cloud.cloudformation.schedule import Steps
from local_cloud.cloudformation.world import World

SECONDS = 3.0
UNREAD = "Failed to detect drift on resource [{}]"  # assumed
DETECTABLE = (*STABLE, StackStatus.UPDATE_ROLLBACK_FAILED)
"""As the user guide lists them; the two after an import are assumed."""


@dataclass(slots=True, kw_only=True)
class Detection:
    """One run of DetectStackDrift."""

    id: str
    stack: Stack
    started: datetime
    done: bool = False


def detect_stack_drift(world: World, region: str, params: Params) -> Answer:
    """DetectStackDrift, of all resources or of those that are named."""
    stack = world.require(region, params["StackName"])
    if stack.status not in DETECTABLE:
        raise validation_error(
            f"Drift detection cannot be performed on stack [{stack.id}] while it is in {stack.status} state"  # assumed
        )
    detection = Detection(id=str(uuid4()), stack=stack, started=world.schedule.now)
    world.detections[detection.id] = detection
    world.schedule.spawn(_detect(world, detection, params.get("LogicalResourceIds")))
    return {"StackDriftDetectionId": detection.id}


def _detect(world: World, detection: Detection, only: list[str] | None) -> Steps[None]:
    yield world.seconds(SECONDS)
    for name, live in detection.stack.resources.items():
        if live.made and (not only or name in only):
            detect(world, detection.stack, live)
    conclude(detection.stack, world.schedule.now)
    detection.done = True


def describe_detection(world: World, region: str, params: Params) -> Answer:  # noqa: ARG001 - every call has a region
    """DescribeStackDriftDetectionStatus."""
    detection = world.detections.get(params["StackDriftDetectionId"])
    if detection is None:
        raise validation_error(f"Drift detection [{params['StackDriftDetectionId']}] does not exist")  # assumed
    answer = {
        "StackId": detection.stack.id,
        "StackDriftDetectionId": detection.id,
        "Timestamp": detection.started,
        "DetectionStatus": "DETECTION_COMPLETE" if detection.done else "DETECTION_IN_PROGRESS",
    }
    return answer | _found(detection) if detection.done else answer


def _found(detection: Detection) -> Answer:
    drifts = detection.stack.drifts.items()
    drifted = sum(drift["StackResourceDriftStatus"] in ("MODIFIED", "DELETED") for _, drift in drifts)
    found = {"StackDriftStatus": detection.stack.drift_status, "DriftedStackResourceCount": drifted}
    unread = [name for name, drift in drifts if drift["StackResourceDriftStatus"] == "UNKNOWN"]
    if not unread:
        return found
    return found | {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": UNREAD.format(", ".join(unread))}


def describe_drifts(world: World, region: str, params: Params) -> Answer:
    """DescribeStackResourceDrifts: what the last detection found."""
    stack = world.require(region, params["StackName"])
    wanted = params.get("StackResourceDriftStatusFilters")
    found = [d for d in stack.drifts.values() if not wanted or d["StackResourceDriftStatus"] in wanted]
    return cut(world, "StackResourceDrifts", found, params)


def detect_resource_drift(world: World, region: str, params: Params) -> Answer:
    """DetectStackResourceDrift: one resource, at once."""
    stack = world.require(region, params["StackName"])
    live = stack.resources.get(params["LogicalResourceId"])
    if live is None or not live.made:
        raise NO_RESOURCE.error(resource=params["LogicalResourceId"], name=stack.name)
    return {"StackResourceDrift": detect(world, stack, live)}


CALLS: Calls = {
    "DetectStackDrift": detect_stack_drift,
    "DescribeStackDriftDetectionStatus": describe_detection,
    "DetectStackResourceDrift": detect_resource_drift,
    "DescribeStackResourceDrifts": describe_drifts,
}
