"""The rungs that lead a broken stack back to health. Pure; see planner.py.

Sources: CloudFormation API reference of ContinueUpdateRollback and RollbackStack; user guide,
"Continue rolling back an update" and "Troubleshooting CloudFormation".
"""

from collections.abc import Iterable
from dataclasses import replace

from changesets.diagnosis import plain
from changesets.kinds import DATA, MADE_ANEW, NESTED_STACK
from changesets.lending import Denied
from changesets.mending import Pause, PushImage, Repair
from changesets.models import DIFFERS_TOKEN_PREFIX, TOKEN_PREFIX, Resource, StackEvent
from changesets.plans import Hazard, HazardKind, Plan
from changesets.situation import Situation
from changesets.statuses import StackStatus
from changesets.steps import (
    ContinueUpdateRollback,
    RollbackStack,
    SetTerminationProtection,
    Step,
    Wait,
)

UNTIL_DONE = "until CloudFormation is done"
SPREADING = 15.0  # seconds until IAM's change is in force: usually a few, never promised


def plan(
    situation: Situation, rung: str, step: ContinueUpdateRollback | RollbackStack, hazards: Iterable[Hazard] = ()
) -> Plan:
    """The step, then waiting for what it set going."""
    wait = Wait(stack=situation.address, token=step.token, why=UNTIL_DONE)
    return Plan(stack_name=situation.stack_name, rung=rung, steps=(step, wait), hazards=tuple(hazards))


def may_differ_after(token: str) -> str:
    """The token, marked: a later run learns by it that not all of the stack is as its template says."""
    return token.replace(TOKEN_PREFIX, DIFFERS_TOKEN_PREFIX, 1)


def about(resource: Resource, kind: HazardKind, message: str) -> Hazard:
    return Hazard(kind=kind, logical_id=resource.logical_id, type=resource.type, message=message)


def lost(resource: Resource) -> Hazard:
    message = f"{resource.physical_id} is deleted with its {DATA[resource.type].holds}"
    return about(resource, HazardKind.DATA, message)


def left_behind(resource: Resource) -> Hazard:
    return about(resource, HazardKind.LEFTOVER, f"{resource.physical_id} stays, outside of any stack")


# ---- UPDATE_ROLLBACK_FAILED ----


def repair(situation: Situation) -> Plan | None:
    """What the rollback needs and somebody deleted is made again first. It is the stack's own, as it was: no hazard."""
    return _after(situation, "repair", situation.remedies.repairs)


def push_image(situation: Situation) -> Plan | None:
    """The image that a function had before, from a copy of whoever deploys: its digest says that it is the same."""
    return _after(situation, "push image", situation.remedies.images)


def restore(situation: Situation) -> Plan | None:
    """What somebody changed on a bucket by hand, so that the rollback is denied it, is put back as the stack had it."""
    found = situation.remedies.changed
    then = _after(situation, "restore", tuple(each.step for each in found))
    return then and replace(then, hazards=(*then.hazards, *(hazard for each in found for hazard in each.hazards)))


def lend(situation: Situation) -> Plan | None:
    """What a role lost is lent to it until the rollback is over, if a person says so: it widens what the role may."""
    found = situation.remedies.wanted
    if not found:
        return None
    pause = Pause(seconds=SPREADING, why="a new permission takes some seconds to be in force")
    then = _after(situation, "lend", (*(each.step for each in found), pause))
    denied = [each for one in found for each in one.denied]
    names = ", ".join(f"{each.role} {each.action} {each.resource}" for each in denied)
    return then and replace(then, rung=f"lend {names}", hazards=(*then.hazards, *map(_widened, denied)))


def _widened(denied: Denied) -> Hazard:
    message = f"the role {denied.role} may {denied.action} on {denied.resource}, until the rollback is over"
    return Hazard(kind=HazardKind.ACCESS, logical_id=denied.logical_id, type=denied.type, message=message)


def take_back(situation: Situation) -> Plan | None:
    """What was lent for a rollback goes when that is over; a later run knows it by its name."""
    if not (lent := situation.remedies.lent):
        return None
    return Plan(stack_name=situation.stack_name, rung="take back", steps=tuple(each.end for each in lent))


def _after(situation: Situation, rung: str, first: tuple[Repair | PushImage | Pause, ...]) -> Plan | None:
    """The rollback goes on once its cause is mended."""
    if not first:
        return None
    names = ",".join(dict.fromkeys(each.logical_id for each in first if not isinstance(each, Pause)))
    differs = any(isinstance(each, Repair) and each.differs for each in first)
    step = ContinueUpdateRollback(
        stack=situation.address,
        token=may_differ_after(situation.token) if differs else situation.token,
        role_arn=situation.role_arn,
        why="its cause is mended",
    )
    then = plan(situation, f"{rung} {names}", step, _undone(situation))
    return replace(then, steps=(*first, *then.steps))


def continue_with_role(situation: Situation) -> Plan | None:
    """A service role that lost a permission, or is gone, is the cause of many failed rollbacks: use the one given."""
    role = situation.role_arn
    if not role or (situation.stack and situation.stack.role_arn == role):
        return None
    step = ContinueUpdateRollback(
        stack=situation.address,
        token=situation.token,
        role_arn=role,
        why="rolls back with the role given now, which stays the stack's role",
    )
    return plan(situation, "continue with role", step, _undone(situation))


def continue_plain(situation: Situation) -> Plan:
    """Skips nothing, and is enough where the cause has passed: expired credentials, a timeout, a repaired resource."""
    why = "the cause may have passed; nothing is skipped"
    step = ContinueUpdateRollback(stack=situation.address, token=situation.token, why=why)
    return plan(situation, "continue", step, _undone(situation))


def continue_skipping(situation: Situation) -> Plan | None:
    """Skip exactly what failed because the rollback failed; what was only cancelled recovers by itself. A permission
    that can be given back is not skipped over: consent to the one is none to the other.
    """
    failed = failed_in_rollback(situation.failures)
    if not failed or situation.remedies.wanted:
        return None
    names = tuple(sorted({skip_name(event, situation.address) for event in failed}))
    step = ContinueUpdateRollback(
        stack=situation.address,
        token=may_differ_after(situation.token),
        skip=names,
        why="these failed in the rollback itself; the rest of the stack goes back to its last good state",
    )
    hazards = (_would_differ(event.logical_id, event.type, event.reason) for event in failed)
    return plan(situation, "skip " + ",".join(names), step, (*hazards, *_undone(situation)))


def continue_by_force(situation: Situation) -> Plan | None:
    if situation.remedies.wanted:
        return None
    step = ContinueUpdateRollback(
        stack=situation.address,
        token=may_differ_after(situation.token),
        force=True,
        why="CloudFormation itself chooses what to skip, in nested stacks too",
    )
    hazard = _would_differ(situation.stack_name, NESTED_STACK, "any resource that fails is skipped")
    return plan(situation, "skip by force", step, (hazard, *_undone(situation)))


def _undone(situation: Situation) -> list[Hazard]:
    """What the failed update made goes at the end of its rollback; since it began, it may have been written to."""
    fresh = (each for each in situation.fresh_data if not situation.resists(each) and each.type not in MADE_ANEW)
    return [lost(each) for each in fresh]


def _would_differ(logical_id: str, type_: str, reason: str) -> Hazard:
    message = f"is taken for rolled back although it was not ({plain(reason)})"
    return Hazard(kind=HazardKind.DRIFT, logical_id=logical_id, type=type_, message=message)


def failed_in_rollback(events: Iterable[StackEvent]) -> tuple[StackEvent, ...]:
    """What failed after the rollback began, cancellations and nested stacks' own rows left out; each resource once."""
    failed: dict[tuple[str, str], StackEvent] = {}
    rolling_back = False
    for event in events:
        if event.is_of_stack:
            rolling_back = rolling_back or event.stack_status is StackStatus.UPDATE_ROLLBACK_IN_PROGRESS
        elif rolling_back and event.failed and "cancelled" not in event.reason:
            failed[event.stack_id, event.logical_id] = event
    children = any(event.type != NESTED_STACK for event in failed.values())
    return tuple(event for event in failed.values() if not children or event.type != NESTED_STACK)


def skip_name(event: StackEvent, root: str) -> str:
    """ResourcesToSkip wants a nested resource as <name of the nested stack>.<logical id>; the name, not its
    logical id.
    """
    return event.logical_id if event.stack_id == root else f"{event.stack_name}.{event.logical_id}"


# ---- UPDATE_FAILED, CREATE_FAILED ----


def roll_back(situation: Situation) -> Plan | None:
    """Back to the last good state; CloudFormation refuses that in EXPRESS mode. What the failed operation created goes,
    unless it may hold data and has a Retain policy.
    """
    if situation.express:
        return None
    never_lived = situation.status is StackStatus.CREATE_FAILED
    step = RollbackStack(
        stack=situation.address,
        token=situation.token,
        role_arn=situation.role_arn,
        retain_except_on_create=not (situation.data or situation.fresh_data),
        why="deletes what the failed create made" if never_lived else "goes back to the last good state",
    )
    undone = (each for each in situation.fresh_data if each.logical_id not in situation.retained)
    return plan(situation, "roll back", step, (lost(each) for each in undone if not situation.resists(each)))


def unprotect(situation: Situation) -> tuple[Step, ...]:
    """Termination protection off, where it is on."""
    if not (situation.stack and situation.stack.protected):
        return ()
    return (
        SetTerminationProtection(stack=situation.address, enabled=False, why="or CloudFormation refuses the deletion"),
    )
