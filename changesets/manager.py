"""The control loop: observe the stack, plan, ask if there is a hazard, execute, observe again, until an outcome.

The rule: the loop decides nothing about statuses (planner.py does) and does nothing to stacks (executor.py does).
It ends, because each round waits (bounded by the deadline), tries a rung that was not tried (there are finitely many),
starts a new attempt at a deployment (at most ATTEMPTS), or was overtaken (at most CONFLICTS times).

All verbs are generators of events; the last event is the Outcome. Exceptions are for what is outside of a stack:
credentials, connection, permissions, a request that CloudFormation refuses.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from changesets import conclude, executor
from changesets.clock import Clock, SystemClock
from changesets.errors import Refused, Unreachable
from changesets.events import Settled
from changesets.gateway import CloudFormation
from changesets.models import Deployment
from changesets.outcomes import (
    Event,
    Observed,
    Proposed,
    Recovered,
    Report,
    Stuck,
    TimedOut,
)
from changesets.planner import next_plan
from changesets.plans import Allowed, Consent, Plan
from changesets.remedies import PushAgain
from changesets.run import Run
from changesets.situation import Goal, Situation
from changesets.statuses import WayOut
from changesets.steps import ExecuteChangeSet

LONGEST = timedelta(hours=3)  # a certificate or a distribution may take one hour; see TimedOut


def apply(
    cloudformation: CloudFormation,
    deployment: Deployment,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    timeout: timedelta = LONGEST,
    push_again: PushAgain | None = None,
) -> Iterator[Event]:
    """Lead the stack from any status to the deployment, or to a stop with its reason.

    `push_again(uri)` returns a function that pushes an image that a rollback misses, or None; see remedies.PushAgain.
    """
    run = _run(Goal.APPLY, cloudformation, deployment.stack_name, clock=clock, consent=consent, timeout=timeout)
    return _loop(replace(run, deployment=deployment, role_arn=deployment.role_arn, push_again=push_again))


def review(
    cloudformation: CloudFormation, deployment: Deployment, *, clock: Clock | None = None, timeout: timedelta = LONGEST
) -> Iterator[Event]:
    """What `apply` would change. Executes nothing, and leaves no change set and no empty stack behind."""
    run = _run(Goal.REVIEW, cloudformation, deployment.stack_name, clock=clock, timeout=timeout)
    return _loop(replace(run, deployment=deployment, role_arn=deployment.role_arn))


def recover(
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    role_arn: str | None = None,
    timeout: timedelta = LONGEST,
    push_again: PushAgain | None = None,
) -> Iterator[Event]:
    """Lead to a stack that accepts the next deployment (or to none, if only a new one can), without deploying."""
    run = _run(Goal.RECOVER, cloudformation, stack_name, clock=clock, consent=consent, timeout=timeout)
    return _loop(replace(run, role_arn=role_arn, push_again=push_again))


def delete(
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    role_arn: str | None = None,
    timeout: timedelta = LONGEST,
) -> Iterator[Event]:
    """Delete the stack; the outcome names what still exists."""
    run = _run(Goal.DELETE, cloudformation, stack_name, clock=clock, consent=consent, timeout=timeout)
    return _loop(replace(run, role_arn=role_arn))


def explain(cloudformation: CloudFormation, stack_name: str, *, push_again: PushAgain | None = None) -> Iterator[Event]:
    """What `recover` would do next, and why; does nothing."""
    run = replace(_run(Goal.RECOVER, cloudformation, stack_name), push_again=push_again)
    situation = run.observe()
    yield Observed(stack_name=stack_name, stack=situation.stack)
    plan = next_plan(situation)
    if plan is None or conclude.reached(run, situation):
        yield Recovered(stack=situation.stack)
    else:
        yield Stuck(status=situation.status, diagnosis=conclude.why_stuck(situation), recovery=plan)


def _run(
    goal: Goal,
    cloudformation: CloudFormation,
    stack_name: str,
    *,
    clock: Clock | None = None,
    consent: Consent | None = None,
    timeout: timedelta = LONGEST,
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
        outcome = run.read(partial(conclude.reached, run, situation))
        plan = next_plan(situation)
        if outcome is None and plan is None:
            outcome = conclude.stuck(run, situation)
        if outcome is None and plan is not None:
            outcome = yield from _round(run, situation, plan)
        if outcome is not None:
            yield from conclude.reminders(run, situation, outcome)
            yield outcome
            return


def _round(run: Run, situation: Situation, plan: Plan) -> conclude.Conclusion:
    """Ask, execute, conclude; an outcome ends the run, None asks for another look."""
    if plan.changes_something:
        yield Proposed(plan=plan)
        if not run.consent(plan):
            return conclude.declined(run, situation, plan)
    if run.is_outdated(plan, situation):
        return None
    run.remember(plan)
    try:
        done = yield from executor.execute(plan, run.cloudformation, run.clock, until=run.until)
    except (Refused, Unreachable) as error:
        return (yield from conclude.refused(run, situation, plan, error))
    if done.change_set is not None:
        return (yield from conclude.made(run, situation, plan, done.change_set))
    return (yield from _followed(run, plan, done.settled))


def _followed(run: Run, plan: Plan, settled: Settled | None) -> conclude.Conclusion:
    """Conclude from where the operation came to rest, if the plan set one going."""
    if settled is None:
        return None
    if settled.timed_out:
        return TimedOut(stack=settled.stack, oldest=settled.oldest)
    run.orphans += conclude.orphans(settled.events)
    if any(isinstance(step, ExecuteChangeSet) for step in plan.steps):
        return (yield from conclude.executed(run, plan, settled))
    return None


# ---- looking ----

_MEANINGS = {
    WayOut.UPDATE: ("healthy", ""),
    WayOut.CREATE: ("not deployed", "apply"),
    WayOut.WAIT: ("an operation is running", "apply"),
    WayOut.FIX_FORWARD: ("paused after a failure", "apply"),
    WayOut.CONTINUE_ROLLBACK: ("stuck in a rollback that failed", "recover"),
    WayOut.RECREATE: ("never worked; the next deployment creates it again", "apply"),
    WayOut.FINISH_DELETE: ("half deleted", "recover"),
}


def status(cloudformation: CloudFormation, stack_name: str) -> Report:
    """The stack's state and what to do next, from DescribeStacks, its last change set, and its failures if any."""
    run = _run(Goal.RECOVER, cloudformation, stack_name)
    situation = run.observe()
    meaning, verb = _MEANINGS[situation.way_out]
    broken = situation.way_out not in (WayOut.UPDATE, WayOut.CREATE, WayOut.WAIT)
    return Report(
        stack_name=stack_name,
        stack=situation.stack,
        meaning=meaning,
        next=verb,
        diagnosis=conclude.why_stuck(situation) if broken else None,
        resources=tuple(each for each in situation.resources if each.status.endswith("_FAILED")),
        origin=cloudformation.origin(situation.stack) if situation.stack else "",
    )
