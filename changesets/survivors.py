"""What earlier stacks of the same name left behind: found on AWS, because a run may be killed between two stacks.

The rule: what its service says is gone, and what another stack owns, was not left behind. The latest deleted stack that
left anything decides. Only if that is also the latest that held anything, and if its deletion's token says that the
stack was to be created again, is what it left taken over unasked.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from changesets.errors import AccessDenied, StackNotFound
from changesets.gateway import CloudFormation
from changesets.kinds import NESTED_STACK, holds_data
from changesets.models import RECREATE_TOKEN_PREFIX, Resource
from changesets.situation import Survivors

LOOKS = 5  # deleted stacks of the name, latest first: an environment may be made and deleted every day


def survivors(cloudformation: CloudFormation, name: str, deleted: str | None) -> Survivors:
    """What holds data and is still there; `deleted` is the id of a stack that this run has deleted."""
    with suppress(AccessDenied, StackNotFound):  # whoever may not see them, or no longer, can still deploy
        return _found(cloudformation, islice(_deleted(cloudformation, name, deleted), LOOKS))
    return Survivors()


def _found(cloudformation: CloudFormation, earlier: Iterable[str]) -> Survivors:
    expected = True
    for stack_id in earlier:
        held = cloudformation.resources(stack_id)
        left = (each for each in _alive(cloudformation, held) if holds_data(each.type))
        if found := tuple(each for each in left if _is_there(cloudformation, each, stack_id)):
            return Survivors(found, expected and _was_to_come_back(cloudformation, stack_id))
        expected = expected and not held
    return Survivors()


def _deleted(cloudformation: CloudFormation, name: str, deleted: str | None) -> Iterator[str]:
    if deleted:
        yield deleted
    yield from (each for each in cloudformation.deleted(name) if each != deleted)


def _is_there(cloudformation: CloudFormation, resource: Resource, stack_id: str) -> bool:
    if cloudformation.is_gone(resource):
        return False
    return cloudformation.owner(resource.physical_id) in (None, stack_id)


def _was_to_come_back(cloudformation: CloudFormation, stack_id: str) -> bool:
    newest = next(cloudformation.events(stack_id), None)
    return newest is not None and newest.token.startswith(RECREATE_TOKEN_PREFIX)


def left_behind(cloudformation: CloudFormation, deleted: str) -> tuple[Resource, ...]:
    """What a deleted stack left alive: skipped by policy, retained, or dropped because it could not be deleted."""
    return _alive(cloudformation, cloudformation.resources(deleted))


def _alive(cloudformation: CloudFormation, held: Iterable[Resource]) -> tuple[Resource, ...]:
    rows = [each for each in held if each.physical_id]
    alive = [each for each in rows if each.status != "DELETE_COMPLETE"]
    inner = (
        replace(lost, logical_id=f"{each.logical_id}.{lost.logical_id}")
        for each in rows
        if each.type == NESTED_STACK and each not in alive
        for lost in left_behind(cloudformation, each.physical_id)
    )
    return (*alive, *inner)
