"""The control loop: observe the stack, plan, ask if there is a hazard, execute, observe again, until there is an
outcome.

The rule: the loop decides nothing about statuses (planner.py does) and does nothing to stacks (executor.py does).
It ends, because each round either waits (bounded by the deadline), tries a rung that it has not tried (there are
finitely many), or starts a new attempt at a deployment (at most ATTEMPTS), or was overtaken (at most CONFLICTS
times).

All verbs here are generators of events; the last event is the Outcome. Exceptions are for what is outside of a stack:
credentials, connection, permissions, a request that CloudFormation refuses.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from changesets import executor, rungs_deploy
from changesets.clock import Clock, SystemClock
from changesets.diagnosis import diagnose, diagnose_change_set, diagnose_rollback, diagnose_text
from changesets.errors import AccessDenied, ChangeSetGone, Refused, StackBusy, StackNotFound, Unreachable
from changesets.events import Settled
from changesets.gateway import CloudFormation
from changesets.models import ChangeSet, Deployment, Resource, StackEvent
from changesets.outcomes import (
    UNKNOWN_CAUSE,
    Declined,
    Deleted,
    Deployed,
    Detached,
    Diagnosis,
    Event,
    NoChanges,
    Noticed,
    Observed,
    Outcome,
    Proposed,
    Recovered,
    Rejected,
    Report,
    Reviewed,
    RolledBack,
    Stuck,
    TimedOut,
)
from changesets.planner import first_plan, next_plan
from changesets.plans import Allowed, Consent, Plan
from changesets.run import CONFLICTS, Run
from changesets.situation import Goal, Situation
from changesets.statuses import StackStatus, WayOut, facts, is_healthy, lives
from changesets.steps import CancelUpdate, CreateChangeSet, ExecuteChangeSet, Wait

LONGEST = timedelta(hours=3)  # a certificate and a distribution may take one; see TimedOut
Conclusion = Generator[Event, None, Outcome | None]
DEPLOYED = (StackStatus.CREATE_COMPLETE, StackStatus.UPDATE_COMPLETE)


def apply(
    cloudformation: CloudFormation,
    deployment: Deployment,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    timeout: timedelta = LONGEST,
) -> Iterator[Event]:
    """From whatever status the stack is in to the deployment, or to a clear stop."""
    run = _run(Goal.APPLY, cloudformation, deployment.stack_name, clock=clock, consent=consent, timeout=timeout)
    run.deployment, run.role_arn = deployment, deployment.role_arn
    return _loop(run)


def review(
    cloudformation: CloudFormation, deployment: Deployment, *, clock: Clock | None = None, timeout: timedelta = LONGEST
) -> Iterator[Event]:
    """What `apply` would change. Executes nothing, and leaves no change set and no empty stack behind."""
    run = _run(Goal.REVIEW, cloudformation, deployment.stack_name, clock=clock, consent=None, timeout=timeout)
    run.deployment, run.role_arn = deployment, deployment.role_arn
    return _loop(run)


def recover(
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    role_arn: str | None = None,
    timeout: timedelta = LONGEST,
) -> Iterator[Event]:
    """To a stack that takes the next deployment (or none, where only a new one can), without deploying."""
    run = _run(Goal.RECOVER, cloudformation, stack_name, clock=clock, consent=consent, timeout=timeout)
    run.role_arn = role_arn
    return _loop(run)


def delete(
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    role_arn: str | None = None,
    timeout: timedelta = LONGEST,
) -> Iterator[Event]:
    """To no stack of that name; what stays alive is named in the outcome."""
    run = _run(Goal.DELETE, cloudformation, stack_name, clock=clock, consent=consent, timeout=timeout)
    run.role_arn = role_arn
    return _loop(run)


def explain(cloudformation: CloudFormation, stack_name: str) -> Iterator[Event]:
    """What `recover` would do next, and why; does nothing."""
    run = _run(Goal.RECOVER, cloudformation, stack_name, clock=None, consent=None, timeout=LONGEST)
    situation = run.observe()
    yield Observed(stack_name=stack_name, stack=situation.stack)
    plan = next_plan(situation)
    if plan is None or _reached(run, situation):
        yield Recovered(stack=situation.stack)
    else:
        yield Stuck(status=situation.status, diagnosis=_why_stuck(situation), recovery=plan)


def _run(
    goal: Goal,
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None,
    consent: Consent | None,
    timeout: timedelta,
) -> Run:
    clock = clock or SystemClock()
    return Run(
        goal=goal,
        cloudformation=cloudformation,
        stack_name=stack_name,
        clock=clock,
        consent=consent or Allowed(),
        until=clock.now() + timeout,
    )


def _loop(run: Run) -> Iterator[Event]:
    while True:
        situation = run.read(run.observe)
        yield Observed(stack_name=run.stack_name, stack=situation.stack)
        outcome = run.read(partial(_reached, run, situation))
        plan = next_plan(situation)
        if outcome is None and plan is None:
            outcome = _stuck(run, situation)
        if outcome is None and plan is not None:
            outcome = yield from _round(run, situation, plan)
        if outcome is not None:
            yield outcome
            return


def _round(run: Run, situation: Situation, plan: Plan) -> Conclusion:
    """Ask, execute, conclude; an outcome ends the run, None asks for another look."""
    if plan.changes_something:
        yield Proposed(plan=plan)
        if not run.consent(plan):
            return _declined(run, situation, plan)
    run.spent.add(plan.rung)
    try:
        done = yield from executor.execute(plan, run.cloudformation, run.clock, until=run.until)
    except AccessDenied:
        raise
    except (Refused, Unreachable) as error:
        return (yield from _refused(run, situation, plan, error))
    if done.change_set is not None:
        return (yield from _made(run, situation, plan, done.change_set))
    if done.settled is not None and done.settled.timed_out:
        return TimedOut(stack=done.settled.stack, oldest=done.settled.oldest)
    if done.settled is not None and any(isinstance(step, ExecuteChangeSet) for step in plan.steps):
        return (yield from _executed(run, plan, done.settled))
    return None


# ---- where a run ends ----


def _reached(run: Run, situation: Situation) -> Outcome | None:
    """Is the goal reached before anything is done in this round?"""
    match run.goal:
        case Goal.DELETE if situation.status is None:
            return Deleted(stack_name=run.stack_name, left_behind=run.left_behind(run.deleted) if run.deleted else ())
        case Goal.RECOVER if _is_free(situation) and next_plan(situation) is None:
            return _recovered(run, situation)
        case _:
            return None


def _is_free(situation: Situation) -> bool:
    return situation.way_out in (WayOut.UPDATE, WayOut.CREATE)


def _recovered(run: Run, situation: Situation) -> Outcome:
    if run.failure is not None:
        return RolledBack(stack=situation.stack, diagnosis=run.failure)
    return Recovered(stack=situation.stack)


def _declined(run: Run, situation: Situation, plan: Plan) -> Outcome:
    """Without consent a healthy stack stays as it is; a broken one is told with its cause and its way out."""
    if plan.review is not None:
        run.discard(plan.review.change_set)
    if _is_free(situation):
        return Declined(plan=plan)
    return Stuck(status=situation.status, diagnosis=run.failure or _why_stuck(situation), recovery=plan)


def _stuck(run: Run, situation: Situation) -> Outcome:
    """At the end of the ladder: what is in the way, and what to do again once that is repaired."""
    again = first_plan(replace(situation, goal=Goal.APPLY if run.goal is Goal.REVIEW else run.goal, review=None))
    plan = again or Plan(stack_name=run.stack_name, rung="none", steps=())
    return Stuck(status=situation.status, diagnosis=run.failure or _why_stuck(situation), recovery=plan)


def _why_stuck(situation: Situation) -> Diagnosis:
    """The rollback's own failure first: that is what keeps the stack where it is."""
    told = diagnose_rollback(situation.failures)
    if told != UNKNOWN_CAUSE:
        return told
    failed = (each for each in situation.resources if each.status.endswith("_FAILED") and each.reason)
    found = next(failed, None)
    if found is not None:
        return replace(diagnose_text(found.reason, found.type), logical_id=found.logical_id, type=found.type)
    return diagnose_text(situation.stack.reason) if situation.stack and situation.stack.reason else UNKNOWN_CAUSE


# ---- after a step ----


def _refused(run: Run, situation: Situation, plan: Plan, error: Refused | Unreachable) -> Conclusion:
    """A race is lost, an answer is lost, or the request itself is wrong: only the last ends the run."""
    asked = isinstance(plan.steps[0], CreateChangeSet)
    if asked and isinstance(error, Refused) and not isinstance(error, StackBusy | ChangeSetGone | StackNotFound):
        return _rejected(run, diagnose_text(str(error)), error.hint)
    now = run.read(run.look)
    overtaken = not isinstance(error, Refused) or isinstance(error, ChangeSetGone) or _moved(situation, now)
    if not overtaken and (_is_free(situation) or asked):
        raise error
    yield Noticed(message=f"{plan.steps[0].operation}: {error}")
    run.review = None
    if overtaken:
        run.conflicts += 1
        run.spent -= {plan.rung, rungs_deploy.ASK}
    if run.conflicts > CONFLICTS:
        raise error
    return None


def _moved(situation: Situation, now: object) -> bool:
    return now != situation.stack


def _rejected(run: Run, diagnosis: Diagnosis, hint: str | None) -> Outcome | None:
    if run.goal is Goal.RECOVER:
        return None
    return Rejected(stack_name=run.stack_name, diagnosis=replace(diagnosis, fix=diagnosis.fix or hint or ""))


def _made(run: Run, situation: Situation, plan: Plan, change_set: ChangeSet) -> Conclusion:
    """A change set is there: executable, without changes, or refused by CloudFormation."""
    run.made_shell = run.made_shell or situation.stack is None
    if change_set.has_no_changes:
        run.discard(change_set)
        return (yield from _unchanged(run, situation))
    if not change_set.executable:
        validations = run.read(lambda: run.cloudformation.validations(change_set.id))
        run.discard(change_set)
        return _rejected(run, diagnose_change_set(change_set, validations), None)
    is_import = any(isinstance(step, CreateChangeSet) and step.type == "IMPORT" for step in plan.steps)
    made = run.read(lambda: run.make_review(replace(change_set, is_import=is_import), situation))
    if run.goal is Goal.REVIEW:
        run.discard(change_set)
        return Reviewed(review=made)
    return None


def _unchanged(run: Run, situation: Situation) -> Conclusion:
    if run.goal is Goal.REVIEW:
        return Reviewed(review=None)
    if run.goal is Goal.RECOVER or situation.stack is None or not is_healthy(situation.status):
        return None  # nothing to fix forward: the ladder's next rung
    if guard := rungs_deploy.guard(situation):
        yield from executor.execute(guard, run.cloudformation, run.clock, until=run.until)
    return NoChanges(stack=situation.stack)


def _executed(run: Run, plan: Plan, settled: Settled) -> Conclusion:
    """A change set ran. Done; or failed and worth another attempt; or failed, and the stack is freed before we
    stop.
    """
    run.review = None
    stack = settled.stack
    status = stack.status if stack else None
    if stack is not None and status in DEPLOYED and run.goal is Goal.APPLY:
        return Deployed(stack=stack, orphans=orphans(settled.events))
    if is_healthy(status) and (status is StackStatus.IMPORT_COMPLETE or run.goal is Goal.RECOVER):
        return None
    diagnosis = diagnose(settled.events)
    if diagnosis.retryable and run.attempts > 1:
        run.attempts -= 1
        run.spent.clear()
        yield Noticed(message=f"this usually passes, so it is tried once more: {diagnosis.cause}")
        return None
    run.failure = run.failure or diagnosis
    if not lives(status) or is_healthy(status) or status is StackStatus.ROLLBACK_COMPLETE:
        return RolledBack(stack=stack, diagnosis=run.failure)
    if _is_paused_on_purpose(run, status):
        recovery = next_plan(replace(run.read(run.observe), goal=Goal.RECOVER)) or plan
        return Stuck(status=status, diagnosis=run.failure, recovery=recovery)
    run.goal = Goal.RECOVER
    return None


def _is_paused_on_purpose(run: Run, status: StackStatus | None) -> bool:
    """A development environment keeps what was built, to be fixed forward."""
    keeps = run.deployment is not None and (run.deployment.profile == "development" or run.deployment.express)
    return keeps and facts(status).way_out is WayOut.FIX_FORWARD


def orphans(events: tuple[StackEvent, ...]) -> tuple[Resource, ...]:
    """Old resources that the cleanup gave up on: alive, and in no stack any more."""
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


# ---- looking, and turning back ----

_MEANINGS = {
    WayOut.UPDATE: ("healthy", ""),
    WayOut.CREATE: ("not deployed", "apply"),
    WayOut.WAIT: ("an operation is running", "apply"),
    WayOut.FIX_FORWARD: ("paused after a failure", "apply"),
    WayOut.CONTINUE_ROLLBACK: ("stuck in a rollback that failed", "recover"),
    WayOut.RECREATE: ("never lived; it is created anew by the next deployment", "apply"),
    WayOut.FINISH_DELETE: ("half deleted", "recover"),
}


def status(cloudformation: CloudFormation, stack_name: str) -> Report:
    """How the stack is and what to do next; one DescribeStacks, and its failures if it has any."""
    run = _run(Goal.RECOVER, cloudformation, stack_name, clock=None, consent=None, timeout=LONGEST)
    situation = run.observe()
    meaning, verb = _MEANINGS[situation.way_out]
    broken = situation.way_out not in (WayOut.UPDATE, WayOut.CREATE, WayOut.WAIT)
    return Report(
        stack_name=stack_name,
        stack=situation.stack,
        meaning=meaning,
        next=verb,
        diagnosis=_why_stuck(situation) if broken else None,
        resources=tuple(each for each in situation.resources if each.status.endswith("_FAILED")),
    )


def cancel(cloudformation: CloudFormation, stack_name: str, *, clock: Clock | None = None) -> Iterator[Event]:
    """Cancels a running update, which rolls back; follows it to its end. Any other operation is left alone."""
    clock = clock or SystemClock()
    stack = cloudformation.stack(stack_name)
    if stack is None or stack.status is not StackStatus.UPDATE_IN_PROGRESS:
        yield Noticed(message="only a running update can be cancelled; the operation goes on")
        yield Detached(stack=stack)
        return
    plan = Plan(
        stack_name=stack_name,
        rung="cancel",
        steps=(
            CancelUpdate(stack=stack.id, why="the update is rolled back"),
            Wait(stack=stack.id, why="until everything is as it was before"),
        ),
    )
    done = yield from executor.execute(plan, cloudformation, clock, until=clock.now() + LONGEST)
    settled = done.settled.stack if done.settled else None
    yield RolledBack(stack=settled, diagnosis=Diagnosis(cause="cancelled on request"))
