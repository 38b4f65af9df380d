"""How a round ended: with an outcome that ends the run, or None for another look. One function per way to end.

The rule: an outcome comes with its cause, and a stop with what to do about it. A healthy stack that may not be
changed is `Declined`; a broken one is `Stuck`, with the plan that would free it.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace

from changesets import executor, rungs_deploy
from changesets.diagnosis import diagnose, diagnose_change_set, diagnose_rollback, diagnose_text, named
from changesets.errors import AccessDenied, ChangeSetGone, Refused, RoleUnusable, StackBusy, StackNotFound, Unreachable
from changesets.events import Settled
from changesets.mending import PushImage, Repair
from changesets.models import ChangeSet, Profile, Resource, Stack, StackEvent
from changesets.outcomes import (
    UNKNOWN_CAUSE,
    Declined,
    Deleted,
    Deployed,
    Diagnosis,
    Event,
    NoChanges,
    Noticed,
    Outcome,
    Recovered,
    Rejected,
    Reviewed,
    RolledBack,
    Stuck,
)
from changesets.planner import first_plan, next_plan
from changesets.plans import Plan
from changesets.run import CONFLICTS, Run
from changesets.situation import Goal, Situation
from changesets.statuses import StackStatus, WayOut, facts, is_healthy, lives
from changesets.steps import CreateChangeSet
from changesets.survivors import left_behind, survivors

Conclusion = Generator[Event, None, Outcome | None]
DEPLOYED = (StackStatus.CREATE_COMPLETE, StackStatus.UPDATE_COMPLETE)


# ---- where a run ends ----


def reached(run: Run, situation: Situation) -> Outcome | None:
    """Has the goal been reached before this round does anything?"""
    match run.goal:
        case Goal.DELETE if situation.status is None:
            return Deleted(stack_name=run.stack_name, left_behind=_left_behind(run))
        case Goal.RECOVER if _is_free(situation) and next_plan(situation) is None:
            return _recovered(run, situation)
        case _:
            return None


def _left_behind(run: Run) -> tuple[Resource, ...]:
    """By the stack that this run deleted, or an earlier one: that may have been killed before it could say so."""
    if run.deleted:
        return left_behind(run.cloudformation, run.deleted)
    return survivors(run.cloudformation, run.stack_name, None).resources


def _is_free(situation: Situation) -> bool:
    return situation.way_out in (WayOut.UPDATE, WayOut.CREATE)


def _recovered(run: Run, situation: Situation) -> Outcome:
    if run.failure is not None:
        return RolledBack(stack=situation.stack, diagnosis=run.failure, orphans=run.orphans)
    return Recovered(stack=situation.stack, orphans=run.orphans)


def declined(run: Run, situation: Situation, plan: Plan) -> Outcome | None:
    """Without consent: a healthy stack stays as it is; a broken one is reported with its cause and its way out. What
    was skipped may stay as it is, and the run goes on.
    """
    if plan.review is not None:
        run.discard(plan.review.change_set)
    if _is_realignment(plan):
        return None
    if _is_free(situation):
        return Declined(plan=plan)
    return _stop(run, situation, plan)


def stuck(run: Run, situation: Situation) -> Outcome:
    """At the end of the ladder: what is in the way, and what to do once that is repaired."""
    again = first_plan(replace(situation, goal=Goal.APPLY if run.goal is Goal.REVIEW else run.goal, review=None))
    return _stop(run, situation, again or _nothing(run))


def _stop(run: Run, situation: Situation, recovery: Plan) -> Stuck:
    why, failure = why_stuck(situation), run.failure
    if failure is None or (failure.logical_id, failure.cause) == (why.logical_id, why.cause):
        return Stuck(status=situation.status, diagnosis=why, recovery=recovery)
    return Stuck(status=situation.status, diagnosis=why, recovery=recovery, failure=failure)


def why_stuck(situation: Situation) -> Diagnosis:
    """The rollback's own failure, which keeps the stack where it is, or else the operation's first failure."""
    for loan in situation.remedies.lent if _is_free(situation) else ():
        return Diagnosis(cause=f"What was lent for the rollback is there still, on the role {loan.role}")
    for told in (diagnose_rollback(situation.failures), diagnose(situation.failures)):
        if told != UNKNOWN_CAUSE:
            return told
    failed = (each for each in situation.resources if each.status.endswith("_FAILED") and each.reason)
    found = next(failed, None)
    if found is not None:
        known = named(diagnose_text(found.reason, found.type), found.logical_id, found.physical_id)
        return replace(known, type=found.type)
    return diagnose_text(situation.stack.reason) if situation.stack and situation.stack.reason else UNKNOWN_CAUSE


def reminders(run: Run, situation: Situation, outcome: Outcome) -> Iterator[Noticed]:
    """A healthy status does not tell what was skipped on the way to it, and no status what a role may still."""
    if run.left_shell:
        command = f"aws cloudformation delete-stack --stack-name {run.left_shell}"
        yield Noticed(message=f"the change set left an empty stack, which these credentials may not delete: {command}")
    for loan in situation.remedies.lent:
        yield Noticed(message=f"lent to the role {loan.role} for the rollback, and there still: {loan.command}")
    if run.differing and not isinstance(outcome, Stuck | Deleted):
        names = ", ".join(sorted(run.differing))
        yield Noticed(message=f"skipped in the rollback, may still differ from the template until it changes: {names}")


# ---- after a step ----


def refused(run: Run, situation: Situation, plan: Plan, error: Refused | Unreachable) -> Conclusion:
    """A lost race, a lost answer, or a wrong request: only the last ends the run."""
    mends = isinstance(plan.steps[0], Repair | PushImage)
    if isinstance(error, AccessDenied) and not mends:
        raise error
    asked = isinstance(plan.steps[0], CreateChangeSet)
    if asked and isinstance(error, Refused) and not isinstance(error, StackBusy | ChangeSetGone | StackNotFound):
        return (yield from _rejected(run, plan, diagnose_text(str(error), code=error.code), error.hint))
    if isinstance(error, RoleUnusable):
        return _without_role(run, situation, error)
    overtaken = _is_overtaken(situation, run.read(run.look), error, asked=asked)
    if not overtaken and not mends and (_is_free(situation) or asked):
        raise error
    yield Noticed(message=f"{plan.steps[0].operation}: {error}")
    run.review = None
    if overtaken:
        run.conflicts += 1
        run.clock.sleep(run.conflicts)  # what was seen may have been stale
        run.spent = {rung for rung in run.spent - {plan.rung} if not rung.startswith(rungs_deploy.ASK)}
    if run.conflicts > CONFLICTS:
        raise error
    return None


def _is_overtaken(situation: Situation, now: Stack | None, error: Refused | Unreachable, *, asked: bool) -> bool:
    """Has the stack changed since it was looked at, or was it never as it seemed?"""
    if not isinstance(error, Refused) or isinstance(error, ChangeSetGone):
        return True
    return now != situation.stack or (isinstance(error, StackBusy) and (asked or _is_free(situation)))


def _without_role(run: Run, situation: Situation, error: RoleUnusable) -> Stuck:
    """No rung can help without a role, and only a person knows which one to use."""
    verb = Goal.APPLY if run.goal is Goal.REVIEW else run.goal
    why = replace(diagnose_text(str(error)), command=f"{verb} --role-arn ARN")
    return Stuck(status=situation.status, diagnosis=why, recovery=_nothing(run), failure=run.failure)


def _nothing(run: Run) -> Plan:
    return Plan(stack_name=run.stack_name, rung="none", steps=())


def _is_import(plan: Plan) -> bool:
    asks = any(isinstance(step, CreateChangeSet) and step.type == "IMPORT" for step in plan.steps)
    return asks or (plan.review is not None and plan.review.change_set.is_import)


def _is_realignment(plan: Plan) -> bool:
    asks = any(isinstance(step, CreateChangeSet) and step.keep_template for step in plan.steps)
    return asks or (plan.review is not None and plan.review.change_set.is_realignment)


def _not_taken_over(diagnosis: Diagnosis) -> Noticed:
    """No end yet: what comes next says what it means to go on without, and asks."""
    return Noticed(message=f"what the previous stack left behind could not be taken over: {diagnosis.cause}")


def _rejected(run: Run, plan: Plan, diagnosis: Diagnosis, hint: str | None) -> Conclusion:
    if _is_import(plan):
        yield _not_taken_over(diagnosis)
        return None
    if _is_realignment(plan):
        return None
    return Rejected(stack_name=run.stack_name, diagnosis=replace(diagnosis, fix=diagnosis.fix or hint or ""))


def made(run: Run, situation: Situation, plan: Plan, change_set: ChangeSet) -> Conclusion:
    """A change set was made: executable, without changes, or refused by CloudFormation."""
    run.made_shell = run.made_shell or situation.stack is None
    if change_set.has_no_changes:
        run.discard(change_set)
        return None if _is_realignment(plan) else (yield from _unchanged(run, situation))
    if not change_set.executable:
        validations = run.read(lambda: run.cloudformation.validations(change_set.id))
        run.discard(change_set)
        return (yield from _rejected(run, plan, diagnose_change_set(change_set, validations), None))
    told = replace(change_set, is_import=_is_import(plan), is_realignment=_is_realignment(plan))
    reviewed = run.read(lambda: run.make_review(told, situation))
    if run.goal is Goal.REVIEW:
        run.discard(change_set)
        return Reviewed(review=reviewed)
    return None


def _unchanged(run: Run, situation: Situation) -> Conclusion:
    if run.goal is Goal.REVIEW:
        return Reviewed(review=None)
    if situation.stack is None or not is_healthy(situation.status):
        return None  # nothing to fix forward: the ladder's next rung
    if guard := rungs_deploy.guard(situation):
        yield from executor.execute(guard, run.cloudformation, run.clock, until=run.until)
    if situation.stack.change_set_id in run.executed:  # by a round that lost sight of it
        return Deployed(stack=situation.stack, orphans=run.orphans)
    return NoChanges(stack=situation.stack)


def executed(run: Run, plan: Plan, settled: Settled) -> Conclusion:
    """A change set was executed: it deployed, was a step on the way there, or failed."""
    run.review = None
    stack, status = settled.stack, settled.status
    if stack is None or stack.status is StackStatus.DELETE_COMPLETE:
        told = diagnose(settled.events)
        why = _deleted_by_somebody(run) if told == UNKNOWN_CAUSE else told
        return RolledBack(stack=None, diagnosis=run.failure or why, orphans=run.orphans)
    if status in DEPLOYED and plan.review is not None:
        run.note_changed(plan.review)
    if status in DEPLOYED and run.goal is Goal.APPLY and not _is_realignment(plan):
        return Deployed(stack=stack, orphans=run.orphans)
    if status in (*DEPLOYED, StackStatus.IMPORT_COMPLETE):
        return None
    return (yield from _failed(run, plan, settled, status))


def _deleted_by_somebody(run: Run) -> Diagnosis:
    """Whoever did it meant it: the deployment does not begin again by itself."""
    cause = "The stack was deleted by somebody else while it was deployed"
    return Diagnosis(cause=cause, stack_name=run.stack_name, command="apply")


def _failed(run: Run, plan: Plan, settled: Settled, status: StackStatus | None) -> Conclusion:
    """Worth another attempt; or the end, once the stack is free. The ways out that were tried may help this time."""
    diagnosis = diagnose(settled.events)
    run.spent = {rung for rung in run.spent if rung.startswith(rungs_deploy.DEPLOYING)}
    if _is_realignment(plan):
        yield Noticed(message=f"what was skipped could not be made to agree with the template: {diagnosis.cause}")
        return None
    if diagnosis.retryable and run.attempts > 1:
        run.attempts -= 1
        run.spent.clear()
        yield Noticed(message=f"this usually passes, so it is tried again: {diagnosis.cause}")
        return None
    if _is_import(plan):
        yield _not_taken_over(diagnosis)
        return None
    run.failure = run.failure or diagnosis
    if not lives(status) or is_healthy(status) or status is StackStatus.ROLLBACK_COMPLETE:
        return RolledBack(stack=settled.stack, diagnosis=run.failure, orphans=run.orphans)
    if _is_paused_on_purpose(run, status):
        recovery = next_plan(replace(run.read(run.observe), goal=Goal.RECOVER)) or plan
        return Stuck(status=status, diagnosis=run.failure, recovery=recovery)
    run.goal = Goal.RECOVER
    return None


def _is_paused_on_purpose(run: Run, status: StackStatus | None) -> bool:
    """A development environment keeps what was built, to be fixed forward."""
    keeps = run.deployment is not None and run.deployment.profile is Profile.DEVELOPMENT
    return keeps and facts(status).way_out is WayOut.FIX_FORWARD


def orphans(events: tuple[StackEvent, ...]) -> tuple[Resource, ...]:
    """Old resources that the cleanup gave up on: they exist, but no longer in any stack."""
    failed: dict[str, Resource] = {}
    cleaning = False
    for event in events:
        cleaning = cleaning or (event.is_of_stack and event.status.endswith("_CLEANUP_IN_PROGRESS"))
        if not cleaning or event.is_of_stack:
            continue
        if event.status == "DELETE_FAILED":
            failed[event.physical_id] = Resource(
                logical_id=event.logical_id,
                physical_id=event.physical_id,
                type=event.type,
                status=event.status,
                reason=event.reason,
            )
        elif event.status == "DELETE_COMPLETE":
            failed.pop(event.physical_id, None)
    return tuple(failed.values())
