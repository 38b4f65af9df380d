"""What to do next: one ladder of ways out per goal and status, the least dangerous rung first. Pure.

The rule: a rung is a function that answers a plan, or None where it does not apply. A rung that was tried in this
run is not tried again (`wait` excepted: the clock bounds it), so every ladder ends; what may lose data or leave
something behind says so in the plan's hazards. The table below is the whole policy.

UPDATE_ROLLBACK_FAILED is left by repairing the cause where that can be done. Each known cause has its way:

- A bucket, its policy, a role or a log group was deleted: made again as it was, unasked (repairs.py).
- Another resource was deleted, or one whose id AWS chose: skipped with consent; the drift-reverting change set after it
  makes it again.
- The old image is gone from the registry: pushed again by who has a copy of it (remedies.PushAgain), its digest proven.
  Where nobody has, skipped with consent: the function keeps the newer image until the next deployment gives it its own.
- A bucket's policy or settings were changed by hand, and the rollback is denied the bucket: put back with consent, as
  the stack had them (restorations.py).
- The service role is gone: a stop with `--role-arn`; the role given is tried first.
- A role lost a permission: the role given, or one plain try (permissions take a while to spread); then it is lent with
  consent, until the rollback is over (lending.py). Without, or where IAM refuses: a stop with the command for it.
- Credentials expired, a timeout, a bad day: one plain try.
- Anything else: exactly what failed in the rollback is skipped with consent, then by force; then made to agree again.
"""

from collections.abc import Callable
from dataclasses import replace

from changesets import rungs_delete as delete
from changesets import rungs_deploy as deploy
from changesets import rungs_recover as recover
from changesets.plans import Plan
from changesets.situation import Goal, Situation
from changesets.statuses import StackStatus, WayOut
from changesets.steps import Wait

Rung = Callable[[Situation], Plan | None]
Ladder = tuple[Rung, ...]


def wait(situation: Situation) -> Plan:
    """Someone, perhaps we before an interruption, is at work: follow it."""
    step = Wait(stack=situation.address, why=f"{situation.stack_name} is in {situation.status}: only waiting is safe")
    return Plan(stack_name=situation.stack_name, rung="wait", steps=(step,))


def only_if_never_updated(rung: Rung) -> Rung:
    """For CREATE_FAILED: what RollbackStack could not remove is deleted with the stack."""
    return lambda situation: rung(situation) if situation.status is StackStatus.CREATE_FAILED else None


_CONTINUE: Ladder = (
    recover.repair,
    recover.push_image,
    recover.continue_with_role,
    recover.continue_plain,
    recover.restore,
    recover.lend,
    recover.continue_skipping,
    recover.continue_by_force,
)
_ROLL_BACK: Ladder = (recover.roll_back, only_if_never_updated(delete.delete_dead))
_CHANGE: Ladder = (deploy.execute, deploy.import_survivors, deploy.ask_for_change_set)
_REALIGN: Ladder = (deploy.execute_realignment, deploy.realign)
_KEEP: Ladder = (delete.delete_keeping_data, delete.delete_retaining, delete.delete_by_force)

LADDERS: dict[tuple[Goal, WayOut], Ladder] = {
    **{(goal, WayOut.WAIT): (wait,) for goal in Goal},
    (Goal.DELETE, WayOut.WAIT): (delete.break_off, wait),
    (Goal.APPLY, WayOut.UPDATE): (recover.take_back, *_REALIGN, *_CHANGE),
    (Goal.APPLY, WayOut.CREATE): _CHANGE,
    (Goal.APPLY, WayOut.FIX_FORWARD): (*_CHANGE, *_ROLL_BACK),
    (Goal.APPLY, WayOut.CONTINUE_ROLLBACK): _CONTINUE,
    (Goal.APPLY, WayOut.RECREATE): (delete.delete_dead,),
    (Goal.APPLY, WayOut.FINISH_DELETE): _KEEP,
    (Goal.REVIEW, WayOut.UPDATE): (deploy.ask_for_change_set,),
    (Goal.REVIEW, WayOut.CREATE): (deploy.ask_for_change_set,),
    (Goal.REVIEW, WayOut.FIX_FORWARD): (deploy.ask_for_change_set,),
    (Goal.REVIEW, WayOut.CONTINUE_ROLLBACK): (),
    (Goal.REVIEW, WayOut.RECREATE): (),
    (Goal.REVIEW, WayOut.FINISH_DELETE): (),
    (Goal.RECOVER, WayOut.UPDATE): (recover.take_back, *_REALIGN),
    (Goal.RECOVER, WayOut.CREATE): (delete.clear_own_shell,),
    (Goal.RECOVER, WayOut.FIX_FORWARD): _ROLL_BACK,
    (Goal.RECOVER, WayOut.CONTINUE_ROLLBACK): _CONTINUE,
    (Goal.RECOVER, WayOut.RECREATE): (delete.delete_dead,),
    (Goal.RECOVER, WayOut.FINISH_DELETE): _KEEP,
    (Goal.DELETE, WayOut.UPDATE): (recover.take_back, delete.delete_stack),
    (Goal.DELETE, WayOut.CREATE): (delete.clear_shell,),
    (Goal.DELETE, WayOut.FIX_FORWARD): (delete.delete_stack,),
    (Goal.DELETE, WayOut.CONTINUE_ROLLBACK): (recover.take_back, delete.delete_stack),
    (Goal.DELETE, WayOut.RECREATE): (delete.delete_stack,),
    (Goal.DELETE, WayOut.FINISH_DELETE): (delete.delete_again, delete.delete_retaining, delete.delete_by_force),
}


def next_plan(situation: Situation) -> Plan | None:
    """The first rung that applies and was not tried; None at the end of the ladder."""
    return next((plan for plan in _rungs(situation) if plan.rung == "wait" or plan.rung not in situation.spent), None)


def first_plan(situation: Situation) -> Plan | None:
    """The ladder's first rung whether or not it was tried: what to do again once the cause is repaired."""
    return next(iter(_rungs(situation)), None)


def _rungs(situation: Situation) -> list[Plan]:
    ladder = LADDERS[situation.goal, situation.way_out]
    verb = "delete" if situation.goal is Goal.DELETE else "recover"
    return [replace(plan, verb=verb) for rung in ladder if (plan := rung(situation))]
