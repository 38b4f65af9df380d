"""What happens to one resource: create, update, replace, delete, revert or import, with AWS's events in AWS's order.

The rule: a step ends with exactly one terminal event and returns whether it succeeded. It waits by yielding seconds.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.faults import On
from local_cloud.cloudformation.model import STACK_TYPE, Live
from local_cloud.cloudformation.operations.consistency import check
from local_cloud.cloudformation.operations.drift import drifted, gone
from local_cloud.cloudformation.operations.effects import Failure, attempt, interfere, settle
from local_cloud.cloudformation.operations.policy import denied
from local_cloud.cloudformation.operations.replacement import forbidden, needed
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.operations.signals import data
from local_cloud.cloudformation.resources.handlers import State
from local_cloud.cloudformation.schedule import Steps
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.model import Policy, ResolvedResource, TemplateError

INITIATED = "Resource creation Initiated"
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
NO_REPLACEMENT = "Replacement type updates not supported on stack with disable-rollback."
EXPRESS = "Resource operation completed using Express Mode. It may continue becoming available in the background."
IMPORTING, IMPORTED = "Resource import started.", "Resource import completed."
TAGGING = "Apply stack-level tags to imported resource if applicable."
CLEANUP_TRIES, CLEANUP_PAUSE = 3, 180.0
KEEPS = (Policy.RETAIN, Policy.RETAIN_EXCEPT_ON_CREATE)


def apply(run: Run, logical_id: str) -> Steps[bool]:
    """Bring one resource to what the template says: create, import, update in place, replace, or nothing."""
    live = run.stack.resources.get(logical_id)
    try:
        desired = run.desired(logical_id)
    except TemplateError as problem:
        return _refused(run, logical_id, live, str(problem))
    if logical_id in run.options.imports:
        return import_resource(run, desired)
    if live is None or not live.made:
        return create(run, desired)
    return update(run, live, desired)


def create(run: Run, desired: ResolvedResource) -> Steps[bool]:
    """CREATE_IN_PROGRESS twice, without and with the physical id, then CREATE_COMPLETE."""
    live = run.tell(_begin(run, desired, "CREATE_IN_PROGRESS"))
    return (yield from _make(run, live, "CREATE"))


def _make(run: Run, live: Live, verb: str, old: Live | None = None) -> Steps[bool]:
    """The second half of a create and of a replacement, which falls back to the `old` one when nothing was made."""
    yield run.world.seconds(0.5)
    try:
        state = yield from attempt(run, On.CREATE, live)
        live = _with(live, state, reason=INITIATED, made=True)
        if live.type != STACK_TYPE:  # for a nested stack this was recorded when its child began
            run.tell(live)
        if verb == "CREATE":
            check(run, live)
        for note in state.notes:
            run.tell(replace(live, reason=note))
        live = replace(live, reason=None)
        if not run.options.express:
            yield from settle(run, On.CREATE, live)
        live = replace(live, attributes={**live.attributes, **data(run, live)})
    except Failure as failure:
        live = _with(live, failure.state, made=True) if failure.state else live
        live = live if live.made or old is None else old
        run.tell(replace(live, status=f"{verb}_FAILED", reason=failure.reason))
        return False
    run.tell(replace(live, status=f"{verb}_COMPLETE", reason=EXPRESS if run.options.express else None))
    return True


def update(run: Run, live: Live, desired: ResolvedResource) -> Steps[bool]:
    """Nothing when nothing differs; otherwise in place, or by a new one while the old waits for cleanup."""
    if run.options.revert_drift and gone(run, live):
        return (yield from create(run, desired))
    if not differs(run, live, desired):
        run.stack.resources[live.logical_id] = _adopt(run, live, desired)
        yield 0.0
        return True
    if problem := denied(run, live, desired):
        return (yield from _refused(run, live.logical_id, live, problem))
    if needed(live, desired):
        return (yield from replace_resource(run, live, desired))
    return (yield from update_in_place(run, live, desired))


def update_in_place(run: Run, live: Live, desired: ResolvedResource) -> Steps[bool]:
    """UPDATE_IN_PROGRESS, then UPDATE_COMPLETE, which a handler that replaced by itself precedes with a new id."""
    after = replace(_adopt(run, live, desired), properties=desired.properties, status="UPDATE_IN_PROGRESS", reason=None)
    run.tell(after)
    try:
        state = yield from attempt(run, On.UPDATE, after, previous=run.given(live))
        yield from settle(run, On.UPDATE, after)
    except Failure as failure:
        run.tell(replace(after, status="UPDATE_FAILED", reason=failure.reason))
        return False
    run.tell(replace(_with(after, state), status="UPDATE_COMPLETE"))
    return True


def replace_resource(run: Run, live: Live, desired: ResolvedResource) -> Steps[bool]:
    """The new one is made under the old one's logical id; the old one goes at cleanup."""
    problem = NO_REPLACEMENT if run.options.disable_rollback else forbidden(live, desired)
    if problem:
        return (yield from _refused(run, live.logical_id, live, problem))
    run.tell(replace(live, status="UPDATE_IN_PROGRESS", reason=REPLACING))
    fresh = replace(_begin(run, desired, "UPDATE_IN_PROGRESS"), attributes={})
    return (yield from _make(run, fresh, "UPDATE", live))


def revert(run: Run, old: Live) -> Steps[bool]:
    """Back to the last stable state. What was replaced comes back untouched; in-place updates are undone for real."""
    live = run.stack.resources.get(old.logical_id, old)
    skipped = old.logical_id in run.options.skip
    going = run.tell(replace(old, status="UPDATE_IN_PROGRESS", reason=None))
    if live.physical_id == old.physical_id and not skipped:
        try:
            yield from attempt(run, On.ROLLBACK, going, previous=run.given(live))
            yield from settle(run, On.UPDATE, going)
        except Failure as failure:
            run.tell(replace(live, status="UPDATE_FAILED", reason=failure.reason))
            return False
    run.tell(replace(going, status="UPDATE_COMPLETE", skipped=skipped))
    return True


def delete_resource(run: Run, live: Live) -> Steps[bool]:
    """DELETE_IN_PROGRESS, DELETE_COMPLETE; a lone DELETE_COMPLETE for what never was, DELETE_SKIPPED for the kept."""
    live = replace(live, reason=None)
    if not live.made:
        run.tell(replace(live, status="DELETE_COMPLETE"))
        return True
    if live.logical_id in run.options.retain or kept(run, live):
        run.tell(replace(live, status="DELETE_SKIPPED", made=False))
        return True
    run.tell(replace(live, status="DELETE_IN_PROGRESS"))
    problem = yield from _remove(run, live)
    if problem and not run.options.force:
        run.tell(replace(live, status="DELETE_FAILED", reason=problem))
        return False
    run.tell(replace(live, status="DELETE_SKIPPED" if problem else "DELETE_COMPLETE", reason=problem, made=False))
    return True


def kept(run: Run, live: Live) -> bool:
    """Whether the DeletionPolicy keeps it; Retain also what a failed operation made, unless the call overrules it."""
    if not run.undoing:
        return live.deletion_policy in KEEPS
    return live.deletion_policy == Policy.RETAIN and not run.options.retain_except_on_create


def clean(run: Run, live: Live, policy: str | None) -> Steps[bool]:
    """Delete what the stack no longer holds: three tries, three minutes apart (recorded), then it is left behind."""
    live = replace(live, reason=None)
    if not live.made or policy in KEEPS:
        run.mention(replace(live, status="DELETE_SKIPPED" if live.made else "DELETE_COMPLETE"), unnumbered=True)
        return True
    for attempts in range(CLEANUP_TRIES):
        if attempts:
            yield run.world.seconds(CLEANUP_PAUSE)
        run.mention(replace(live, status="DELETE_IN_PROGRESS"), unnumbered=True)
        problem = yield from _remove(run, live)
        status = "DELETE_FAILED" if problem else "DELETE_COMPLETE"
        run.mention(replace(live, status=status, reason=problem), unnumbered=True)
        if not problem:
            return True
    return False


def import_resource(run: Run, desired: ResolvedResource) -> Steps[bool]:
    """Bring an existing resource under the stack: IMPORT_*, then UPDATE_* for the stack's tags."""
    live = replace(
        _begin(run, desired, "IMPORT_IN_PROGRESS"),
        physical_id=run.options.imports[desired.logical_id],
        reason=IMPORTING,
    )
    run.tell(live)
    yield run.world.seconds(0.5)
    try:
        state = yield from attempt(run, On.IMPORT, live)
    except Failure as failure:
        run.tell(replace(live, status="IMPORT_FAILED", reason=failure.reason))
        return False
    live = run.tell(replace(_with(live, state), status="IMPORT_COMPLETE", reason=IMPORTED, made=True))
    run.tell(replace(live, status="UPDATE_IN_PROGRESS", reason=TAGGING))
    run.tell(replace(live, status="UPDATE_COMPLETE", reason=TAGGING))
    return True


def let_go(run: Run, live: Live) -> Steps[bool]:
    """Undo an import: the resource stays, the stack forgets it."""
    going = run.tell(replace(live, status="IMPORT_ROLLBACK_IN_PROGRESS", reason=None))
    yield run.world.seconds(0.5)
    try:
        yield from interfere(run, On.ROLLBACK, going)
    except Failure as failure:
        run.tell(replace(live, status="IMPORT_ROLLBACK_FAILED", reason=failure.reason))
        return False
    run.tell(replace(live, status="IMPORT_ROLLBACK_COMPLETE", made=False, reason=None))
    return True


def cancel(run: Run, logical_id: str) -> bool:
    """What is in flight when a sibling fails, or when the caller cancels. Returns whether there was anything."""
    live = run.stack.resources.get(logical_id)
    if live is None or not live.status.endswith("_IN_PROGRESS"):
        return False
    run.world.embedded.cancel(run, live)
    verb, words = live.status.split("_")[0], {"CREATE": "creation", "DELETE": "deletion"}
    reason = f"Resource {words.get(verb, 'update')} cancelled"
    run.tell(replace(live, status=f"{verb}_FAILED", reason=reason))
    return True


def differs(run: Run, live: Live, desired: ResolvedResource) -> bool:
    """Whether an update has anything to do for a resource."""
    if live.failed or live.skipped:
        return True
    if live.type == STACK_TYPE and run.world.embedded.differs(run, live, desired):
        return True
    if run.options.revert_drift and drifted(run, live):
        return True
    if live.tags != run.tags and schema(live.type).tag_property:
        return True
    return dict(live.properties) != dict(desired.properties) or live.metadata != desired.metadata


def _remove(run: Run, live: Live) -> Steps[str | None]:
    try:
        yield from attempt(run, On.DELETE, live)
        yield from settle(run, On.DELETE, live)
    except Failure as failure:
        return failure.reason
    return None


def _refused(run: Run, logical_id: str, live: Live | None, reason: str) -> Steps[bool]:
    """A failure before any handler was called."""
    resource = run.stack.template.resources[logical_id]
    begun = live or Live(
        logical_id=logical_id, type=resource.type, status="", needs=run.needs.get(logical_id, frozenset())
    )
    verb = "UPDATE" if begun.made else "CREATE"
    run.tell(replace(begun, status=f"{verb}_IN_PROGRESS", reason=None))
    yield run.world.seconds(0.5)
    run.tell(replace(begun, status=f"{verb}_FAILED", reason=reason))
    return False


def _begin(run: Run, desired: ResolvedResource, status: str) -> Live:
    live = Live(logical_id=desired.logical_id, type=desired.type, status=status, properties=desired.properties)
    return _adopt(run, live, desired)


def _adopt(run: Run, live: Live, desired: ResolvedResource) -> Live:
    """What the template says about a resource besides its properties."""
    return replace(
        live,
        metadata=desired.metadata,
        shown=desired.shown,
        creation_policy=desired.creation_policy,
        deletion_policy=desired.deletion_policy,
        update_replace_policy=desired.update_replace_policy,
        needs=run.needs.get(live.logical_id, live.needs),
        tags=run.tags,
        skipped=False,
    )


def _with(live: Live, state: State, **changes: Any) -> Live:
    attributes: Mapping[str, Any] = state.attributes or live.attributes
    return replace(live, physical_id=state.physical_id, attributes=attributes, **changes)
