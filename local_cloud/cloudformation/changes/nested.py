"""Change sets of nested stacks: one for each child that the root's change set changes. Only the root's is executed.

The rule: a child without changes is not a change of its parent. The outputs of one with changes are known after apply,
so that a sibling that takes them as parameters changes, too (seen in public change sets). A child that does not exist
yet gets no change set, where AWS is assumed to make one for an empty stack.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_cloud.cloudformation.changes.diff import Side
from local_cloud.cloudformation.errors import ApiError
from local_cloud.cloudformation.model import STACK_TYPE, ChangeSet, Definition, Stack
from local_cloud.cloudformation.operations.nested import child_definition
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.loading import resolve_resource
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.template.order import dependencies, in_order
from local_cloud.cloudformation.values import UNKNOWN
from local_cloud.cloudformation.world import World

FROM_ROOT = "Executable from root change set"
Compute = Callable[[World, Stack, ChangeSet], None]
Change = dict[str, Any]


class NoChanges(Exception):
    """A change set that would change nothing."""


def children(world: World, stack: Stack, change_set: ChangeSet, after: Side, compute: Compute) -> dict[str, str | None]:
    """The child's change set id, by logical id; None for a child that does not change. Raises TemplateError."""
    found: dict[str, str | None] = {}

    def lookup(name: str, attribute: str | None) -> Any:
        return UNKNOWN if attribute and found.get(name) else after.lookup(name, attribute)

    resolver = Resolver(after.template, after.environment, lookup)
    for name in in_order(dependencies(after.template, after.environment)):
        resource, live = after.template.resources[name], stack.resources.get(name)
        if resource.type == STACK_TYPE and live is not None and live.made:
            properties = resolve_resource(resource, resolver).properties
            given = schema(STACK_TYPE).tagged(properties, change_set.definition.tags)
            found[name] = _child(world, world.stacks[live.physical_id], change_set, given, compute)
    return found


def without_idle(changes: Iterable[Change], nested: Mapping[str, str | None]) -> list[Change]:
    """The changes without children that do not change, and without what would change only because of them."""
    gone = {name for name, id in nested.items() if id is None}
    return [change for change in changes if _name(change) not in gone and not _only_by(change, gone)]


def _only_by(change: Change, gone: set[str]) -> bool:
    details = change["ResourceChange"].get("Details", [])
    causes = {detail["CausingEntity"].split(".")[0] for detail in details if "CausingEntity" in detail}
    own = any("CausingEntity" not in detail and detail["Evaluation"] == "Static" for detail in details)
    return bool(causes) and causes <= gone and not own


def _name(change: Change) -> str:
    return str(change["ResourceChange"]["LogicalResourceId"])


def _definition(world: World, child: Stack, properties: Mapping[str, Any]) -> Definition:
    """Whatever would refuse a change set of the child fails the root's. Raises TemplateError."""
    try:
        return child_definition(world, child, properties)
    except ApiError as refusal:
        raise TemplateError(refusal.message) from None


def _child(world: World, child: Stack, root: ChangeSet, properties: Mapping[str, Any], compute: Compute) -> str | None:
    change_set = ChangeSet(
        id=world.arn(child.region, "changeSet", root.name),
        name=root.name,
        stack_id=child.id,
        kind="UPDATE",
        definition=_definition(world, child, properties),
        created=world.schedule.now,
        include_nested=True,
        parent_id=root.id,
        root_id=root.root_id or root.id,
        operation_id=root.operation_id,
    )
    try:
        compute(world, child, change_set)
    except NoChanges:
        return None
    except TemplateError as problem:
        raise TemplateError(f"Nested change set {change_set.id} was not successfully created: {problem}") from None
    change_set.status, change_set.reason = "CREATE_COMPLETE", FROM_ROOT
    child.change_sets[change_set.name] = change_set
    world.change_sets[change_set.id] = change_set
    return change_set.id


def finish(world: World, root: ChangeSet) -> None:
    """Mark the children's change sets as executed with the root's."""
    for change_set in world.change_sets.values():
        if change_set.root_id == root.id:
            change_set.execution_status = root.execution_status
            world.stacks[change_set.stack_id].change_sets.pop(change_set.name, None)
