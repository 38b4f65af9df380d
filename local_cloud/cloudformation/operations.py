"""The operations on a stack, each a process that walks its resources and moves the stack along the table.

    create -> commit | rollback_create | pause | delete        update -> commit | rollback_update | pause

Rule: an operation starts in the status that the call has already entered and ends in one where the stack rests. What
is to be restored is `stack.stable`, never a log of what was done.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from local_cloud.cloudformation.events import CONSISTENCY_CHECKED, stack_event
from local_cloud.cloudformation.exports import blocked_delete, blocked_update
from local_cloud.cloudformation.graph import Needs, Walk, reversed_needs
from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Live, OnFailure, Stable, Stack
from local_cloud.cloudformation.run import Run
from local_cloud.cloudformation.schedule import Interrupted, Steps
from local_cloud.cloudformation.steps import CONSISTENCY, apply, cancel, clean, delete_resource, kept, let_go, revert
from local_cloud.cloudformation.template import ResolvedOutput, TemplateError, dependencies, resolve

FIRST_STEP, LAST_STEP, EXPORT_CHECK = 3.0, 1.0, 1.3
REQUESTED = "Rollback requested by user."
LEFT_BEHIND = "Update successful. One or more resources could not be deleted."
LEFT_BEHIND_BY_ROLLBACK = "Update rollback successful. One or more resources could not be deleted."
TIMED_OUT = "Stack creation time exceeded the specified timeout."
VERBS = {"CREATE": "create", "UPDATE": "update", "DELETE": "delete", "IMPORT": "import"}


class Broken(Exception):
    """An operation found out that it cannot succeed; the text is the stack's status reason."""


def create(run: Run) -> Steps[None]:
    """From CREATE_IN_PROGRESS."""
    try:
        yield run.world.seconds(FIRST_STEP)
        yield from _bring_about(run)
        outputs = _outputs(run)
        _settled_together(run)
        yield run.world.seconds(LAST_STEP)
    except (Broken, Interrupted) as problem:
        yield from _create_failed(run, str(problem))
        return
    commit(run, outputs)
    run.enter(S.CREATE_COMPLETE)
    remember(run.stack)


def update(run: Run) -> Steps[None]:
    """From UPDATE_IN_PROGRESS, through the cleanup, to UPDATE_COMPLETE, or back."""
    before = dict(run.stack.resources)
    try:
        yield run.world.seconds(FIRST_STEP)
        yield from _bring_about(run)
        outputs = _outputs(run)
        yield run.world.seconds(LAST_STEP)
    except Interrupted as cancelled:
        yield from rollback_update(run, str(cancelled))
        return
    except Broken as problem:
        yield from _update_failed(run, str(problem))
        return
    leaving = [*_removed(run, before), *_replaced(run, before)]
    commit(run, outputs)
    run.enter(S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
    tidy = yield from _clean(run, leaving)
    yield run.world.seconds(LAST_STEP)
    run.enter(S.UPDATE_COMPLETE, None if tidy else LEFT_BEHIND)
    remember(run.stack)


def rollback_create(run: Run, reason: str) -> Steps[None]:
    """ROLLBACK_IN_PROGRESS, by a failed create."""
    run.begin_rollback()
    run.stack.deleted = run.world.schedule.now
    run.enter(S.ROLLBACK_IN_PROGRESS, reason)
    yield from undo_create(run)


def undo_create(run: Run) -> Steps[None]:
    """Everything that the create made goes again, in reverse order of need."""
    failed = yield from _delete_all(run)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.ROLLBACK_FAILED, failures(run, failed))
    else:
        run.enter(S.ROLLBACK_COMPLETE)


def rollback_update(run: Run, reason: str) -> Steps[None]:
    """UPDATE_ROLLBACK_IN_PROGRESS, by a failed or cancelled update."""
    run.begin_rollback()
    run.enter(S.UPDATE_ROLLBACK_IN_PROGRESS, reason)
    restore(run)
    yield from revert_all(run)


def restore(run: Run) -> None:
    """Template, parameters and tags are those of the last stable state again; what it does not know will be deleted."""
    stack, stable = run.stack, run.stack.stable
    assert stable is not None
    stack.definition = replace(stable.definition, change_set_id=None)
    stack.outputs = ()
    stack.leftovers += [live for live in stack.resources.values() if not _is_of(live, stable)]


def revert_all(run: Run) -> Steps[None]:
    """Every resource goes back to the last stable state, then what the failed update made is deleted."""
    stack, stable = run.stack, run.stack.stable
    assert stable is not None
    touched = {name: old for name, old in stable.resources.items() if _touched(stack.resources.get(name), old)}
    yield run.world.seconds(FIRST_STEP)
    needs = {name: old.needs for name, old in touched.items()}
    failed = yield from _walk(run, needs, lambda name: revert(run, touched[name]), keep_going=True)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.UPDATE_ROLLBACK_FAILED, failures(run, failed))
        return
    stack.outputs = stable.outputs
    stack.resources = {name: stack.resources[name] for name in stable.resources if name in stack.resources}
    run.enter(S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS)
    leaving, stack.leftovers = stack.leftovers, []
    tidy = yield from _clean(run, [(live, _policy_of_new(run, live)) for live in leaving])
    yield run.world.seconds(LAST_STEP)
    run.enter(S.UPDATE_ROLLBACK_COMPLETE, None if tidy else LEFT_BEHIND_BY_ROLLBACK)
    remember(stack)


def delete(run: Run) -> Steps[None]:
    """From DELETE_IN_PROGRESS; an export in use puts the stack back where it was (recorded)."""
    yield run.world.seconds(EXPORT_CHECK)
    if blocked := blocked_delete(run.world, run.stack):
        run.stack.deleted = None
        run.enter(run.back_to or S.CREATE_COMPLETE, blocked)
        return
    failed = yield from _delete_all(run)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.DELETE_FAILED, failures(run, failed))
        return
    run.stack.outputs, run.stack.imports, run.stack.stable = (), frozenset(), None
    run.enter(S.DELETE_COMPLETE)


def import_resources(run: Run) -> Steps[None]:
    """From IMPORT_IN_PROGRESS to IMPORT_COMPLETE, or through IMPORT_ROLLBACK_IN_PROGRESS back."""
    try:
        yield run.world.seconds(FIRST_STEP)
        yield from _bring_about(run)
        outputs = _outputs(run)
        yield run.world.seconds(LAST_STEP)
    except Broken as problem:
        yield from _rollback_import(run, str(problem))
        return
    commit(run, outputs)
    run.enter(S.IMPORT_COMPLETE)
    remember(run.stack)


def _rollback_import(run: Run, reason: str) -> Steps[None]:
    stack, stable = run.stack, run.stack.stable
    run.begin_rollback()
    run.enter(S.IMPORT_ROLLBACK_IN_PROGRESS, reason)
    going = {name: live for name, live in stack.resources.items() if name in run.options.imports and live.made}
    yield run.world.seconds(FIRST_STEP)
    needs: Needs = {name: frozenset() for name in going}
    failed = yield from _walk(run, needs, lambda name: let_go(run, going[name]), keep_going=True)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.IMPORT_ROLLBACK_FAILED, failures(run, failed))
        return
    stack.resources = dict(stable.resources) if stable else {}
    stack.definition = replace(stable.definition, change_set_id=None) if stable else stack.definition
    run.enter(S.IMPORT_ROLLBACK_COMPLETE)
    remember(stack)


def commit(run: Run, outputs: tuple[ResolvedOutput, ...]) -> None:
    """The new state is the stack's state: from here nothing leads back."""
    stack = run.stack
    active = run.needs.keys()
    stack.outputs, stack.imports = outputs, frozenset(run.imported)
    stack.resources = {name: live for name, live in stack.resources.items() if name in active}


def remember(stack: Stack) -> None:
    """The state that a later rollback goes back to."""
    assert stack.definition is not None
    stack.stable = Stable(definition=stack.definition, resources=dict(stack.resources), outputs=stack.outputs)
    for change_set in stack.change_sets.values():
        if change_set.execution_status == "AVAILABLE":
            change_set.execution_status = "OBSOLETE"


def failures(run: Run, failed: Iterable[str]) -> str:
    """`The following resource(s) failed to create: [A]. The following resource(s) failed to update: [B]. `"""
    by_verb: dict[str, list[str]] = {}
    for name in failed:
        verb = run.stack.resources[name].status.split("_")[0]
        by_verb.setdefault(VERBS[verb], []).append(name)
    return "".join(
        f"The following resource(s) failed to {verb}: [{', '.join(by_verb[verb])}]. "
        for verb in VERBS.values()
        if verb in by_verb
    )


def _bring_about(run: Run) -> Steps[None]:
    """Every resource of the template, in the order of need. Raises Broken."""
    if run.options.problem:
        raise Broken(run.options.problem)
    try:
        assert run.stack.definition is not None
        run.needs = dependencies(run.stack.template, run.environment(run.stack.definition))
    except TemplateError as problem:
        raise Broken(str(problem)) from None
    failed = yield from _walk(
        run, run.needs, lambda name: apply(run, name), keep_going=run.options.disable_rollback
    )
    if failed:
        raise Broken(failures(run, failed))


def _outputs(run: Run) -> tuple[ResolvedOutput, ...]:
    """The outputs, which only fail after every resource succeeded (recorded). Raises Broken."""
    assert run.stack.definition is not None
    environment = run.environment(run.stack.definition)
    try:
        found = tuple(resolve(run.stack.template, environment, run.lookup).outputs.values())
    except TemplateError as problem:
        raise Broken(f"{problem}.") from None
    if blocked := blocked_update(run.world, run.stack, found):
        raise Broken(blocked)
    return found


def _create_failed(run: Run, reason: str) -> Steps[None]:
    if run.stack.on_failure is OnFailure.DELETE:
        run.stack.deleted = run.world.schedule.now
        run.undoing = True
        run.enter(S.DELETE_IN_PROGRESS, reason)
        yield from delete(run)
    elif run.options.disable_rollback or run.stack.on_failure is OnFailure.DO_NOTHING:
        run.enter(S.CREATE_FAILED, reason)
    else:
        yield from rollback_create(run, f"{reason.rstrip()} {REQUESTED}")


def _update_failed(run: Run, reason: str) -> Steps[None]:
    if run.options.disable_rollback:
        run.enter(S.UPDATE_FAILED, reason)
    else:
        yield from rollback_update(run, reason)


def _walk(run: Run, needs: Needs, step: Callable[[str], Steps[bool]], *, keep_going: bool) -> Steps[list[str]]:
    cancelled = lambda name: cancel(run, name)  # noqa: E731 - one line reads better
    return Walk(run.world.schedule, needs, step, cancelled, keep_going=keep_going).run()


def _delete_all(run: Run) -> Steps[list[str]]:
    """What the stack holds, in reverse order of need."""
    resources = {name: live for name, live in run.stack.resources.items() if _still_listed(live)}
    needs = reversed_needs({name: live.needs for name, live in resources.items()})
    yield run.world.seconds(FIRST_STEP)
    return (yield from _walk(run, needs, lambda name: delete_resource(run, resources[name]), keep_going=True))


def _still_listed(live: Live) -> bool:
    return live.made or live.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")


def _clean(run: Run, leaving: list[tuple[Live, str | None]]) -> Steps[bool]:
    """Delete what is no longer the stack's, in reverse order of need; whether all of it went."""
    by_key = {f"{n}": pair for n, pair in enumerate(leaving)}
    keys: dict[str, list[str]] = {}
    for key, (live, _) in by_key.items():
        keys.setdefault(live.logical_id, []).append(key)
    forward = {
        key: frozenset(other for name in live.needs for other in keys.get(name, ())) for key, (live, _) in by_key.items()
    }
    needs = reversed_needs(forward)
    failed = yield from _walk(run, needs, lambda key: clean(run, *by_key[key]), keep_going=True)
    return not failed


def _removed(run: Run, before: dict[str, Live]) -> list[tuple[Live, str | None]]:
    return [(live, live.deletion_policy) for name, live in before.items() if name not in run.needs and live.made]


def _replaced(run: Run, before: dict[str, Live]) -> list[tuple[Live, str | None]]:
    now = run.stack.resources
    return [
        (live, live.update_replace_policy)
        for name, live in before.items()
        if name in run.needs and live.made and now[name].physical_id != live.physical_id
    ]


def _is_of(live: Live, stable: Stable) -> bool:
    """Whether this physical resource is the stable state's own."""
    old = stable.resources.get(live.logical_id)
    return old is not None and old.physical_id == live.physical_id


def _touched(live: Live | None, old: Live) -> bool:
    return live is None or live.status.endswith("_FAILED") or (live is not old and not _same(live, old))


def _same(live: Live, old: Live) -> bool:
    return live.physical_id == old.physical_id and live.properties == old.properties and live.metadata == old.metadata


def _policy_of_new(run: Run, live: Live) -> str | None:
    """What a failed update made is kept only by a plain Retain that the call did not overrule."""
    return live.deletion_policy if kept(run, live) else None


def _settled_together(run: Run) -> None:
    """The stack's own consistency event, when a resource had one (recorded for a queue)."""
    if any(live.type in CONSISTENCY_CHECKED for live in run.stack.resources.values()):
        now = run.world.schedule.now
        event = stack_event(
            run.stack, run.operation, now, status=S.CREATE_IN_PROGRESS,
            reason=CONSISTENCY, detailed="CONFIGURATION_COMPLETE",
        )  # fmt: skip
        run.stack.events.append(event)


def continue_rollback(run: Run) -> Steps[None]:
    """From UPDATE_ROLLBACK_IN_PROGRESS, entered again by ContinueUpdateRollback."""
    run.undoing = True
    yield from revert_all(run)


def rollback_paused(run: Run) -> Steps[None]:
    """From the rollback status that RollbackStack entered."""
    run.undoing = True
    if run.stack.status is S.ROLLBACK_IN_PROGRESS:
        yield from undo_create(run)
    else:
        restore(run)
        yield from revert_all(run)


def rollback_child(run: Run) -> Steps[None]:
    """A nested stack's update, cancelled or paused, undone because its parent rolls back."""
    run.undoing = True
    restore(run)
    yield from revert_all(run)
