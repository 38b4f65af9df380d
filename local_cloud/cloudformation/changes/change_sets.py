"""Change sets: created in the background, computed by comparing two resolved templates, executed once.

The rule: until it is executed, a change set changes nothing about its stack; it only takes up a name there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.changes.diff import Side, changes
from local_cloud.cloudformation.changes.drift_changes import drift_status, with_drift
from local_cloud.cloudformation.changes.nested import NoChanges, children, finish, without_idle
from local_cloud.cloudformation.changes.unfinished import with_unfinished
from local_cloud.cloudformation.changes.validation import HOOKS, existing_id, findings, identifier_text
from local_cloud.cloudformation.inputs import processed
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import ChangeSet, Definition, OnFailure, Operation, Stack
from local_cloud.cloudformation.operations.launch import BY_CHANGE_SET, start
from local_cloud.cloudformation.operations.owners import unimportable
from local_cloud.cloudformation.operations.run import MissingAttribute, Options, Run, read_attribute
from local_cloud.cloudformation.operations.steps import KEEPS
from local_cloud.cloudformation.schedule import Process, Steps
from local_cloud.cloudformation.template.loading import resolve
from local_cloud.cloudformation.template.model import ResolvedResource, TemplateError
from local_cloud.cloudformation.values import UNKNOWN
from local_cloud.cloudformation.world import World

PENDING, COMPUTING = 0.5, 2.0
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
NO_UPDATES = "No updates are to be performed."
INVALID = (
    "The following hook(s)/validation failed: [{names}]. To troubleshoot Early Validation errors, use the "
    "DescribeEvents API for detailed failure information."
)
VERIFY = (
    "Verify that resources and their properties defined in the template match the intended configuration of the "
    "resource import to avoid unexpected changes."
)
NEEDS_RETAIN = (
    "CloudFormation is attempting to import some resources because they already exist in your account. The resources "
    "must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful "
    "import. The affected resources are {resources}"
)
OBSOLETE = "OBSOLETE"


class ChangeSetFailed(NoChanges):
    """A change set that ends FAILED; the text is its StatusReason."""


def prepare(world: World, stack: Stack, change_set: ChangeSet, *, validate: bool) -> Steps[None]:
    """CREATE_PENDING, CREATE_IN_PROGRESS, and CREATE_COMPLETE or FAILED."""
    yield world.seconds(PENDING)
    change_set.status = "CREATE_IN_PROGRESS"
    yield world.seconds(COMPUTING)
    try:
        compute(world, stack, change_set, validate=validate)
    except (ChangeSetFailed, TemplateError) as problem:
        change_set.status, change_set.reason = "FAILED", str(problem)
        return
    change_set.status = "CREATE_COMPLETE"
    if change_set.execution_status != OBSOLETE:
        change_set.execution_status = "AVAILABLE"
    change_set.reason = VERIFY if change_set.kind == "IMPORT" else None


def compute(world: World, stack: Stack, change_set: ChangeSet, *, validate: bool = False) -> None:
    """Fill in the changes. Raises ChangeSetFailed or TemplateError."""
    template = processed(world, stack, change_set.definition.source, change_set.definition.parameters)
    definition = change_set.definition = replace(change_set.definition, template=template)
    before, after = sides(world, stack, definition)
    nested = children(world, stack, change_set, after, compute) if change_set.include_nested else {}

    def found(*, values: bool) -> list[dict[str, Any]]:
        each = without_idle(changes(before, after, property_values=values), nested)
        each = with_unfinished(stack, each, after)
        return with_drift(world, stack, each, values=values) if change_set.revert_drift else each

    plain = found(values=False)
    change_set.drift_status = drift_status(plain) if change_set.revert_drift else None
    change_set.imports = _imports(world, stack, change_set, plain)
    change_set.changes = tuple(_answered(world, change_set, change, nested) for change in plain)
    change_set.changes_with_values = tuple(
        _answered(world, change_set, change, nested, values=True) for change in found(values=True)
    )
    if before is not None and not plain and _same(stack, definition):
        raise ChangeSetFailed(NO_UPDATES if definition.source.transforms or nested else NO_CHANGES)
    if validate:
        _validate(world, stack, change_set)


def sides(world: World, stack: Stack, definition: Definition) -> tuple[Side | None, Side]:
    """What the stack is and what it should be, resolved against the resources that exist."""
    live = {name: each for name, each in stack.resources.items() if each.made}
    ids = {name: each.physical_id for name, each in live.items()}
    probe = Run(
        world=world, stack=stack, operation=Operation(id="", type="CREATE_CHANGESET", started=world.schedule.now)
    )

    def lookup(logical_id: str, attribute: str | None) -> Any:
        try:
            return read_attribute(live[logical_id], attribute) if logical_id in live else UNKNOWN
        except MissingAttribute:  # which the update may bring: a new output of a stack inside, an answer of a function
            return UNKNOWN

    def side(which: Definition) -> Side:
        environment = probe.environment(which)
        return Side(template=which.template, environment=environment, lookup=lookup, physical_ids=ids, tags=which.tags)

    return side(stack.definition) if stack.definition is not None else None, side(definition)


def execute(world: World, stack: Stack, change_set: ChangeSet, options: Options, token: str | None) -> None:
    """Execute the change set. All others of the stack are obsolete from here, and its name is free again."""
    _void_others(stack, change_set)
    del stack.change_sets[change_set.name]
    change_set.execution_status = "EXECUTE_IN_PROGRESS"
    stack.definition = replace(change_set.definition, change_set_id=change_set.id)
    stack.updated, stack.deployment = world.schedule.now, change_set.deployment
    stack.disable_rollback = options.disable_rollback
    stack.on_failure = change_set.on_failure or OnFailure.ROLLBACK
    options = replace(
        options,
        imports=change_set.imports,
        revert_drift=change_set.revert_drift,
        express=change_set.deployment.mode == "EXPRESS",
        disable_rollback=options.disable_rollback or stack.on_failure is OnFailure.DO_NOTHING
        or change_set.deployment.disable_rollback,
    )  # fmt: skip

    def done(_process: Process) -> None:
        good = stack.status in (StackStatus.CREATE_COMPLETE, StackStatus.UPDATE_COMPLETE, StackStatus.IMPORT_COMPLETE)
        change_set.execution_status = "EXECUTE_COMPLETE" if good else "EXECUTE_FAILED"
        finish(world, change_set)

    start(world, stack, BY_CHANGE_SET[change_set.kind], token=token, options=options, done=done)


def nothing_changes(world: World, stack: Stack, definition: Definition) -> bool:
    """Whether UpdateStack would change nothing; not if a transform fails, which is for the operation to report."""
    try:
        template = processed(world, stack, definition.source, definition.parameters)
    except TemplateError:
        return False
    proposed = replace(definition, template=template)
    before, after = sides(world, stack, proposed)
    return not changes(before, after, property_values=False) and _same(stack, proposed)


def _void_others(stack: Stack, executed: ChangeSet) -> None:
    for name, other in list(stack.change_sets.items()):
        if other is not executed:
            other.execution_status = OBSOLETE
            del stack.change_sets[name]


def _answered(
    world: World,
    change_set: ChangeSet,
    change: dict[str, Any],
    nested: Mapping[str, str | None],
    *,
    values: bool = False,
) -> dict[str, Any]:
    """The change as AWS answered it on that day (`history`); an Import where it is one, with the child's change set."""
    resource = change["ResourceChange"]
    name = resource["LogicalResourceId"]
    if name in change_set.imports:
        resource = {**resource, "Action": "Import", "PhysicalResourceId": change_set.imports[name]}
    if nested.get(name):
        resource = {**resource, "ChangeSetId": nested[name]}
    if values and resource["Action"] == "Add" and world.answers.additions_replace:
        resource = {**resource, "Replacement": "True"}
    return {**change, "ResourceChange": resource}


def _imports(
    world: World, stack: Stack, change_set: ChangeSet, found: Iterable[Mapping[str, Any]]
) -> Mapping[str, str]:
    """The physical ids to import, by logical id. Raises ChangeSetFailed if one of them cannot be imported."""
    if not change_set.import_existing and not change_set.imports:
        return {}
    _, after = sides(world, stack, change_set.definition)
    resolved = resolve(after.template, after.environment, after.lookup).resources
    existing = _existing(world, stack, resolved, found) if change_set.import_existing else {}
    imports = {**change_set.imports, **existing}
    if problem := unimportable(world, stack, resolved, imports):
        raise ChangeSetFailed(problem)
    return imports


def _existing(
    world: World, stack: Stack, resolved: Mapping[str, ResolvedResource], found: Iterable[Mapping[str, Any]]
) -> Mapping[str, str]:
    """With ImportExistingResources: additions whose names exist. Raises ChangeSetFailed without retention."""
    added = [c["ResourceChange"]["LogicalResourceId"] for c in found if c["ResourceChange"]["Action"] == "Add"]
    there = {name: existing_id(world, stack, resolved[name]) for name in added}
    imports = {name: id for name, id in there.items() if id}
    if unkept := [name for name in imports if resolved[name].deletion_policy not in KEEPS]:
        listed = ", ".join(f"{name} ({{{identifier_text(resolved[name])}}})" for name in unkept)
        raise ChangeSetFailed(NEEDS_RETAIN.format(resources=listed))
    return imports


def _same(stack: Stack, definition: Definition) -> bool:
    """Whether nothing besides the resources changes either: outputs, tags, notifications.

    A Description cannot be changed by itself (documented).
    """
    current = stack.definition
    return current is not None and (
        current.template.body.get("Outputs") == definition.template.body.get("Outputs")
        and dict(current.tags) == dict(definition.tags)
        and current.notification_arns == definition.notification_arns
        and dict(current.rollback_configuration) == dict(definition.rollback_configuration)
        and current.parameters.shown == definition.parameters.shown
    )


def _validate(world: World, stack: Stack, change_set: ChangeSet) -> None:
    """Pre-deployment validation. Raises ChangeSetFailed when a finding's mode is FAIL."""
    _, after = sides(world, stack, change_set.definition)
    change_set.findings = tuple(findings(world, stack, change_set, after))
    stack.findings += change_set.findings
    failing = dict.fromkeys(HOOKS[finding.name] for finding in change_set.findings if finding.mode == "FAIL")
    if failing:
        raise ChangeSetFailed(INVALID.format(names=", ".join(failing)))
