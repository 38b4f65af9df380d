"""What a run reports, in order: observations, plans, steps, the stack's events, and at last one Outcome.

The rule: a failed stack is an outcome, not an exception; every run ends in exactly one outcome.
"""

from dataclasses import dataclass

from changesets.models import Resource, Stack, StackEvent
from changesets.plans import Plan, Review
from changesets.statuses import StackStatus
from changesets.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why something failed. `cause` is the first real failure's own text; the rest is ours, "" if not known.

    `page` is a file in docs/errors/; `others` are further failures that are not mere consequences.
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


# ---- what a run reports, in order; the last is an Outcome ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A round begins: the stack as it was found, or None if there is none."""

    stack_name: str
    stack: Stack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A plan, before consent is asked."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step of the plan begins: an API call, its arguments, and why."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something worth mentioning: a retried connection, an orphan, another deployer at work."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The stack is as wanted. `orphans` are old resources that could not be deleted and are no longer in any stack."""

    stack: Stack
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoChanges:
    """The stack was already as wanted; nothing was executed."""

    stack: Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The deployment failed, and the stack is as before (or gone, if it was new); `orphans` as in Deployed."""

    stack: Stack | None
    diagnosis: Diagnosis
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """CloudFormation refused to make a change set of the template; nothing was changed."""

    stack_name: str
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Every safe way out was tried. `recovery` is the plan that needs a decision or a repair first.

    `diagnosis` is what keeps the stack stuck; `failure` is why the deployment had failed, if that has another cause.
    """

    status: StackStatus | None
    diagnosis: Diagnosis
    recovery: Plan
    failure: Diagnosis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The stack is gone. `left_behind` still exists, outside of any stack."""

    stack_name: str
    left_behind: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The stack accepts the next deployment; None if that will be a create. `orphans` as in Deployed."""

    stack: Stack | None
    orphans: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a deployment would do; nothing was executed. `review` is None if there is nothing to do."""

    review: Review | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Consent was not given; nothing of `plan` was executed."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """The person left; the operation goes on, and the same command follows it again."""

    stack: Stack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The longest wait is over and the operation still runs. `oldest` is what it has waited for longest."""

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
    """0 done or nothing to do, 1 failed; `changes` is the code of a review that found changes."""
    match outcome:
        case Reviewed(review=review) if review is not None:
            return changes
        case Deployed() | NoChanges() | Deleted() | Recovered() | Reviewed():
            return 0
        case _:
            return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of `status`: the stack, what its status means, why it has it, and what to do next.

    `resources` are given only if something is wrong with them; `next` is the verb to use: apply, recover, or none ("");
    `origin` is where the last deployment came from: commit, image digests and tool version, "" if unknown.
    """

    stack_name: str
    stack: Stack | None
    meaning: str
    next: str
    diagnosis: Diagnosis | None = None
    resources: tuple[Resource, ...] = ()
    origin: str = ""
