"""The calls that create, describe, execute, delete and list change sets.

The rule: a change set is found by its ARN for ever, but by its name only until it is deleted, or until it or another
change set of the stack is executed (recorded).
"""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.paging import cut
from local_cloud.cloudformation.api.shown import change_set as shown
from local_cloud.cloudformation.api.shown import change_set_summary
from local_cloud.cloudformation.api.stacks import check_updatable, deployment_of, new_stack
from local_cloud.cloudformation.changes.change_sets import execute, prepare
from local_cloud.cloudformation.changes.imports import check_import, identifiers
from local_cloud.cloudformation.errors import ApiError, validation_error
from local_cloud.cloudformation.events import stack_event
from local_cloud.cloudformation.inputs import (
    Params,
    check_capabilities,
    check_name,
    definition_of,
    fingerprint,
    template_of,
)
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import ChangeSet, Definition, OnFailure, Operation, Stack
from local_cloud.cloudformation.operations.launch import USER_INITIATED, check_mode, usable_role
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.refusals import (
    CHANGE_SET_EXECUTED,
    CHANGE_SET_EXECUTION_STATUS,
    CHANGE_SET_MISMATCH,
    CHANGE_SET_NEEDS_STACK,
    CHANGE_SET_STATUS,
    DELETE_ON_CREATE_ONLY,
    NO_CHANGE_SET,
    Call,
    require,
)
from local_cloud.cloudformation.world import World

CREATION = {
    "CREATE": Call.CREATE_BY_CHANGE_SET,
    "UPDATE": Call.UPDATE_BY_CHANGE_SET,
    "IMPORT": Call.IMPORT_BY_CHANGE_SET,
}
EXECUTION = {"CREATE": Call.EXECUTE_CREATE, "UPDATE": Call.EXECUTE_UPDATE, "IMPORT": Call.EXECUTE_IMPORT}
COMPARED = ("Template", "Description", "Parameters", "Capabilities", "Tags", "RoleARN", "ChangeSetType")


def create_change_set(world: World, region: str, params: Params) -> Answer:
    """CreateChangeSet. A stack that does not exist is created at once for CREATE and IMPORT, in REVIEW_IN_PROGRESS."""
    name, kind = params["ChangeSetName"], params.get("ChangeSetType", "UPDATE")
    check_name("changeSetName", name)
    stack = _stack_for(world, region, params, kind)
    source = template_of(world, params, stack)
    check_capabilities(source, params.get("Capabilities", ()))
    if same := stack.change_sets.get(name):
        return _again(same, params)
    change_set = _proposal(world, stack, params, definition_of(world, params, stack, source))
    _show_shell(world, stack)
    stack.change_sets[name] = change_set
    world.change_sets[change_set.id] = change_set
    validate = not params.get("DisableValidation", False)
    world.schedule.spawn(prepare(world, stack, change_set, validate=validate))
    return {"Id": change_set.id, "StackId": stack.id}


def _proposal(world: World, stack: Stack, params: Params, definition: Definition) -> ChangeSet:
    """The change set as the call asks for it, before anything is computed. Raises what AWS refuses at once."""
    kind = params.get("ChangeSetType", "UPDATE")
    role = usable_role(world, stack, params.get("RoleARN"))
    _check_kind(world, stack, params, definition, kind)
    return ChangeSet(
        id=world.arn(stack.region, "changeSet", params["ChangeSetName"]),
        name=params["ChangeSetName"],
        stack_id=stack.id,
        kind=kind,
        definition=definition,
        created=world.schedule.now,
        description=params.get("Description"),
        request=dict(params),
        on_failure=OnFailure(params["OnStackFailure"]) if "OnStackFailure" in params else None,
        include_nested=params.get("IncludeNestedStacks", False),
        import_existing=params.get("ImportExistingResources", False),
        imports=identifiers(params),
        deployment=deployment_of(params),
        revert_drift=params.get("DeploymentMode") == "REVERT_DRIFT",
        operation_id=str(uuid4()),
        role_arn=role,
    )


def _check_kind(world: World, stack: Stack, params: Params, definition: Definition, kind: str) -> None:
    if kind != "CREATE":
        check_mode(stack, deployment_of(params).mode)
    if kind != "CREATE" and params.get("OnStackFailure") == "DELETE":
        raise DELETE_ON_CREATE_ONLY.error()
    if kind == "IMPORT":
        check_import(world, stack, definition, params)


def _stack_for(world: World, region: str, params: Params, kind: str) -> Stack:
    reference = params["StackName"]
    stack = world.find(region, reference)
    if stack is None and kind != "UPDATE":
        check_name("stackName", reference)
        return replace(new_stack(world, region, reference), status=StackStatus.REVIEW_IN_PROGRESS)
    stack = stack or world.require(region, reference)
    require(
        CREATION[kind], stack.status, id=stack.id, stack=reference, change_set=params["ChangeSetName"], name=stack.name
    )
    return stack


def _show_shell(world: World, stack: Stack) -> None:
    """A new stack exists from its first change set on, whatever becomes of that change set."""
    if stack.id in world.stacks:
        return
    world.add(stack)
    stack.reason = USER_INITIATED
    operation = Operation(id=str(uuid4()), type="CREATE_CHANGESET", started=world.schedule.now)
    stack.events.append(stack_event(stack, operation, world.schedule.now))


def _again(existing: ChangeSet, params: Params) -> Answer:
    """The name is taken: the same input gets the same answer, whatever the token (recorded)."""
    before = {**existing.request, "Template": _template(existing.request)}
    now = {**params, "Template": _template(params)}
    for attribute in COMPARED:
        if fingerprint({"": before.get(attribute)}) != fingerprint({"": now.get(attribute)}):
            raise CHANGE_SET_MISMATCH.error(change_set=existing.name, attribute=attribute)
    return {"Id": existing.id, "StackId": existing.stack_id}


def _template(params: Params) -> Any:
    return params.get("TemplateBody") or params.get("TemplateURL") or params.get("UsePreviousTemplate")


def find(world: World, region: str, params: Params) -> tuple[ChangeSet, Stack]:
    """A change set by its ARN, or by name and stack. Raises ChangeSetNotFound, or ValidationError without the stack."""
    name = params["ChangeSetName"]
    if name.startswith("arn:"):
        change_set = world.change_sets.get(name)
        if change_set is None:
            raise NO_CHANGE_SET.error(change_set=name)
        return change_set, world.stacks[change_set.stack_id]
    if "StackName" not in params:
        raise CHANGE_SET_NEEDS_STACK.error()
    stack = world.require(region, params["StackName"])
    if name not in stack.change_sets:
        raise NO_CHANGE_SET.error(change_set=name)
    return stack.change_sets[name], stack


def describe_change_set(world: World, region: str, params: Params) -> Answer:
    """DescribeChangeSet, with property values or without."""
    change_set, stack = find(world, region, params)
    changes = change_set.changes_with_values if params.get("IncludePropertyValues") else change_set.changes
    page = cut(world, "Changes", changes, params)
    return shown(change_set, stack, world.answers) | page


def execute_change_set(world: World, region: str, params: Params) -> Answer:
    """ExecuteChangeSet."""
    token = params.get("ClientRequestToken")
    change_set, stack = find(world, region, params)
    if token and change_set.token == token:
        return {}
    _check_executable(change_set)
    require(EXECUTION[change_set.kind], stack.status, id=stack.id)
    if change_set.kind == "UPDATE":
        express = {"DeploymentConfig": True} if change_set.deployment.disable_rollback else {}
        check_updatable(stack, {**params, **express, "StackName": stack.id}, Call.EXECUTE_UPDATE)
    if change_set.on_failure and "DisableRollback" in params:
        raise validation_error("DisableRollback cannot be specified for a change set that has OnStackFailure")
    stack.role_arn = usable_role(world, stack, change_set.role_arn)
    change_set.token = token
    options = Options(
        disable_rollback=params.get("DisableRollback", False),
        retain_except_on_create=params.get("RetainExceptOnCreate", False),
    )
    execute(world, stack, change_set, options, token)
    return {}


def _check_executable(change_set: ChangeSet) -> None:
    if change_set.status != "CREATE_COMPLETE":
        raise CHANGE_SET_STATUS.error(change_set=change_set.id, status=change_set.status)
    if change_set.execution_status != "AVAILABLE":
        raise CHANGE_SET_EXECUTION_STATUS.error(change_set=change_set.id, status=change_set.execution_status)


def delete_change_set(world: World, region: str, params: Params) -> Answer:
    """DeleteChangeSet: ignores one that does not exist, and refuses the ARN of an executed one (recorded)."""
    try:
        change_set, stack = find(world, region, params)
    except ApiError as refusal:
        if refusal.code != NO_CHANGE_SET.code:
            raise
        return {}
    if change_set.execution_status.startswith("EXECUTE_"):
        raise CHANGE_SET_EXECUTED.error(status=change_set.execution_status)
    stack.change_sets.pop(change_set.name, None)
    del world.change_sets[change_set.id]
    return {}


def list_change_sets(world: World, region: str, params: Params) -> Answer:
    """ListChangeSets: those that can still be found by name."""
    stack = world.require(region, params["StackName"])
    items = [change_set_summary(each, stack) for each in reversed(stack.change_sets.values())]
    return cut(world, "Summaries", items, params)


CALLS: Calls = {
    "CreateChangeSet": create_change_set,
    "ExecuteChangeSet": execute_change_set,
    "DeleteChangeSet": delete_change_set,
    "DescribeChangeSet": describe_change_set,
    "ListChangeSets": list_change_sets,
}
