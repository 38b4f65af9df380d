"""Somebody else's update of the same stack: a real one that changes nothing and only takes time."""

from local_cloud.cloudformation.machine import STABLE
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.operations.launch import UPDATE, start
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.world import World


def start_foreign_update(world: World, stack: Stack, seconds: float) -> None:
    """Start it, if the stack accepts updates now; pending change sets become obsolete, as with any update."""
    if stack.status not in STABLE:
        return
    stack.void_change_sets()
    start(world, stack, UPDATE, token="somebody-else", options=Options(delay=seconds))
