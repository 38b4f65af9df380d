"""Turns an accepted call into an operation in progress.

The rule: the call itself moves the stack and records `User Initiated`; everything after that happens in the process.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

from local_cloud.cloudformation.events import stack_event
from local_cloud.cloudformation.inputs import processed
from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Definition, Operation, Stack
from local_cloud.cloudformation.operations.lifecycle import create, delete, import_resources, update
from local_cloud.cloudformation.operations.rollback import continue_rollback, rollback_paused
from local_cloud.cloudformation.operations.run import Options, Run
from local_cloud.cloudformation.refusals import EXPRESS_FOLLOW_UP, ROLE
from local_cloud.cloudformation.schedule import Interrupted, Process, Steps
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import World

TIMED_OUT = "Stack creation time exceeded the specified timeout."
USER_INITIATED = "User Initiated"


class Kind(NamedTuple):
    """A kind of operation: what it does, its OperationType, and the status that the call itself enters."""

    body: Callable[[Run], Steps[None]]
    type: str
    status: S


CREATE = Kind(create, "CREATE_STACK", S.CREATE_IN_PROGRESS)
UPDATE = Kind(update, "UPDATE_STACK", S.UPDATE_IN_PROGRESS)
DELETE = Kind(delete, "DELETE_STACK", S.DELETE_IN_PROGRESS)
IMPORT = Kind(import_resources, "UPDATE_STACK", S.IMPORT_IN_PROGRESS)
ROLL_BACK_CREATE = Kind(rollback_paused, "ROLLBACK", S.ROLLBACK_IN_PROGRESS)
ROLL_BACK_UPDATE = Kind(rollback_paused, "ROLLBACK", S.UPDATE_ROLLBACK_IN_PROGRESS)
ROLL_BACK_TO_NOTHING = Kind(delete, "ROLLBACK", S.DELETE_IN_PROGRESS)
CONTINUE_ROLLBACK = Kind(continue_rollback, "CONTINUE_ROLLBACK", S.UPDATE_ROLLBACK_IN_PROGRESS)
BY_CHANGE_SET: Mapping[str, Kind] = {"CREATE": CREATE, "UPDATE": UPDATE, "IMPORT": IMPORT}


def start(
    world: World, stack: Stack, kind: Kind, *, token: str | None = None, options: Options | None = None,
    done: Callable[[Process], None] | None = None,
) -> Run:  # fmt: skip
    """Move the stack, record the event, and start the operation."""
    before = stack.status
    operation = Operation(id=str(uuid4()), type=kind.type, token=token, started=world.schedule.now)
    run = Run(world=world, stack=stack, operation=operation, options=options or Options(), back_to=before)
    stack.operations = [operation]
    stack.retain_except_on_create = run.options.retain_except_on_create
    stack.drift_status = "NOT_CHECKED"
    stack.drifts.clear()
    if stack.events or kind is not CREATE:
        run.enter(kind.status, USER_INITIATED)
    else:
        stack.status, stack.reason = kind.status, USER_INITIATED
        stack.events.append(stack_event(stack, operation, world.schedule.now, id=operation.id))
    stack.process = world.schedule.spawn(kind.body(run), done)
    return run


def define(world: World, stack: Stack, definition: Definition) -> str | None:
    """Give the stack its new definition, transforms applied; the text of a transform that failed.

    That is not the call's failure but the operation's (recorded).
    """
    try:
        template = processed(world, stack, definition.source, definition.parameters)
    except TemplateError as problem:
        stack.definition = definition
        return str(problem)
    stack.definition = replace(definition, template=template)
    return None


def usable_role(world: World, stack: Stack, given: str | None) -> str | None:
    """The role of the next operation: the stack's, or the `given` one. Refused if it does not exist (recorded)."""
    role = given or stack.role_arn
    if role and world.faults.role_is_gone(role):
        raise ROLE.error(role=role)
    return role


def check_mode(stack: Stack, mode: str) -> None:
    """Raise unless the operation has the mode of the last one, if that was EXPRESS."""
    if stack.deployment.mode == "EXPRESS" != mode:
        raise EXPRESS_FOLLOW_UP.error()


def cancel_process(world: World, stack: Stack) -> None:
    """Stop what runs on the stack; what is in progress is recorded as cancelled."""
    if stack.process is not None and not stack.process.done:
        world.schedule.cancel(stack.process)


def arm_timeout(world: World, stack: Stack) -> None:
    """Let the create fail when TimeoutInMinutes are over."""
    process, minutes = stack.process, stack.timeout_minutes
    if process is None or minutes is None:
        return

    def ring() -> Steps[None]:
        yield world.limit(minutes * 60)
        if not process.done and stack.status is S.CREATE_IN_PROGRESS:
            world.schedule.interrupt(process, Interrupted(TIMED_OUT))

    world.schedule.spawn(ring())


def interrupt(world: World, stack: Stack, reason: str) -> None:
    """Let the running operation fail for `reason`."""
    assert stack.process is not None
    world.schedule.interrupt(stack.process, Interrupted(reason))
