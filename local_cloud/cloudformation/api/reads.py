"""The calls that read stacks, resources, events and exports.

The rule: AWS has three wordings for a stack that does not exist, and each call uses its own (recorded).
"""

from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.change_sets import find
from local_cloud.cloudformation.api.paging import cut
from local_cloud.cloudformation.api.shown import resource, resource_detail, summary
from local_cloud.cloudformation.api.shown import stack as shown_stack
from local_cloud.cloudformation.errors import validation_error
from local_cloud.cloudformation.events import finding_event, operation_event, shown
from local_cloud.cloudformation.faults import LateFinalEvent, StaleReads
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Event, Live, Stack
from local_cloud.cloudformation.operations.exports import exports, importers
from local_cloud.cloudformation.refusals import NO_RESOURCE, NO_STACK_NAMED, NO_STACK_QUOTED, NO_STACK_WITH_ID
from local_cloud.cloudformation.world import World

FIRST_HUNDRED = 100


def describe_stacks(world: World, region: str, params: Params) -> Answer:
    """DescribeStacks: one by name or ARN, or all that are not deleted."""
    if "StackName" in params:
        record = world.require(region, params["StackName"], NO_STACK_WITH_ID)
        stale = record.before and world.faults.take(StaleReads, stack=record.name)
        return {"Stacks": [record.before if stale else shown_stack(record, world.answers)]}
    living = [each for each in world.in_region(region) if each.status is not StackStatus.DELETE_COMPLETE]
    page = cut(world, "Stacks", living, params, newest_first=True)
    return page | {"Stacks": [shown_stack(each, world.answers, named=False) for each in page["Stacks"]]}


def list_stacks(world: World, region: str, params: Params) -> Answer:
    """ListStacks, deleted ones included."""
    wanted = params.get("StackStatusFilter")
    found = [each for each in world.in_region(region) if not wanted or each.status in wanted]
    page = cut(world, "StackSummaries", found, params, newest_first=True)
    return page | {"StackSummaries": [summary(each, world.answers) for each in page["StackSummaries"]]}


def describe_stack_events(world: World, region: str, params: Params) -> Answer:
    """DescribeStackEvents, the newest first across pages."""
    stack = world.require(region, params["StackName"])
    page = cut(world, "StackEvents", _newest_first(world, stack), params, newest_first=True)
    return page | {"StackEvents": [shown(stack, event) for event in page["StackEvents"]]}


def _newest_first(world: World, stack: Stack) -> list[Event]:
    events = stack.events[::-1]
    settled = not stack.status.moving
    if settled and world.faults.take(LateFinalEvent, stack=stack.name):
        return events[1:]
    return events


def describe_events(world: World, region: str, params: Params) -> Answer:
    """DescribeEvents: of a stack, a change set or one operation; validation findings included."""
    stack, operation = _whose_events(world, region, params)
    rows = [(event.timestamp, operation_event(stack, event)) for event in _newest_first(world, stack)]
    rows += [(finding.timestamp, finding_event(stack, finding)) for finding in stack.findings]
    rows.sort(key=lambda row: row[0], reverse=True)
    found = [row for _, row in rows if operation is None or row["OperationId"] == operation]
    if params.get("Filters", {}).get("FailedEvents"):
        found = [row for row in found if _failed(row)]
    return cut(world, "OperationEvents", found, params, newest_first=True)


def _whose_events(world: World, region: str, params: Params) -> tuple[Stack, str | None]:
    if "ChangeSetName" in params:
        change_set, owner = find(world, region, params)
        return owner, change_set.operation_id
    if "StackName" in params:
        return world.require(region, params["StackName"]), params.get("OperationId")
    operation = params.get("OperationId")
    if operation is None:
        raise NO_STACK_NAMED.error(names="StackName, ChangeSetName or OperationId")
    for stack in world.in_region(region):
        if any(event.operation_id == operation for event in stack.events):
            return stack, operation
    raise validation_error(f"Operation [{operation}] does not exist")


def _failed(row: Mapping[str, Any]) -> bool:
    return "FAILED" in (row.get("OperationStatus"), row.get("ValidationStatus")) or row.get(
        "ResourceStatus", ""
    ).endswith("_FAILED")


def describe_stack_resource(world: World, region: str, params: Params) -> Answer:
    """DescribeStackResource: refuses a resource that is deleted or was never created (recorded)."""
    stack = world.require(region, params["StackName"], NO_STACK_QUOTED)
    live = stack.resources.get(params["LogicalResourceId"])
    if live is None or live.status == "DELETE_COMPLETE":
        raise NO_RESOURCE.error(resource=params["LogicalResourceId"], name=stack.name)
    return {"StackResourceDetail": resource_detail(stack, live)}


def describe_stack_resources(world: World, region: str, params: Params) -> Answer:
    """DescribeStackResources: the first hundred; for a physical id, those of the stack that has it."""
    stack, wanted = _resources_of(world, region, params)
    rows = [
        {"StackId": stack.id, "StackName": stack.name, **resource(stack, live, clock="Timestamp")}
        for live in stack.resources.values()
        if wanted in (None, live.logical_id)
    ]
    return {"StackResources": rows[:FIRST_HUNDRED]}


def _resources_of(world: World, region: str, params: Params) -> tuple[Stack, str | None]:
    if physical_id := params.get("PhysicalResourceId"):
        for stack in world.in_region(region):
            if any(_is(live, physical_id) for live in stack.resources.values()):
                return stack, params.get("LogicalResourceId")
        raise validation_error(f"Stack for {physical_id} does not exist")
    if "StackName" not in params:
        raise NO_STACK_NAMED.error(names="StackName or PhysicalResourceId")
    return world.require(region, params["StackName"], NO_STACK_WITH_ID), params.get("LogicalResourceId")


def _is(live: Live, physical_id: str) -> bool:
    return live.made and live.physical_id == physical_id


def list_stack_resources(world: World, region: str, params: Params) -> Answer:
    """ListStackResources."""
    stack = world.require(region, params["StackName"], NO_STACK_WITH_ID)
    rows = [resource(stack, live) for live in stack.resources.values()]
    return cut(world, "StackResourceSummaries", rows, params)


def list_exports(world: World, region: str, params: Params) -> Answer:
    """ListExports."""
    rows = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for name, (stack, value) in sorted(exports(world, region).items())
    ]
    return cut(world, "Exports", rows, params)


def list_imports(world: World, region: str, params: Params) -> Answer:
    """ListImports."""
    name = params["ExportName"]
    found = [stack.name for stack in importers(world, region, name)]
    if not found:
        raise validation_error(f"Export '{name}' is not imported by any stack.")
    return cut(world, "Imports", found, params)


CALLS: Calls = {
    "DescribeStackResource": describe_stack_resource,
    "DescribeStackResources": describe_stack_resources,
    "DescribeStacks": describe_stacks,
    "ListStacks": list_stacks,
    "DescribeStackEvents": describe_stack_events,
    "DescribeEvents": describe_events,
    "ListStackResources": list_stack_resources,
    "ListExports": list_exports,
    "ListImports": list_imports,
}
