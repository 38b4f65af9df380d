"""Exports and imports of a region (texts recorded).

The rule: an export that another stack imports can be neither changed nor deleted.
"""

from collections.abc import Iterable, Iterator

from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.template.model import ResolvedOutput
from local_cloud.cloudformation.world import World


def exports(world: World, region: str) -> dict[str, tuple[Stack, str]]:
    """Each export of the region with its stack and value."""
    return {
        output.export_name: (stack, output.value)
        for stack in world.in_region(region)
        for output in stack.outputs
        if output.export_name and stack.status is not StackStatus.DELETE_COMPLETE
    }


def output_of(world: World, region: str, stack: str, key: str) -> str | None:
    """The value of a stack's output, exported or not."""
    found = world.find(region, stack)
    return next((output.value for output in found.outputs if output.key == key), None) if found else None


def importers(world: World, region: str, name: str) -> Iterator[Stack]:
    """The stacks that import an export."""
    for stack in world.in_region(region):
        if name in stack.imports and stack.status is not StackStatus.DELETE_COMPLETE:
            yield stack


def blocked_delete(world: World, stack: Stack) -> str | None:
    """Why a stack's exports forbid its deletion."""
    held = _held(world, stack, (output.export_name for output in stack.outputs))
    return held and "Delete canceled. Cannot delete export {} as it is in use by {}.".format(*held)


def blocked_update(world: World, stack: Stack, outputs: tuple[ResolvedOutput, ...]) -> str | None:
    """Why new outputs cannot replace the stack's: an export in use would change, or another stack has the name."""
    after = {output.export_name: output.value for output in outputs if output.export_name}
    before = {output.export_name: output.value for output in stack.outputs if output.export_name}
    if held := _held(world, stack, (name for name, value in before.items() if after.get(name) != value)):
        return "Update canceled. Cannot update export {} as it is in use by {}.".format(*held)
    taken = exports(world, stack.region) if after else {}
    for name in after:
        if name in taken and taken[name][0] is not stack:
            return f"Export with name {name} is already exported by stack {taken[name][0].name}."
    return None


def _held(world: World, stack: Stack, names: Iterable[str | None]) -> tuple[str, str] | None:
    for name in names:
        user = name and next((other for other in importers(world, stack.region, name) if other is not stack), None)
        if name and user:
            return name, user.name
    return None
