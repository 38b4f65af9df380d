"""The calls that write stacks. Each checks what AWS checks, in AWS's order, then starts an operation.

Rule: a refused call has changed nothing.
"""

from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.calls import Answer, Calls
from local_cloud.cloudformation.change_sets import nothing_changes
from local_cloud.cloudformation.inputs import (
    Params,
    check_capabilities,
    check_name,
    definition_of,
    fingerprint,
    template_of,
)
from local_cloud.cloudformation.launch import (
    arm_timeout,
    cancel_process,
    check_mode,
    define,
    repeated,
    start,
    usable_role,
)
from local_cloud.cloudformation.machine import PAUSED, StackStatus
from local_cloud.cloudformation.model import DeploymentConfig, OnFailure, Stack
from local_cloud.cloudformation.operations import create, delete, update
from local_cloud.cloudformation.policy import given
from local_cloud.cloudformation.refusals import (
    CREATED_WITH_DO_NOTHING,
    FORCE_TOO_EARLY,
    NO_UPDATES,
    PAUSED_NEEDS_FLAG,
    PROTECTED,
    RETAIN_DELETED,
    RETAIN_TOO_EARLY,
    RETAIN_UNKNOWN,
    ROLLBACK_TWICE,
    Call,
    require,
)
from local_cloud.cloudformation.run import Options
from local_cloud.cloudformation.world import World

FORCE = "FORCE_DELETE_STACK"


def create_stack(world: World, region: str, params: Params) -> Answer:
    """CreateStack."""
    name = params["StackName"]
    check_name("stackName", name)
    if "DisableRollback" in params and "OnFailure" in params:
        raise ROLLBACK_TWICE.error()
    policy = given(world, params, "StackPolicy")
    source = template_of(world, params)
    check_capabilities(source, params.get("Capabilities", ()), expands=True)
    existing = world.find(region, name)
    if existing is not None:
        known = repeated(existing, params.get("ClientRequestToken"), "CreateStack", fingerprint(params))
        if known:
            return {"StackId": existing.id}
        require(Call.CREATE_STACK, existing.status, name=name)
    stack = existing or new_stack(world, region, name)
    role = usable_role(world, stack, params.get("RoleARN"))
    definition = definition_of(world, params, stack, source)
    _configure_creation(stack, params)
    stack.role_arn, stack.policy = role, policy or stack.policy
    for change_set in stack.change_sets.values():
        change_set.execution_status = "OBSOLETE"
    world.add(stack)
    problem = define(world, stack, definition)
    options = replace(_options(params), problem=problem, disable_rollback=stack.disable_rollback)
    run = start(
        world, stack, create, kind="CREATE_STACK", status=StackStatus.CREATE_IN_PROGRESS,
        token=params.get("ClientRequestToken"), options=options,
    )  # fmt: skip
    arm_timeout(world, stack)
    answer = {"StackId": stack.id, "OperationId": run.operation.id}
    remember_token(stack, params, "CreateStack", answer)
    return answer


def new_stack(world: World, region: str, name: str) -> Stack:
    """A record that the world does not know yet."""
    return Stack(
        id=world.arn(region, "stack", name), name=name, account=world.account, region=region,
        created=world.schedule.now, status=StackStatus.CREATE_IN_PROGRESS,
    )  # fmt: skip


def _configure_creation(stack: Stack, params: Params) -> None:
    stack.deployment = deployment_of(params)
    stack.disable_rollback = params.get("DisableRollback", False) or stack.deployment.disable_rollback
    stack.on_failure = OnFailure(params.get("OnFailure", OnFailure.ROLLBACK))
    stack.timeout_minutes = params.get("TimeoutInMinutes")
    stack.protected = params.get("EnableTerminationProtection", False)
    stack.retain_except_on_create = params.get("RetainExceptOnCreate", False)


def deployment_of(params: Params) -> DeploymentConfig:
    """EXPRESS has rollback off unless the call says otherwise (documented)."""
    given = params.get("DeploymentConfig", {})
    mode = given.get("Mode", "STANDARD")
    return DeploymentConfig(mode=mode, disable_rollback=given.get("DisableRollback", mode == "EXPRESS"))


def _options(params: Params) -> Options:
    return Options(
        disable_rollback=params.get("DisableRollback", False),
        retain_except_on_create=params.get("RetainExceptOnCreate", False),
        express=deployment_of(params).mode == "EXPRESS",
    )


def remember_token(stack: Stack, params: Params, call: str, answer: Any) -> None:
    """Let the same call with the same token get the same answer."""
    if token := params.get("ClientRequestToken"):
        stack.tokens[token] = call + fingerprint(params), answer


def update_stack(world: World, region: str, params: Params) -> Answer:
    """UpdateStack."""
    stack = world.require(region, params["StackName"])
    if known := repeated(stack, params.get("ClientRequestToken"), "UpdateStack", fingerprint(params)):
        return {"StackId": known["StackId"]}
    policy, during_update = given(world, params, "StackPolicy"), given(world, params, "StackPolicyDuringUpdate")
    source = template_of(world, params, stack)
    check_capabilities(source, params.get("Capabilities", ()), expands=True)
    check_updatable(stack, params)
    check_mode(stack, deployment_of(params).mode)
    role = usable_role(world, stack, params.get("RoleARN"))
    definition = definition_of(world, params, stack, source)
    known_at_once = not source.transforms  # else only the expansion tells, which comes after the answer
    if stack.status not in PAUSED and known_at_once and nothing_changes(world, stack, definition):
        raise NO_UPDATES.error()
    stack.role_arn, stack.policy = role, policy or stack.policy
    problem = define(world, stack, definition)
    stack.updated, stack.deployment = world.schedule.now, deployment_of(params)
    _obsolete(stack)
    disable = params.get("DisableRollback", False) or stack.deployment.disable_rollback
    run = start(
        world, stack, update, kind="UPDATE_STACK", status=StackStatus.UPDATE_IN_PROGRESS,
        token=params.get("ClientRequestToken"),
        options=replace(
            _options(params), problem=problem, disable_rollback=disable, policy_during_update=during_update
        ),
    )  # fmt: skip
    answer = {"StackId": stack.id, "OperationId": run.operation.id}
    remember_token(stack, params, "UpdateStack", answer)
    return answer


def check_updatable(stack: Stack, params: Params, call: Call = Call.UPDATE_STACK) -> None:
    """Raise unless the stack takes an update; from a paused status only with DisableRollback, or never."""
    require(call, stack.status, id=stack.id, name=stack.name, stack=params.get("StackName", stack.id))
    if stack.status not in PAUSED:
        return
    if stack.on_failure is OnFailure.DO_NOTHING and stack.status is StackStatus.CREATE_FAILED:
        raise CREATED_WITH_DO_NOTHING.error(status=stack.status)
    if not params.get("DisableRollback") and not params.get("DeploymentConfig"):
        raise PAUSED_NEEDS_FLAG.error(status=stack.status)


def _obsolete(stack: Stack) -> None:
    for change_set in stack.change_sets.values():
        if change_set.execution_status == "AVAILABLE":
            change_set.execution_status = "OBSOLETE"


def delete_stack(world: World, region: str, params: Params) -> Answer:
    """DeleteStack; a name that does not exist, and a stack that is going already, are no errors."""
    stack = world.find(region, params["StackName"])
    if stack is None or stack.status in (StackStatus.DELETE_COMPLETE, StackStatus.DELETE_IN_PROGRESS):
        return {}
    if stack.protected:
        raise PROTECTED.error(name=stack.name)
    require(Call.DELETE_STACK, stack.status, stack=params["StackName"])
    retain, force = frozenset(params.get("RetainResources", ())), params.get("DeletionMode") == FORCE
    _check_retained(stack, retain, force=force)
    stack.role_arn = usable_role(world, stack, params.get("RoleARN"))
    cancel_process(world, stack)
    stack.deleted = world.schedule.now
    _obsolete(stack)
    start(
        world, stack, delete, kind="DELETE_STACK", status=StackStatus.DELETE_IN_PROGRESS,
        token=params.get("ClientRequestToken"), options=Options(retain=retain, force=force),
    )  # fmt: skip
    return {}


def _check_retained(stack: Stack, retain: frozenset[str], *, force: bool) -> None:
    failed = stack.status is StackStatus.DELETE_FAILED
    if retain and not failed:
        raise RETAIN_TOO_EARLY.error(id=stack.id)
    if force and not failed:
        raise FORCE_TOO_EARLY.error(id=stack.id)
    if unknown := sorted(retain - stack.resources.keys()):
        raise RETAIN_UNKNOWN.error(resources=", ".join(unknown))
    if any(stack.resources[name].status == "DELETE_COMPLETE" for name in retain):
        raise RETAIN_DELETED.error()


CALLS: Calls = {
    "CreateStack": create_stack,
    "UpdateStack": update_stack,
    "DeleteStack": delete_stack,
}
