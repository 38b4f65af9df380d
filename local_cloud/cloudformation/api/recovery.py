"""The calls that bring a stack back to a stable state: cancel an update, roll back, continue a rollback.

The rule: they lead back to the stack's last stable state; a stack that never had one ends without resources.
"""

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.tokens import earlier_answer, remember_token
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.operations.continuing import check_skips, resume_children
from local_cloud.cloudformation.operations.launch import (
    CONTINUE_ROLLBACK,
    ROLL_BACK_CREATE,
    ROLL_BACK_TO_NOTHING,
    ROLL_BACK_UPDATE,
    Kind,
    interrupt,
    start,
    usable_role,
)
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.refusals import CONTINUE_ON_CHILD, EXPRESS_ROLLBACK, Call, require
from local_cloud.cloudformation.world import World


def cancel_update_stack(world: World, region: str, params: Params) -> Answer:
    """CancelUpdateStack: what is in progress is cancelled, then the update rolls back."""
    stack = world.require(region, params["StackName"])
    require(Call.CANCEL_UPDATE, stack.status)
    interrupt(world, stack, "User Initiated")
    return {}


def continue_update_rollback(world: World, region: str, params: Params) -> Answer:
    """ContinueUpdateRollback."""
    stack = world.require(region, params["StackName"])
    if earlier_answer(stack, params, "ContinueUpdateRollback") is not None:
        return {}
    if stack.parent_id:
        raise CONTINUE_ON_CHILD.error()
    require(Call.CONTINUE_ROLLBACK, stack.status)
    skip = check_skips(world, stack, params.get("ResourcesToSkip", ()), force=params.get("ForceRollback", False))
    stack.role_arn = usable_role(world, stack, params.get("RoleARN"))
    resume_children(world, stack, skip)
    token = params.get("ClientRequestToken")
    start(world, stack, CONTINUE_ROLLBACK, token=token, options=Options(skip=skip[stack.id]))
    remember_token(stack, params, "ContinueUpdateRollback", {})
    return {}


def rollback_stack(world: World, region: str, params: Params) -> Answer:
    """RollbackStack: from a paused failure back to the last stable state, or to nothing."""
    stack = world.require(region, params["StackName"])
    if known := earlier_answer(stack, params, "RollbackStack"):
        return {"StackId": known["StackId"]}
    require(Call.ROLLBACK_STACK, stack.status)
    if stack.deployment.mode == "EXPRESS":
        raise EXPRESS_ROLLBACK.error()
    stack.role_arn = usable_role(world, stack, params.get("RoleARN"))
    kind = _way_back(stack)
    if kind is not ROLL_BACK_UPDATE:
        stack.deleted = world.schedule.now
    options = Options(retain_except_on_create=params.get("RetainExceptOnCreate", False))
    run = start(world, stack, kind, token=params.get("ClientRequestToken"), options=options)
    answer = {"StackId": stack.id, "OperationId": run.operation.id}
    remember_token(stack, params, "RollbackStack", answer)
    return answer


def _way_back(stack: Stack) -> Kind:
    """A stack that was never stable is deleted (documented), from CREATE_FAILED by way of ROLLBACK_IN_PROGRESS."""
    if stack.status is StackStatus.CREATE_FAILED:
        return ROLL_BACK_CREATE
    return ROLL_BACK_TO_NOTHING if stack.stable is None else ROLL_BACK_UPDATE


CALLS: Calls = {
    "CancelUpdateStack": cancel_update_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "RollbackStack": rollback_stack,
}
