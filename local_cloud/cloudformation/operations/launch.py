"""Turns an accepted call into an operation in progress.

The rule: the call itself moves the stack and records `User Initiated`; everything after that happens in the process.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from local_cloud.cloudformation.events import stack_event
from local_cloud.cloudformation.inputs import processed
from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Definition, Operation, Stack
from local_cloud.cloudformation.operations.run import Options, Run
from local_cloud.cloudformation.refusals import EXPRESS_FOLLOW_UP, ROLE
from local_cloud.cloudformation.schedule import Interrupted, Process, Steps
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import World

TIMED_OUT = "Stack creation time exceeded the specified timeout."
USER_INITIATED = "User Initiated"
Body = Callable[[Run], Steps[None]]


def start(
    world: World, stack: Stack, body: Body, *, kind: str, status: S, token: str | None = None,
    options: Options | None = None, done: Callable[[Process], None] | None = None, reason: str = USER_INITIATED,
) -> Run:  # fmt: skip
    """Move the stack, record the event, and start the operation."""
    before = stack.status
    operation = Operation(id=str(uuid4()), type=kind, token=token, started=world.schedule.now)
    run = Run(world=world, stack=stack, operation=operation, options=options or Options(), back_to=before)
    stack.operations = [operation]
    stack.retain_except_on_create = run.options.retain_except_on_create
    stack.drift_status = "NOT_CHECKED"
    stack.drifts.clear()
    if stack.events or status is not S.CREATE_IN_PROGRESS:
        run.enter(status, reason)
    else:
        stack.status, stack.reason = status, reason
        stack.events.append(stack_event(stack, operation, world.schedule.now, id=operation.id))
    stack.process = world.schedule.spawn(body(run), done)
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
