"""What ContinueUpdateRollback may skip, in a stack and in its nested stacks (text and rules: user guide)."""

from collections.abc import Iterable, Iterator, Mapping

from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import STACK_TYPE, Stack
from local_cloud.cloudformation.operations.launch import CONTINUE_ROLLBACK, start
from local_cloud.cloudformation.operations.run import Options
from local_cloud.cloudformation.refusals import NO_STACK, NOT_SKIPPABLE
from local_cloud.cloudformation.world import World

Skips = Mapping[str, frozenset[str]]


def check_skips(world: World, stack: Stack, named: Iterable[str], *, force: bool) -> Skips:
    """What to skip, by stack id: the named (`Logical`, `NestedStackName.Logical`), or with `force` all that failed."""
    family = {each.name: each for each in _family(world, stack)}
    skips: dict[str, set[str]] = {each.id: set() for each in family.values()}
    if force:
        return {each.id: frozenset(_failed(world, each)) for each in family.values()}
    for name in named:
        inside, _, logical_id = name.rpartition(".")
        if inside and inside not in family:
            raise NO_STACK.error(stack=inside)
        owner = family[inside] if inside else stack
        if logical_id not in _failed(world, owner):
            raise NOT_SKIPPABLE.error(resources=name)
        skips[owner.id].add(logical_id)
    return {id: frozenset(names) for id, names in skips.items()}


def resume_children(world: World, stack: Stack, skips: Skips) -> None:
    """Let the failed nested stacks continue with their own skips; the parent's revert waits for them."""
    for child in world.children(stack):
        if child.status is StackStatus.UPDATE_ROLLBACK_FAILED:
            resume_children(world, child, skips)
            start(world, child, CONTINUE_ROLLBACK, options=Options(skip=skips[child.id]))


def _family(world: World, stack: Stack) -> Iterator[Stack]:
    yield stack
    for child in world.children(stack):
        if child.status is not StackStatus.DELETE_COMPLETE:
            yield from _family(world, child)


def _failed(world: World, stack: Stack) -> set[str]:
    """What may be skipped: what failed; of nested stacks only those that are deleted or being deleted."""
    return {
        name
        for name, live in stack.resources.items()
        if live.status == "UPDATE_FAILED"
        and (live.type != STACK_TYPE or world.stacks[live.physical_id].status.startswith("DELETE"))
    }
