"""The calls that leave a stack's resources alone: termination protection, stack policy, signals."""

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.model import Signal
from local_cloud.cloudformation.operations.policy import policy_of_call
from local_cloud.cloudformation.operations.signals import send, sent_to
from local_cloud.cloudformation.refusals import NO_RESOURCE, PROTECTION_ON_CHILD, Call, require
from local_cloud.cloudformation.world import World


def update_termination_protection(world: World, region: str, params: Params) -> Answer:
    """UpdateTerminationProtection, of a stack and of its nested stacks (documented)."""
    stack = world.require(region, params["StackName"])
    if stack.parent_id:
        raise PROTECTION_ON_CHILD.error(stack=params["StackName"])
    require(Call.PROTECT, stack.status, stack=params["StackName"])
    for each in (stack, *world.family(stack)):
        each.protected = params["EnableTerminationProtection"]
    return {"StackId": stack.id}


def set_stack_policy(world: World, region: str, params: Params) -> Answer:
    """SetStackPolicy."""
    stack = world.require(region, params["StackName"])
    stack.policy = policy_of_call(world, params, "StackPolicy") or stack.policy
    return {}


def signal_resource(world: World, region: str, params: Params) -> Answer:
    """SignalResource: a resource with a CreationPolicy, or a WaitCondition, that waits for signals counts this one."""
    stack = world.require(region, params["StackName"])
    require(Call.SIGNAL, stack.status, id=stack.id)
    if params["LogicalResourceId"] not in stack.template.resources:
        raise NO_RESOURCE.error(resource=params["LogicalResourceId"], name=stack.name)
    send(world, sent_to(stack, params["LogicalResourceId"]), params["UniqueId"], Signal(status=params["Status"]))
    return {}


def get_stack_policy(world: World, region: str, params: Params) -> Answer:
    """GetStackPolicy."""
    stack = world.require(region, params["StackName"])
    return {"StackPolicyBody": stack.policy} if stack.policy else {}


CALLS: Calls = {
    "UpdateTerminationProtection": update_termination_protection,
    "SetStackPolicy": set_stack_policy,
    "GetStackPolicy": get_stack_policy,
    "SignalResource": signal_resource,
}
