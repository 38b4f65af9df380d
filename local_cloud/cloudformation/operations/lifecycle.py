"""The operations on a stack: each is a process that walks its resources and moves it along the table of `machine`.

    create -> commit | rollback_create | pause | delete        update -> commit | rollback_update | pause

The rule: an operation starts in the status that the call has already entered, and ends in one in which the stack rests.
A rollback restores `stack.stable`; there is no log of what was done.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Live, OnFailure
from local_cloud.cloudformation.operations.exports import blocked_delete, blocked_update
from local_cloud.cloudformation.operations.policy import denied
from local_cloud.cloudformation.operations.rollback import rollback_create, rollback_import, rollback_update
from local_cloud.cloudformation.operations.run import MissingAttribute, Run
from local_cloud.cloudformation.operations.steps import apply
from local_cloud.cloudformation.operations.triggers import monitoring, watch
from local_cloud.cloudformation.operations.walks import (
    FIRST_STEP,
    LAST_STEP,
    Leaving,
    clean_up,
    delete_all,
    failures,
    remember,
    walk,
)
from local_cloud.cloudformation.schedule import Interrupted, Steps
from local_cloud.cloudformation.template.loading import resolve
from local_cloud.cloudformation.template.model import ResolvedOutput, TemplateError
from local_cloud.cloudformation.template.order import dependencies

EXPORT_CHECK = 1.3
REQUESTED = "Rollback requested by user."
LEFT_BEHIND = "Update successful. One or more resources could not be deleted."


class OperationFailed(Exception):
    """An operation cannot succeed; the text is the stack's status reason."""


def create(run: Run) -> Steps[None]:
    """From CREATE_IN_PROGRESS."""
    watch(run)
    try:
        yield run.world.seconds(FIRST_STEP)
        yield from _bring_about(run)
        outputs = _outputs(run)
        yield run.world.seconds(LAST_STEP + monitoring(run))
    except (OperationFailed, Interrupted) as problem:
        yield from _create_failed(run, str(problem))
        return
    commit(run, outputs)
    run.enter(S.CREATE_COMPLETE)
    remember(run.stack)


def update(run: Run) -> Steps[None]:
    """From UPDATE_IN_PROGRESS, through the cleanup, to UPDATE_COMPLETE, or back."""
    before = dict(run.stack.resources)
    watch(run)
    try:
        yield run.world.seconds(FIRST_STEP) + run.options.delay
        yield from _bring_about(run)
        outputs = _outputs(run)
        yield run.world.seconds(LAST_STEP + monitoring(run))
    except (OperationFailed, Interrupted) as problem:
        yield from _update_failed(run, str(problem), cancelled=isinstance(problem, Interrupted))
        return
    leaving = _leaving(run, before)
    commit(run, outputs)
    run.enter(S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
    tidy = yield from clean_up(run, leaving)
    yield run.world.seconds(LAST_STEP)
    run.enter(S.UPDATE_COMPLETE, None if tidy else LEFT_BEHIND)
    remember(run.stack)


def delete(run: Run) -> Steps[None]:
    """From DELETE_IN_PROGRESS; an export in use puts the stack back where it was (recorded)."""
    if not run.stack.resources:  # a shell, or what a rollback left: gone at once
        _forget(run)
        return
    yield run.world.seconds(EXPORT_CHECK)
    if blocked := blocked_delete(run.world, run.stack):
        run.stack.deleted = None
        run.enter(run.back_to or S.CREATE_COMPLETE, blocked)
        return
    failed = yield from delete_all(run)
    yield run.world.seconds(LAST_STEP)
    if failed:
        run.enter(S.DELETE_FAILED, failures(run, failed))
        return
    _forget(run)


def _forget(run: Run) -> None:
    run.stack.outputs, run.stack.imports, run.stack.stable = (), frozenset(), None
    run.enter(S.DELETE_COMPLETE)


def import_resources(run: Run) -> Steps[None]:
    """From IMPORT_IN_PROGRESS to IMPORT_COMPLETE, or through IMPORT_ROLLBACK_IN_PROGRESS back."""
    try:
        yield run.world.seconds(FIRST_STEP)
        yield from _bring_about(run)
        outputs = _outputs(run)
        yield run.world.seconds(LAST_STEP)
    except OperationFailed as problem:
        yield from rollback_import(run, str(problem))
        return
    commit(run, outputs)
    run.enter(S.IMPORT_COMPLETE)
    remember(run.stack)


def commit(run: Run, outputs: tuple[ResolvedOutput, ...]) -> None:
    """The new state becomes the stack's state: from here nothing leads back."""
    stack = run.stack
    active = run.needs.keys()
    stack.outputs, stack.imports = outputs, frozenset(run.imported)
    stack.resources = {name: live for name, live in stack.resources.items() if name in active}


def _bring_about(run: Run) -> Steps[None]:
    """Make every resource what the template says, in dependency order. Raises OperationFailed."""
    if run.options.problem:
        raise OperationFailed(f"{run.options.problem}.")
    try:
        environment = replace(run.environment(run.stack.defined), dynamic=lambda _service, key: key)
        run.needs = dependencies(run.stack.template, environment)
    except TemplateError as problem:
        raise OperationFailed(_sentence(problem)) from None
    _forbid_removals(run)
    failed = yield from walk(run, run.needs, lambda name: apply(run, name), keep_going=run.options.disable_rollback)
    if failed:
        raise OperationFailed(failures(run, failed))


def _forbid_removals(run: Run) -> None:
    """What the stack policy protects from removal fails before anything begins (when, is assumed).

    Raises OperationFailed.
    """
    leaving = [live for name, live in run.stack.resources.items() if live.made and name not in run.needs]
    denied_ones = {live.logical_id: problem for live in leaving if (problem := denied(run, live, None))}
    for name, problem in denied_ones.items():
        run.tell(replace(run.stack.resources[name], status="UPDATE_FAILED", reason=problem))
    if denied_ones:
        raise OperationFailed(failures(run, [*denied_ones]))


def _outputs(run: Run) -> tuple[ResolvedOutput, ...]:
    """The outputs, which only fail after every resource succeeded (recorded). Raises OperationFailed."""
    environment = run.environment(run.stack.defined)
    try:
        found = tuple(resolve(run.stack.template, environment, run.lookup).outputs.values())
    except MissingAttribute as problem:
        where = _path_of(run.stack.template.body.get("Outputs", {}), problem)
        raise OperationFailed(f"[Error] /Outputs{where}/Fn::GetAtt: {problem.in_outputs}.") from None
    except TemplateError as problem:
        raise OperationFailed(_sentence(problem)) from None
    if blocked := blocked_update(run.world, run.stack, found):
        raise OperationFailed(blocked)
    return found


def _sentence(problem: TemplateError) -> str:
    return f"{str(problem).removesuffix('.')}."


def _path_of(node: Any, missing: MissingAttribute, path: str = "") -> str:
    """Where the template asks for the attribute."""
    if isinstance(node, Mapping):
        spellings = ([missing.logical_id, missing.attribute], f"{missing.logical_id}.{missing.attribute}")
        if node.get("Fn::GetAtt") in spellings:
            return path
        found = (_path_of(value, missing, f"{path}/{key}") for key, value in node.items())
        return next((each for each in found if each), "")
    return ""


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


def _update_failed(run: Run, reason: str, *, cancelled: bool) -> Steps[None]:
    """A stack that was never stable has nothing to go back to and pauses (assumed for a cancelled update)."""
    if run.stack.stable is None or (run.options.disable_rollback and not cancelled):
        run.enter(S.UPDATE_FAILED, reason)
    else:
        yield from rollback_update(run, reason)


def _leaving(run: Run, before: Mapping[str, Live]) -> Leaving:
    """What was the stack's and no longer is, because it was removed or replaced, also by a paused update before."""
    stable = run.stack.stable.resources if run.stack.stable else {}
    held = {(live.logical_id, live.physical_id): live for live in (*stable.values(), *before.values()) if live.made}
    now = {(name, live.physical_id) for name, live in run.stack.resources.items() if name in run.needs}
    return [
        (live, live.update_replace_policy if live.logical_id in run.needs else live.deletion_policy)
        for key, live in held.items()
        if key not in now
    ]
