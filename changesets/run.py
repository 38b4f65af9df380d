"""One run of the control loop: what it remembers between rounds, and how it looks at a stack.

The rule: everything that outlives a run is on AWS (tokens, change-set names, deleted stacks). This memory may be lost
at any moment, and the same command still finds its way.
"""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from changesets import executor, inspection, lending, remedies
from changesets.clock import Clock
from changesets.errors import AccessDenied, Refused, StackBusy, Unreachable
from changesets.events import DOUBTS, PATIENCE, Pace, confirmed, newest_operation, patiently, since_stable
from changesets.gateway import CloudFormation
from changesets.kinds import holds_data
from changesets.meanings import AGAIN
from changesets.mending import Repair
from changesets.models import (
    DIFFERS_TOKEN_PREFIX,
    TOKEN_PREFIX,
    ChangeSet,
    Deployment,
    Resource,
    Stack,
    StackEvent,
)
from changesets.outcomes import Diagnosis
from changesets.plans import Consent, Plan, Review
from changesets.remedies import PushAgain, Remedies
from changesets.rungs_recover import failed_in_rollback
from changesets.situation import GONE, Goal, Situation, Survivors
from changesets.statuses import StackStatus, WayOut, facts, is_moving, lives
from changesets.steps import ContinueUpdateRollback, ExecuteChangeSet
from changesets.survivors import survivors

T = TypeVar("T")
CALM = (WayOut.UPDATE, WayOut.CREATE, WayOut.WAIT)  # DescribeStacks says all that an apply must know
GOING_BACK = (WayOut.FIX_FORWARD, WayOut.CONTINUE_ROLLBACK)  # a rollback deletes what came after the last good state
DECISIVE = (WayOut.CREATE, WayOut.RECREATE, WayOut.FINISH_DELETE)  # from here a deletion may be next
ATTEMPTS = 2  # a failure that passes by itself (throttling, propagation) is worth another deployment
FIRST_PATIENCE = 2  # a wrong address or a missing network should be reported within seconds
CONFLICTS = 8  # answers lost or overtaken by another deployer before the run gives up


@dataclass(slots=True, kw_only=True)
class Run:
    """`pinned` is the stack's id after first contact; `failure` why the deployment failed, while the stack is
    freed; `skipped` what counts as rolled back although it was not, and `changed` what was changed since; `executed`
    change sets.
    """

    goal: Goal
    cloudformation: CloudFormation
    stack_name: str
    clock: Clock
    consent: Consent
    until: datetime
    deployment: Deployment | None = None
    role_arn: str | None = None
    push_again: PushAgain | None = None
    pinned: str | None = None
    deleted: str | None = None
    review: Review | None = None
    failure: Diagnosis | None = None
    met: bool = False
    made_shell: bool = False
    left_shell: str = ""
    survivors: dict[str | None, Survivors] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    repaired: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    executed: set[str] = field(default_factory=set)
    orphans: tuple[Resource, ...] = ()
    attempts: int = ATTEMPTS
    conflicts: int = 0

    def read(self, question: Callable[[], T]) -> T:
        """Ask until an answer comes, but only twice before first contact. For calls without effect."""
        patience = PATIENCE if self.met else FIRST_PATIENCE
        answer = patiently(self.clock, Pace(), question, patience=patience)
        self.met = True
        return answer

    def look(self) -> Stack | None:
        """The stack by id, or by name; a deleted one counts as absent, and its id is remembered for what it left."""
        if self.deleted and self.goal is Goal.DELETE:
            return None  # one of the same name that somebody has made since is not what was to be deleted
        stack = self._certain(self.pinned or self.stack_name)
        if stack is not None and stack.status is StackStatus.DELETE_COMPLETE:
            self.deleted, self.pinned = stack.id, None
            stack = None if self.goal is Goal.DELETE else self._certain(self.stack_name)
        if stack is None:
            return None
        if stack.root_id and stack.root_id != stack.id:
            raise Refused(
                f"{stack.name} is nested in another stack: {stack.root_id}",
                hint="work on that one; CloudFormation refuses most operations on nested stacks",
            )
        self.pinned = stack.id
        return stack

    def _certain(self, address: str) -> Stack | None:
        """A status after which a deletion may follow is believed only if the stack's last event agrees."""
        pace = Pace(longest=2.0)
        for _ in range(DOUBTS):
            stack = self.cloudformation.stack(address)
            if stack is None or not _decisive(stack) or confirmed(self.cloudformation, stack):
                return stack
            self.clock.sleep(pace.after(news=False))
        raise Unreachable(
            f"CloudFormation contradicts itself about the stack, so nothing was done: {address}",
            hint="run the same command again in a minute",
        )

    def observe(self) -> Situation:
        """All that the planner needs to know now, and no call more."""
        stack = self.look()
        detailed = stack is not None and self._needs_details(stack.status)
        rows = inspection.rows(self.cloudformation, stack.id) if stack and detailed else []
        failures = newest_operation(self.cloudformation, stack.id) if stack and detailed else ()
        return Situation(
            goal=self.goal,
            stack_name=self.stack_name,
            stack=stack,
            token=TOKEN_PREFIX + str(uuid.uuid4()),
            deployment=self.deployment,
            role_arn=self.role_arn,
            resources=tuple(row.resource for row in rows if "." not in row.resource.logical_id),
            inner=tuple(row.resource for row in rows if "." in row.resource.logical_id),
            kept=frozenset(row.resource.logical_id for row in rows if row.policy.startswith("Retain")),
            retained=frozenset(row.resource.logical_id for row in rows if row.policy == "Retain"),
            unresisting=frozenset(row.resource.logical_id for row in rows if row.empties_itself),
            fresh_data=self._fresh_data(stack),
            failures=failures,
            empty=self._empty(row.resource for row in rows),
            survivors=self._survivors(stack),
            remedies=self._remedies(stack, failures),
            others=self._others(stack),
            review=self.review,
            spent=frozenset(self.spent),
            may_differ=self._may_differ(stack),
        )

    def _needs_details(self, status: StackStatus) -> bool:
        """Resources and events, where a rollback or a deletion may come next."""
        if self.goal is Goal.DELETE:
            return lives(status) and (not is_moving(status) or status is StackStatus.CREATE_IN_PROGRESS)
        return facts(status).way_out not in CALM

    def _fresh_data(self, stack: Stack | None) -> tuple[Resource, ...]:
        if stack is None or facts(stack.status).way_out not in GOING_BACK:
            return ()
        return inspection.fresh_data(self.cloudformation, stack.id)

    def _empty(self, resources: Iterable[Resource]) -> frozenset[str]:
        alive = (each for each in resources if each.physical_id and each.status not in GONE and holds_data(each.type))
        return frozenset(each.logical_id for each in alive if self.cloudformation.is_empty(each))

    def _remedies(self, stack: Stack | None, failures: Iterable[StackEvent]) -> Remedies:
        """What could mend a rollback that failed; after one, what was lent for it and is to be taken away."""
        if stack is not None and stack.status is StackStatus.UPDATE_ROLLBACK_COMPLETE and self.goal is not Goal.REVIEW:
            return Remedies(lent=lending.outstanding(self.cloudformation, stack.id))
        if stack is None or stack.status is not StackStatus.UPDATE_ROLLBACK_FAILED:
            return Remedies()
        return remedies.look(self.cloudformation, stack.id, failed_in_rollback(failures), self.push_again)

    def _may_differ(self, stack: Stack | None) -> tuple[Stack, ...]:
        """Where something was skipped or made again on the way back; a run that was interrupted left a token only."""
        if stack is None:
            return ()
        if not (self.skipped or self.repaired):
            return (stack,) if self._was_left_different(stack) else ()
        own = self.repaired or any("." not in name for name in self.differing)
        names = dict.fromkeys(name.partition(".")[0] for name in sorted(self.differing) if "." in name)
        nested = (self.cloudformation.stack(name) for name in names)
        return (*([stack] if own else []), *filter(None, nested))

    def _was_left_different(self, stack: Stack) -> bool:
        if stack.status is not StackStatus.UPDATE_ROLLBACK_COMPLETE:
            return False
        events = since_stable(self.cloudformation.events(stack.id))
        with suppress(AccessDenied):  # whoever may not look has skipped nothing
            return any(event.token.startswith(DIFFERS_TOKEN_PREFIX) for event in events)
        return False

    def _others(self, stack: Stack | None) -> tuple[str, ...]:
        """Pending change sets of other deployers in a stack that has nothing but change sets."""
        if stack is None or stack.status is not StackStatus.REVIEW_IN_PROGRESS:
            return ()
        return tuple(
            name for name in self.cloudformation.pending_change_sets(stack.id) if not name.startswith(TOKEN_PREFIX)
        )

    def _survivors(self, stack: Stack | None) -> Survivors:
        """What earlier stacks of this name left, where the next deployment would make a new one of it."""
        if self.goal not in (Goal.APPLY, Goal.REVIEW) or not self._has_nothing(stack):
            return Survivors()
        if self.deleted not in self.survivors:
            self.survivors[self.deleted] = survivors(self.cloudformation, self.stack_name, self.deleted)
        return self.survivors[self.deleted]

    def _has_nothing(self, stack: Stack | None) -> bool:
        """Is there no stack, none with resources, or one that was to begin with an import, which failed?"""
        if stack is None or stack.status is not StackStatus.IMPORT_ROLLBACK_COMPLETE:
            return not lives(stack.status if stack else None)
        return all(each.status.startswith("IMPORT_ROLLBACK") for each in self.cloudformation.resources(stack.id))

    def remember(self, plan: Plan) -> None:
        """What is tried once, and what may differ from the template after it."""
        self.spent.add(plan.rung)
        for step in plan.steps:
            if isinstance(step, Repair) and step.differs:
                self.repaired.add(step.logical_id)
            elif isinstance(step, ContinueUpdateRollback):
                self.skipped.update(step.skip or (["whatever failed"] if step.force else []))
            elif isinstance(step, ExecuteChangeSet):
                self.executed.add(step.change_set)

    @property
    def differing(self) -> set[str]:
        """What was skipped and not changed since."""
        return self.skipped - self.changed

    def note_changed(self, review: Review) -> None:
        """What was changed for real agrees with the template again. A nested resource is named as it was skipped."""
        stack_id = review.change_set.stack_id
        prefix = "" if stack_id == self.pinned else f"{stack_id.split('/')[1]}."
        self.changed |= {prefix + change.logical_id for change in review.changes}

    def is_outdated(self, plan: Plan, situation: Situation) -> bool:
        """Did the stack change while a person thought about a deletion or a rollback? They agreed to something else.

        CloudFormation itself refuses change sets that are outdated.
        """
        if not plan.hazards or plan.review is not None or self.read(self.look) == situation.stack:
            return False
        self.conflicts += 1
        if self.conflicts > CONFLICTS:
            raise StackBusy(f"The stack keeps changing, so nothing was done: {self.stack_name}", hint=AGAIN)
        return True

    # ---- change sets ----

    def make_review(self, change_set: ChangeSet, situation: Situation) -> Review:
        """The change set reviewed, with the questions that only services can answer asked."""
        self.review = inspection.reviewed(self.cloudformation, change_set, situation)
        return self.review

    def discard(self, change_set: ChangeSet) -> None:
        """Clears our change set away, and the shell of a stack if we made it and no one else uses it."""
        executor.discard(change_set, self.cloudformation, self.clock)
        self.review = None
        if self.made_shell and not self.read(lambda: self.cloudformation.pending_change_sets(change_set.stack_id)):
            self._clear_shell(change_set.stack_id)

    def _clear_shell(self, stack_id: str) -> None:
        """Whoever may only review keeps the answer, and is told of the empty stack."""
        try:
            executor.clear_shell(stack_id, self.cloudformation, self.clock)
        except AccessDenied:
            self.left_shell = stack_id


def _decisive(stack: Stack) -> bool:
    return facts(stack.status).way_out in DECISIVE and stack.status is not StackStatus.DELETE_COMPLETE
