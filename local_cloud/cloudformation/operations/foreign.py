"""Somebody else's update of the same stack: a real one that changes nothing and only takes time."""

from local_cloud.cloudformation.machine import STABLE, StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.operations.launch import start
from local_cloud.cloudformation.operations.lifecycle import update
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.world import World


def start_foreign_update(world: World, stack: Stack, seconds: float) -> None:
    """Start it, if the stack accepts updates now; pending change sets become obsolete, as with any update."""
    if stack.status not in STABLE:
        return
    stack.void_change_sets()
    start(
        world,
        stack,
        update,
        kind="UPDATE_STACK",
        status=StackStatus.UPDATE_IN_PROGRESS,
        token="somebody-else",
        options=Options(delay=seconds),
    )
