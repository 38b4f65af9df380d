"""The calls that create, update and delete stacks.

The rule: each call checks what AWS checks, in AWS's order, before it starts an operation. A call that is refused has
changed nothing.
"""

from dataclasses import replace
from typing import NamedTuple

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.tokens import earlier_answer, remember_token
from local_cloud.cloudformation.changes.change_sets import nothing_changes
from local_cloud.cloudformation.inputs import (
    Params,
    check_capabilities,
    check_name,
    definition_of,
    template_of,
)
from local_cloud.cloudformation.machine import PAUSED, StackStatus
from local_cloud.cloudformation.model import Definition, DeploymentConfig, OnFailure, Stack
from local_cloud.cloudformation.operations.launch import (
    CREATE,
    DELETE,
    UPDATE,
    arm_timeout,
    cancel_process,
    check_mode,
    define,
    start,
    usable_role,
)
from local_cloud.cloudformation.operations.policy import policy_of_call
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.refusals import (
    CREATED_WITH_DO_NOTHING,
    FORCE_TOO_EARLY,
    NO_UPDATES,
    PAUSED_NEEDS_FLAG,
    PROTECTED,
    RETAIN_DELETED,
    RETAIN_TOO_EARLY,
    RETAIN_UNKNOWN,
    Call,
    require,
)
from local_cloud.cloudformation.template.model import Template
from local_cloud.cloudformation.world import World

FORCE = "FORCE_DELETE_STACK"
BEGUN = {"CreateStack": CREATE, "UpdateStack": UPDATE}


class Wanted(NamedTuple):
    """What a call sends: the template, and a stack policy if there is one."""

    source: Template
    policy: str | None


def create_stack(world: World, region: str, params: Params) -> Answer:
    """CreateStack."""
    name = params["StackName"]
    check_name("stackName", name)
    wanted = _wanted(world, params)
    existing = world.find(region, name)
    if existing is not None:
        if earlier_answer(existing, params, "CreateStack"):
            return {"StackId": existing.id}
        require(Call.CREATE_STACK, existing.status, name=name)
    return _create(world, existing or new_stack(world, region, name), params, wanted)


def _create(world: World, stack: Stack, params: Params, wanted: Wanted) -> Answer:
    """What can still be refused, and then the operation."""
    role = usable_role(world, stack, params.get("RoleARN"))
    definition = definition_of(world, params, stack, wanted.source)
    _configure_creation(stack, params)
    stack.role_arn, stack.policy = role, wanted.policy or stack.policy
    stack.void_change_sets()
    world.add(stack)
    options = replace(
        _options(params), problem=define(world, stack, definition), disable_rollback=stack.disable_rollback
    )
    answer = _begin(world, stack, params, "CreateStack", options)
    arm_timeout(world, stack)
    return answer


def _wanted(world: World, params: Params, stack: Stack | None = None) -> Wanted:
    """What the call sends, checked for capabilities. Raises AWS's refusals."""
    policy = policy_of_call(world, params, "StackPolicy")
    source = template_of(world, params, stack)
    check_capabilities(source, params.get("Capabilities", ()), expands=True)
    return Wanted(source, policy)


def _begin(world: World, stack: Stack, params: Params, call: str, options: Options) -> Answer:
    """Start the operation. The same call with the same token gets the same answer, and starts nothing."""
    run = start(world, stack, BEGUN[call], token=params.get("ClientRequestToken"), options=options)
    answer = {"StackId": stack.id, "OperationId": run.operation.id}
    remember_token(stack, params, call, answer)
    return answer


def new_stack(world: World, region: str, name: str) -> Stack:
    """A stack that the world does not know yet."""
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


def deployment_of(params: Params) -> DeploymentConfig:
    """The call's DeploymentConfig; EXPRESS disables rollback unless the call says otherwise (documented)."""
    given = params.get("DeploymentConfig", {})
    mode = given.get("Mode", "STANDARD")
    return DeploymentConfig(mode=mode, disable_rollback=given.get("DisableRollback", mode == "EXPRESS"))


def _options(params: Params) -> Options:
    return Options(
        disable_rollback=params.get("DisableRollback", False),
        retain_except_on_create=params.get("RetainExceptOnCreate", False),
        express=deployment_of(params).mode == "EXPRESS",
    )


def update_stack(world: World, region: str, params: Params) -> Answer:
    """UpdateStack."""
    stack = world.require(region, params["StackName"])
    if known := earlier_answer(stack, params, "UpdateStack"):
        return {"StackId": known["StackId"]}
    wanted, during_update = _wanted(world, params, stack), policy_of_call(world, params, "StackPolicyDuringUpdate")
    check_updatable(stack, params)
    check_mode(stack, deployment_of(params).mode)
    return _update(world, stack, params, wanted, during_update)


def _update(world: World, stack: Stack, params: Params, wanted: Wanted, during_update: str | None) -> Answer:
    """What can still be refused, and then the operation."""
    role = usable_role(world, stack, params.get("RoleARN"))
    definition = definition_of(world, params, stack, wanted.source)
    _refuse_idle(world, stack, definition)
    stack.role_arn, stack.policy = role, wanted.policy or stack.policy
    problem = define(world, stack, definition)
    stack.updated, stack.deployment = world.schedule.now, deployment_of(params)
    stack.void_change_sets()
    options = replace(
        _options(params),
        problem=problem,
        disable_rollback=params.get("DisableRollback", False) or stack.deployment.disable_rollback,
        policy_during_update=during_update,
    )
    return _begin(world, stack, params, "UpdateStack", options)


def _refuse_idle(world: World, stack: Stack, definition: Definition) -> None:
    """Refuse an update without changes, unless a transform is yet to be expanded or a paused stack has work left."""
    known_at_once = not definition.source.transforms
    if stack.status not in PAUSED and known_at_once and nothing_changes(world, stack, definition):
        raise NO_UPDATES.error()


def check_updatable(stack: Stack, params: Params, call: Call = Call.UPDATE_STACK) -> None:
    """Raise unless the stack accepts an update; a paused one does so only with DisableRollback, or never."""
    require(call, stack.status, id=stack.id, name=stack.name, stack=params.get("StackName", stack.id))
    if stack.status not in PAUSED:
        return
    if stack.on_failure is OnFailure.DO_NOTHING and stack.status is StackStatus.CREATE_FAILED:
        raise CREATED_WITH_DO_NOTHING.error(status=stack.status)
    if not params.get("DisableRollback") and not params.get("DeploymentConfig"):
        raise PAUSED_NEEDS_FLAG.error(status=stack.status)


def delete_stack(world: World, region: str, params: Params) -> Answer:
    """DeleteStack. A name that does not exist and a stack that is being deleted already are no errors."""
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
    stack.deleted, stack.deletion_mode = world.schedule.now, params.get("DeletionMode")
    stack.void_change_sets()
    start(world, stack, DELETE, token=params.get("ClientRequestToken"), options=Options(retain=retain, force=force))
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
