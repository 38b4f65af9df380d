"""Rollback to the last stable state, of a create, an update or an import: automatic, by RollbackStack, or continued.

The rule: `stack.stable` is restored. In-place updates are undone for real, in dependency order; what was replaced was
never touched and comes back; what is not in the stable state is deleted at the end.
"""

from dataclasses import replace

from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Live, Stable
from local_cloud.cloudformation.operations.graph import Needs
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.operations.steps import kept, let_go, revert
from local_cloud.cloudformation.operations.walks import (
    FIRST_STEP,
    LAST_STEP,
    clean_up,
    delete_all,
    failures,
    remember,
    walk,
)
from local_cloud.cloudformation.schedule import Steps

LEFT_BEHIND = "Update rollback successful. One or more resources could not be deleted."


def rollback_create(run: Run, reason: str) -> Steps[None]:
    """ROLLBACK_IN_PROGRESS, by a failed create."""
    run.begin_rollback()
    run.stack.deleted = run.world.schedule.now
    run.enter(S.ROLLBACK_IN_PROGRESS, reason)
    yield from _undo_create(run)


def rollback_update(run: Run, reason: str) -> Steps[None]:
    """UPDATE_ROLLBACK_IN_PROGRESS, by a failed or cancelled update."""
    run.begin_rollback()
    run.enter(S.UPDATE_ROLLBACK_IN_PROGRESS, reason)
    _restore(run)
    yield from _revert_all(run)


def rollback_import(run: Run, reason: str) -> Steps[None]:
    """IMPORT_ROLLBACK_IN_PROGRESS: the stack lets go of what it imported, and the resources stay."""
    stack, stable = run.stack, run.stack.stable
    run.begin_rollback()
    run.enter(S.IMPORT_ROLLBACK_IN_PROGRESS, reason)
    going = {name: live for name, live in stack.resources.items() if name in run.options.imports and live.made}
    yield run.world.seconds(FIRST_STEP)
    needs: Needs = {name: frozenset() for name in going}
    failed = yield from walk(run, needs, lambda name: let_go(run, going[name]), keep_going=True)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.IMPORT_ROLLBACK_FAILED, failures(run, failed))
        return
    stack.resources = dict(stable.resources) if stable else {}
    stack.definition = replace(stable.definition, change_set_id=None) if stable else stack.definition
    run.enter(S.IMPORT_ROLLBACK_COMPLETE)
    remember(stack)


def rollback_paused(run: Run) -> Steps[None]:
    """From the rollback status that RollbackStack, or the rollback of a parent stack, has entered."""
    run.undoing = True
    if run.stack.status is S.ROLLBACK_IN_PROGRESS:
        yield from _undo_create(run)
    else:
        _restore(run)
        yield from _revert_all(run)


def continue_rollback(run: Run) -> Steps[None]:
    """From UPDATE_ROLLBACK_IN_PROGRESS, entered again by ContinueUpdateRollback."""
    run.undoing = True
    yield from _revert_all(run)


def _undo_create(run: Run) -> Steps[None]:
    failed = yield from delete_all(run)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.ROLLBACK_FAILED, failures(run, failed))
    else:
        run.enter(S.ROLLBACK_COMPLETE)


def _restore(run: Run) -> None:
    """Template, parameters and tags are the stable state's again; its outputs wait for the cleanup (recorded)."""
    stack, stable = run.stack, run.stack.stable
    assert stable is not None
    stack.definition = replace(stable.definition, change_set_id=None)
    stack.outputs = ()
    stack.resources = {
        name: _guarded_as(stable.resources.get(name, live), live) for name, live in stack.resources.items()
    }
    stack.leftovers += [live for live in stack.resources.values() if not _knows(stable, live)]


def _guarded_as(old: Live, live: Live) -> Live:
    """The resource with the deletion policies of the template before."""
    return replace(live, deletion_policy=old.deletion_policy, update_replace_policy=old.update_replace_policy)


def _revert_all(run: Run) -> Steps[None]:
    stack, stable = run.stack, run.stack.stable
    assert stable is not None
    touched = {name: old for name, old in stable.resources.items() if _touched(stack.resources.get(name), old)}
    yield run.world.seconds(FIRST_STEP)
    needs = {name: old.needs for name, old in touched.items()}
    failed = yield from walk(run, needs, lambda name: revert(run, touched[name]), keep_going=True)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.UPDATE_ROLLBACK_FAILED, failures(run, failed))
        return
    stack.outputs = stable.outputs
    stack.resources = {name: stack.resources[name] for name in stable.resources if name in stack.resources}
    run.enter(S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS)
    leaving, stack.leftovers = stack.leftovers, []
    tidy = yield from clean_up(run, [(live, live.deletion_policy if kept(run, live) else None) for live in leaving])
    yield run.world.seconds(LAST_STEP)
    run.enter(S.UPDATE_ROLLBACK_COMPLETE, None if tidy else LEFT_BEHIND)
    remember(stack)


def _knows(stable: Stable, live: Live) -> bool:
    """Whether this physical resource belongs to the stable state."""
    old = stable.resources.get(live.logical_id)
    return old is not None and old.physical_id == live.physical_id


def _touched(live: Live | None, old: Live) -> bool:
    """Whether the failed operation, or a failed rollback after it, changed the resource."""
    if live is None or live.failed or live.status.endswith("_IN_PROGRESS"):
        return True
    return (live.physical_id, live.properties, live.metadata) != (old.physical_id, old.properties, old.metadata)
