"""What Ctrl-C leads to: the operation goes on without us or, if a person says so, is turned back and followed.

The rule: CloudFormation can only cancel updates. A running create can be deleted, which is offered as such; data that
was put into it meanwhile is deleted only if it is named. Everything else goes on by itself.
"""

from collections.abc import Callable, Iterator

from changesets import executor
from changesets.clock import Clock, SystemClock
from changesets.errors import StackBusy
from changesets.gateway import CloudFormation
from changesets.manager import LONGEST, delete
from changesets.models import Stack
from changesets.outcomes import Declined, Detached, Diagnosis, Event, RolledBack, Stuck
from changesets.plans import Allowed, Consent, HazardKind, Plan
from changesets.rungs_delete import BREAK_OFF, DELETE
from changesets.statuses import StackStatus, is_moving
from changesets.steps import CancelUpdate, Wait

CANCEL = "Cancel the update and roll back? (no: it goes on by itself)"
STOP = "Stop the create and delete what it made? (no: it goes on by itself)"


def interrupted(
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    ask: Callable[[str], bool],
    consent: Consent | None = None,
    clock: Clock | None = None,
) -> Iterator[Event]:
    """`ask` asks a person whether to turn back; `consent` decides about what a stopped create would leave behind or
    lose (default: yes to what it leaves behind, no to the loss of data, and then the create goes on).
    """
    stack = cloudformation.stack(stack_name)
    status = stack.status if stack else None
    if stack and status is StackStatus.UPDATE_IN_PROGRESS and ask(CANCEL):
        yield from _cancelled(cloudformation, stack, clock or SystemClock())
    elif stack and status is StackStatus.CREATE_IN_PROGRESS and ask(STOP):
        yield from _stopped(cloudformation, stack, consent or Allowed(yes=True), clock)
    else:
        yield Detached(stack=stack)


def _cancelled(cloudformation: CloudFormation, stack: Stack, clock: Clock) -> Iterator[Event]:
    plan = Plan(
        stack_name=stack.name,
        rung="cancel",
        steps=(
            CancelUpdate(stack=stack.id, why="the update is rolled back"),
            Wait(stack=stack.id, why="until everything is as before"),
        ),
    )
    try:
        done = yield from executor.execute(plan, cloudformation, clock, until=clock.now() + LONGEST)
    except StackBusy:  # it ended while we asked
        yield Detached(stack=cloudformation.stack(stack.id))
        return
    settled = done.settled.stack if done.settled else None
    yield RolledBack(stack=settled, diagnosis=Diagnosis(cause="cancelled on request"))


def _stopped(cloudformation: CloudFormation, stack: Stack, consent: Consent, clock: Clock | None) -> Iterator[Event]:
    """Stop the create and delete what it made. A create that ended while we asked is not deleted."""

    def agree(plan: Plan) -> bool:
        asked = plan.rung == BREAK_OFF and all(each.kind is HazardKind.REMOVED for each in plan.hazards)
        return plan.rung != DELETE and (asked or consent(plan))

    for event in delete(cloudformation, stack.name, consent=agree, clock=clock):
        refused = isinstance(event, Declined) or (isinstance(event, Stuck) and is_moving(event.status))
        yield Detached(stack=cloudformation.stack(stack.id)) if refused else event
