"""What a run tells, in order: observations, plans, steps, the stack's events, and at last one Outcome.

The rule: a stack that failed is an outcome, not an exception; every run ends in exactly one.
"""

from dataclasses import dataclass

from changesets.models import Resource, Stack, StackEvent
from changesets.plans import Plan, Review
from changesets.statuses import StackStatus
from changesets.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why something failed. `cause` is the first real failure's own text; the rest is ours, "" when not known.

    `page` is the file name in docs/errors/ and `others` the further failures that are not mere consequences.
    """

    cause: str
    logical_id: str = ""
    type: str = ""
    stack_name: str = ""
    status: str = ""
    meaning: str = ""
    fix: str = ""
    command: str = ""
    page: str = ""
    retryable: bool = False
    others: tuple[StackEvent, ...] = ()


UNKNOWN_CAUSE = Diagnosis(cause="CloudFormation gave no reason")


# ---- what a run tells, in order; the last is an Outcome ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The start of a round: how the stack is found. `stack` is None if there is none."""

    stack_name: str
    stack: Stack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A plan, before consent is asked."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step of the plan begins: one call of the API, its arguments, and why."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something worth a line: a connection retried, an orphan, another deployer at work."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The stack is as wanted. `orphans`: old resources that the cleanup could not delete, now in no stack."""

    stack: Stack
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoChanges:
    """The stack is as wanted already: nothing was executed."""

    stack: Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The deployment failed, and the stack is as before (or gone, if it was new); `orphans` as in Deployed."""

    stack: Stack | None
    diagnosis: Diagnosis
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """CloudFormation would not make a change set of the template: nothing has been touched."""

    stack_name: str
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Every way out that is safe was tried. `recovery` is the plan that needs a decision or a repair first.

    `diagnosis` is what keeps the stack where it is; `failure` why the deployment had failed, if that is another cause.
    """

    status: StackStatus | None
    diagnosis: Diagnosis
    recovery: Plan
    failure: Diagnosis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The stack is gone. `left_behind` is alive still, outside of any stack."""

    stack_name: str
    left_behind: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The stack takes the next deployment; None if there is nothing left to take it, and a create is next. `orphans`
    as in Deployed.
    """

    stack: Stack | None
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a deployment would do; nothing was executed. `review` is None when there is nothing to do."""

    review: Review | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Consent was not given; nothing of `plan` was executed."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """The person left; the operation goes on. The same command attaches to it again."""

    stack: Stack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The longest allowed wait is over and the operation still runs. `oldest` is what it has waited for longest."""

    stack: Stack | None
    oldest: StackEvent | None = None


Outcome = (
    Deployed
    | NoChanges
    | RolledBack
    | Rejected
    | Stuck
    | Deleted
    | Recovered
    | Reviewed
    | Declined
    | Detached
    | TimedOut
)
Event = Observed | Proposed | StepStarted | Noticed | StackEvent | Outcome


def exit_code(outcome: Outcome, *, changes: int = 0) -> int:
    """0 done or nothing to do, 1 failed; `changes` is what a review with changes answers."""
    match outcome:
        case Reviewed(review=review) if review is not None:
            return changes
        case Deployed() | NoChanges() | Deleted() | Recovered() | Reviewed():
            return 0
        case _:
            return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`status` in one value: the stack, what its status means, why it is so, and what to do next.

    `resources` only when something is wrong with them; `next` is the verb to use: apply, recover, or nothing ("");
    `origin` where the last deployment came from: commit, image digests and tool version, "" if unknown.
    """

    stack_name: str
    stack: Stack | None
    meaning: str
    next: str
    diagnosis: Diagnosis | None = None
    resources: tuple[Resource, ...] = ()
    origin: str = ""
