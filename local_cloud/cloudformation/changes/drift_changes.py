"""The changes of a drift-aware change set: what REVERT_DRIFT adds to the comparison of two templates.

The rule: a resource that was changed by hand returns to the template, and one that was deleted by hand is created
again. A resource whose revert was skipped is compared like any other, although drift detection leaves it out.
The shapes are those of the API's model; which values AWS fills in is assumed.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.model import STACK_TYPE, Live, Stack
from local_cloud.cloudformation.operations.drift import Drift, detect
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.world import World

Change = dict[str, Any]


def with_drift(world: World, stack: Stack, changes: Iterable[Change], *, values: bool) -> list[Change]:
    """The changes, with those of drifted resources added or marked."""
    found = {change["ResourceChange"]["LogicalResourceId"]: change for change in changes}
    for name, live in stack.resources.items():
        if not live.made or live.type == STACK_TYPE:
            continue
        drift = detect(world, stack, replace(live, skipped=False))
        status = drift["StackResourceDriftStatus"]
        if status not in ("MODIFIED", "DELETED"):
            continue
        change = found.get(name) or _change(live)
        details = [_detail(live, each, drift, values=values) for each in drift["PropertyDifferences"]]
        resource = {**change["ResourceChange"], "ResourceDriftStatus": status}
        resource["Details"] = [*resource["Details"], *details]
        found[name] = {**change, "ResourceChange": resource}
    return list(found.values())


def drift_status(changes: Iterable[Change]) -> str:
    """The change set's StackDriftStatus."""
    return "DRIFTED" if any("ResourceDriftStatus" in change["ResourceChange"] for change in changes) else "IN_SYNC"


def _change(live: Live) -> Change:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": "Modify",
            "LogicalResourceId": live.logical_id,
            "PhysicalResourceId": live.physical_id,
            "ResourceType": live.type,
            "Replacement": "False",
            "Scope": ["Properties"],
            "Details": [],
        },
    }


def _detail(live: Live, difference: dict[str, str], drift: Drift, *, values: bool) -> dict[str, Any]:
    path = tuple(difference["PropertyPath"].strip("/").split("/"))
    target: dict[str, Any] = {
        "Attribute": "Properties",
        "Name": path[0],
        "RequiresRecreation": schema(live.type).recreation(path),
    }
    if values:
        target |= {
            "Path": f"/Properties{difference['PropertyPath']}",
            "BeforeValue": difference["ActualValue"],
            "AfterValue": difference["ExpectedValue"],
            "BeforeValueFrom": "ACTUAL_STATE",
            "AfterValueFrom": "TEMPLATE",
            "AttributeChangeType": "Modify",
            "Drift": {
                "PreviousValue": difference["ExpectedValue"],
                "ActualValue": difference["ActualValue"],
                "DriftDetectionTimestamp": drift["Timestamp"],
            },
        }
    return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
