"""Does what a plan says, step by step, and reports it. Decides nothing.

The rules: a step that starts an operation is followed by a Wait step of the same plan; if the stack comes to rest in
any but a healthy status, the rest of the plan is dropped, because the situation has changed.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from changesets.clock import Clock
from changesets.errors import Refused
from changesets.events import Pace, Settled, confirmed, follow, patiently
from changesets.gateway import CloudFormation
from changesets.mending import Pause, PushImage
from changesets.models import TOKEN_PREFIX, ChangeSet
from changesets.outcomes import Event, StepStarted
from changesets.plans import Plan
from changesets.statuses import StackStatus, is_healthy
from changesets.steps import CancelUpdate, CreateChangeSet, DeleteChangeSet, DeleteStack, Step, Wait

CHANGE_SET_MINUTES = 15  # transforms and nested change sets take a while; CloudFormation gives up by itself before
SHELL_LOOKS = 12  # about half a minute; an empty stack goes in a second
STALE_MINUTES = 30  # an older change set of the same name may depend on values that have changed since


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a plan's steps: the change set made, the operation followed."""

    change_set: ChangeSet | None = None
    settled: Settled | None = None


Telling = Generator[Event, None, Done]


def execute(plan: Plan, cloudformation: CloudFormation, clock: Clock, *, until: datetime) -> Telling:
    """Yield each step and the stack's events, and return the result. Waits no longer than `until`."""
    done = Done()
    for step in plan.steps:
        yield StepStarted(step=step)
        if isinstance(step, Wait):
            settled = yield from follow(cloudformation, step.stack, clock, until=until, token=step.token)
            done = replace(done, settled=settled)
            if settled.stack is None or not is_healthy(settled.stack.status):
                return done
        elif isinstance(step, CreateChangeSet):
            done = replace(done, change_set=create_change_set(step, cloudformation, clock))
        elif isinstance(step, CancelUpdate):
            cloudformation.perform(step)
        elif isinstance(step, PushImage):
            step.push()
        elif isinstance(step, Pause):
            clock.sleep(step.seconds)
        else:
            perform(step, cloudformation, clock)
    return done


def perform(step: Step, cloudformation: CloudFormation, clock: Clock) -> None:
    """Make the step's call, again if no answer comes: its token or its nature makes a second call harmless.

    CloudFormation answers the same ClientRequestToken again without a second effect.
    """
    patiently(clock, Pace(), lambda: cloudformation.perform(step))


def create_change_set(step: CreateChangeSet, cloudformation: CloudFormation, clock: Clock) -> ChangeSet:
    """Make the change set and wait for it. One of the same name that is no longer usable is deleted first."""
    made = _ask(step, cloudformation, clock)
    if _is_usable(made, clock):
        return made
    why = "an earlier change set of the same name is no longer usable"
    perform(DeleteChangeSet(stack=made.stack_id, change_set=made.id, why=why), cloudformation, clock)
    return _ask(step, cloudformation, clock)


def _is_usable(made: ChangeSet, clock: Clock) -> bool:
    """A fresh result is usable, good or bad; an older one only if it can be executed and is not stale."""
    age = clock.now() - (made.created or clock.now())
    if made.executable:
        return age < timedelta(minutes=STALE_MINUTES)
    return made.execution_status != "OBSOLETE" and age < timedelta(minutes=1)


def _ask(step: CreateChangeSet, cloudformation: CloudFormation, clock: Clock) -> ChangeSet:
    pace = Pace(interval=0.1, longest=1.0)
    change_set_id = patiently(clock, pace, lambda: cloudformation.create_change_set(step))
    until = clock.now() + timedelta(minutes=CHANGE_SET_MINUTES)
    while clock.now() < until:
        made = patiently(clock, pace, lambda: cloudformation.change_set(change_set_id))
        if not made.pending:
            return made
        clock.sleep(pace.after(news=False))
    raise Refused(f"The change set was not made within {CHANGE_SET_MINUTES} minutes: {change_set_id}")


def discard(change_set: ChangeSet, cloudformation: CloudFormation, clock: Clock) -> None:
    """Delete a change set of ours; nothing depends on it, so a refusal does not matter."""
    why = "it will not be executed"
    step = DeleteChangeSet(stack=change_set.stack_id, change_set=change_set.id, why=why)
    with suppress(Refused):
        perform(step, cloudformation, clock)


def clear_shell(stack_id: str, cloudformation: CloudFormation, clock: Clock) -> None:
    """Delete the empty stack that a CREATE change set left behind, if it is still empty, and wait until it is gone."""
    pace = Pace(interval=0.2)
    if not patiently(clock, pace, partial(_is_shell, cloudformation, stack_id)):
        return
    why = "it never got any resources"
    perform(DeleteStack(stack=stack_id, token=TOKEN_PREFIX + "shell", why=why), cloudformation, clock)
    for _ in range(SHELL_LOOKS):
        stack = patiently(clock, pace, lambda: cloudformation.stack(stack_id))
        if stack is None or stack.status is StackStatus.DELETE_COMPLETE:
            return
        clock.sleep(pace.after(news=False))


def _is_shell(cloudformation: CloudFormation, stack_id: str) -> bool:
    stack = cloudformation.stack(stack_id)
    return stack is not None and stack.status is StackStatus.REVIEW_IN_PROGRESS and confirmed(cloudformation, stack)
