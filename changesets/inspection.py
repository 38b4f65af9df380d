"""What is inside a stack and the stacks nested in it, and what only other services know about a change set.

The rule: a review shows everything that may be lost, including what the change set does not show: what is deleted with
a nested stack, and what may change in one unseen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from changesets import reviews, templates
from changesets.gateway import CloudFormation
from changesets.kinds import NESTED_STACK, holds_data
from changesets.models import TOKEN_PREFIX, Action, ChangeSet, Resource, ResourceChange, StackEvent
from changesets.plans import Hazard, Review
from changesets.situation import GONE, Goal, Situation
from changesets.statuses import StackStatus, WayOut, is_healthy, lives

CREATION = "Resource creation Initiated"  # of a new resource, or of the new half of a replacement


class Row(NamedTuple):
    """A resource, its DeletionPolicy, and whether it can be deleted although it is full."""

    resource: Resource
    policy: str
    empties_itself: bool


def rows(cloudformation: CloudFormation, stack_id: str, prefix: str = "") -> list[Row]:
    """The resources of the stack and of those nested in it."""
    body = templates.read(cloudformation.template(stack_id))
    found: list[Row] = []
    for each in cloudformation.resources(stack_id):
        name = prefix + each.logical_id
        policy = templates.deletion_policy(body, each.logical_id)
        found.append(Row(replace(each, logical_id=name), policy, templates.empties_itself(body, each.logical_id)))
        if each.type == NESTED_STACK and each.physical_id and each.status not in GONE:
            found += rows(cloudformation, each.physical_id, f"{name}.")
    return found


def fresh_data(cloudformation: CloudFormation, stack_id: str) -> tuple[Resource, ...]:
    """What may hold data and was created, here or in a nested stack, since the stack was last stable (or ever, if it
    never was): a rollback deletes it. Includes the new half of a replacement, which is no longer listed anywhere.
    """
    since = next((event.at for event in cloudformation.events(stack_id) if _stable(event)), None)
    return tuple(each for each in _created(cloudformation, stack_id, since, "") if not cloudformation.is_empty(each))


def _created(cloudformation: CloudFormation, stack_id: str, since: datetime | None, prefix: str) -> Iterator[Resource]:
    fresh = [*takewhile(lambda event: since is None or event.at > since, cloudformation.events(stack_id))]
    gone = {event.physical_id for event in fresh if event.status == "DELETE_COMPLETE"}
    made = {event.physical_id: event for event in _making(fresh) if holds_data(event.type)}
    for name in made.keys() - gone:
        yield Resource(logical_id=prefix + made[name].logical_id, physical_id=name, type=made[name].type)
    for each in cloudformation.resources(stack_id):
        if each.type == NESTED_STACK and each.physical_id and each.status not in GONE:
            yield from _created(cloudformation, each.physical_id, since, f"{prefix}{each.logical_id}.")


def _making(newest_first: list[StackEvent]) -> Iterator[StackEvent]:
    """What tells of a new thing: that its creation began, or a failure with another id than the resource came with."""
    before: dict[str, str] = {}
    for event in reversed(newest_first):
        came_with = before.setdefault(event.logical_id, event.physical_id)
        failed = event.failed and not event.status.startswith(("DELETE", "IMPORT"))
        if event.reason == CREATION or (failed and event.physical_id not in ("", came_with)):
            yield event


def _stable(event: StackEvent) -> bool:
    return event.is_of_stack and is_healthy(event.stack_status)


def reviewed(cloudformation: CloudFormation, change_set: ChangeSet, situation: Situation) -> Review:
    """Review the change set, after asking the services what only they know: what is empty, what is valid.

    A realignment only undoes drift: it is not of the wanted template, and nested stacks keep theirs.
    """
    wanted = None if change_set.is_realignment else situation.deployment
    template = wanted.template if wanted else ""
    change_set = _with(change_set, _owed(cloudformation, change_set, situation))
    change_set = _with(change_set, _gone_inside(cloudformation, change_set))
    unseen = () if change_set.is_realignment else tuple(_unseen_inside(cloudformation, change_set))
    risky = (*reviews.data_at_risk(change_set), *reviews.data_taken_over(change_set, templates.read(template)))
    sought = (*map(_physical, risky), *unseen)
    lost = any(each.removes or each.replaces for each in change_set.changes)
    return reviews.review(
        change_set,
        template=template,
        is_create=not lives(situation.status) or _holds_only_imports(cloudformation, situation),
        empty=frozenset(each.logical_id for each in sought if cloudformation.is_empty(each)),
        validations=cloudformation.validations(change_set.id) if lost else (),
        others=_overtaken(cloudformation, change_set),
        unseen=unseen,
        more=_not_taken_over(cloudformation, change_set, situation),
    )


def _not_taken_over(cloudformation: CloudFormation, change_set: ChangeSet, situation: Situation) -> Iterator[Hazard]:
    """What an earlier stack of this name left, and the new one would have anew and empty."""
    if change_set.is_import:
        return
    taken, added = situation.taken_over, {each.logical_id: each for each in change_set.of(Action.ADD)}
    for each in situation.survivors.resources:
        anew = each.logical_id in added and added[each.logical_id].type == each.type
        if anew and not (each in taken and situation.goal is Goal.REVIEW) and not cloudformation.is_empty(each):
            yield reviews.not_taken_over(each, tried=each in taken, possible=situation.importable(each))


def _holds_only_imports(cloudformation: CloudFormation, situation: Situation) -> bool:
    """A stack that is to be created anew begins with the data that it takes over; all else is new in it."""
    if situation.status not in (StackStatus.IMPORT_COMPLETE, StackStatus.IMPORT_ROLLBACK_COMPLETE):
        return False
    return all(holds_data(each.type) for each in cloudformation.resources(situation.address))


def _with(change_set: ChangeSet, more: Iterable[ResourceChange]) -> ChangeSet:
    return replace(change_set, changes=(*change_set.changes, *more))


def _owed(cloudformation: CloudFormation, change_set: ChangeSet, situation: Situation) -> Iterator[ResourceChange]:
    """What a paused update was to remove and its fix does not bring back: it is deleted once the fix is done. No change
    set shows it, because that compares with the template that failed.
    """
    if situation.way_out is not WayOut.FIX_FORWARD:
        return
    declared = templates.resources(
        templates.read(cloudformation.template(change_set.stack_id, ChangeSetName=change_set.id))
    )
    told = {each.logical_id for each in change_set.changes}
    for each in situation.alive if declared else ():
        root = "." not in each.logical_id and (each.type == NESTED_STACK or holds_data(each.type))
        if root and each.logical_id not in declared and each.logical_id not in told:
            yield _removal(each, "Delete")


def _removal(resource: Resource, policy: str) -> ResourceChange:
    return ResourceChange(
        action=Action.REMOVE,
        logical_id=resource.logical_id,
        physical_id=resource.physical_id,
        type=resource.type,
        policy=policy,
    )


def _gone_inside(cloudformation: CloudFormation, change_set: ChangeSet) -> Iterator[ResourceChange]:
    """What is deleted with a nested stack; the change set shows only the stack itself."""
    gone = (each for each in change_set.changes if each.type == NESTED_STACK and each.removes and not each.keeps_old)
    for stack in gone:
        for row, policy, _ in rows(cloudformation, stack.physical_id, f"{stack.logical_id}."):
            yield _removal(row, policy)


def _unseen_inside(cloudformation: CloudFormation, change_set: ChangeSet) -> Iterator[Resource]:
    """The resources of nested stacks that change without a change set of their own."""
    changing = (each for each in change_set.changes if each.type == NESTED_STACK and each.action is Action.MODIFY)
    for stack in changing:
        if not stack.nested_change_set:
            yield from (row.resource for row in rows(cloudformation, stack.physical_id, f"{stack.logical_id}."))


def _overtaken(cloudformation: CloudFormation, change_set: ChangeSet) -> tuple[str, ...]:
    """Other deployers' pending change sets: executing one deletes all others of the stack."""
    names = cloudformation.pending_change_sets(change_set.stack_id)
    return tuple(name for name in names if name != change_set.name and not name.startswith(TOKEN_PREFIX))


def _physical(change: ResourceChange) -> Resource:
    return Resource(logical_id=change.logical_id, physical_id=change.physical_id, type=change.type)
