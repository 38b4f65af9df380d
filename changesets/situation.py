"""All that the planner may know when it chooses the next step. It is fetched first, so that planning is pure.

The rule: a resource counts as alive unless CloudFormation says that it was deleted or skipped, and as holding data
unless its service has just proven it empty.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from changesets import templates
from changesets.kinds import EMPTIABLE, holds_data
from changesets.models import Deployment, Resource, Stack, StackEvent
from changesets.plans import Review
from changesets.remedies import Remedies
from changesets.statuses import StackStatus, WayOut, facts

GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


class Goal(StrEnum):
    """What the run is for."""

    APPLY = "apply"
    REVIEW = "review"
    RECOVER = "recover"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Survivors:
    """Data that an earlier stack of the same name left. `expected`: that was deleted to be created again with it."""

    resources: tuple[Resource, ...] = ()
    expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One look at a stack. `inner` are the resources of the stacks nested in it, as "Nested.Resource"; `kept` names
    what a deletion keeps by its policy, `retained` what a rollback of its creation keeps too, `unresisting` what can be
    deleted although it is full; `fresh_data` was created after the last stable state and is not proven empty;
    `failures` are the newest operation's events.

    `empty` names resources proven to hold nothing, `survivors` what an earlier stack of this name left,
    `remedies` what could repair a failed rollback, `spent` the rungs tried in this run, `role_arn` a service role
    given by the caller; `may_differ`: this stack, or ones nested in it, where something was skipped or made again.
    """

    goal: Goal
    stack_name: str
    stack: Stack | None
    token: str
    deployment: Deployment | None = None
    role_arn: str | None = None
    resources: tuple[Resource, ...] = ()
    inner: tuple[Resource, ...] = ()
    kept: frozenset[str] = frozenset()
    retained: frozenset[str] = frozenset()
    unresisting: frozenset[str] = frozenset()
    fresh_data: tuple[Resource, ...] = ()
    failures: tuple[StackEvent, ...] = ()
    empty: frozenset[str] = frozenset()
    survivors: Survivors = field(default_factory=Survivors)
    remedies: Remedies = field(default_factory=Remedies)
    others: tuple[str, ...] = ()
    review: Review | None = None
    spent: frozenset[str] = frozenset()
    may_differ: tuple[Stack, ...] = ()

    @property
    def status(self) -> StackStatus | None:
        return self.stack.status if self.stack else None

    @property
    def way_out(self) -> WayOut:
        return facts(self.status).way_out

    @property
    def express(self) -> bool:
        """Was the stack last deployed in EXPRESS mode? Then later operations must use it, too."""
        return self.stack is not None and self.stack.express

    @property
    def address(self) -> str:
        """The stack's id if it has one, because a name may come to mean another stack."""
        return self.stack.id if self.stack else self.stack_name

    @property
    def alive(self) -> tuple[Resource, ...]:
        every = (*self.resources, *self.inner)
        return tuple(each for each in every if each.physical_id and each.status not in GONE)

    @property
    def data(self) -> tuple[Resource, ...]:
        """The living resources that may hold data."""
        return tuple(each for each in self.alive if holds_data(each.type) and each.logical_id not in self.empty)

    @property
    def unguarded_data(self) -> tuple[Resource, ...]:
        """Data that a DeleteStack would take along: neither kept by its policy, nor (a bucket) refused while it is
        full.
        """
        return tuple(each for each in self._doomed if not self.resists(each))

    @property
    def full(self) -> tuple[Resource, ...]:
        """Buckets and repositories whose contents make a DeleteStack fail."""
        return tuple(each for each in self._doomed if self.resists(each))

    def resists(self, resource: Resource) -> bool:
        """Does its deletion fail while it holds something?"""
        return resource.type in EMPTIABLE and resource.logical_id not in self.unresisting

    @property
    def _doomed(self) -> tuple[Resource, ...]:
        return tuple(each for each in self.data if each.logical_id not in self.kept)

    @property
    def kept_by_policy(self) -> tuple[Resource, ...]:
        return tuple(each for each in self.alive if each.logical_id in self.kept)

    @property
    def undeletable(self) -> tuple[Resource, ...]:
        return tuple(each for each in self.alive if each.status == "DELETE_FAILED" and each not in self.inner)

    @property
    def taken_over(self) -> tuple[Resource, ...]:
        """What the deployment takes over of what an earlier stack left: unasked where that was to be created again."""
        asked = self.deployment is not None and self.deployment.import_existing
        return importables(self, self.survivors.resources) if asked or self.survivors.expected else ()

    def importable(self, resource: Resource) -> bool:
        """Will the deployment take this resource over if it is kept?"""
        return bool(self.deployment) and resource.logical_id in {
            each.logical_id for each in importables(self, (resource,))
        }


def importables(situation: Situation, candidates: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Those that the wanted template declares with the same type, that can be identified and refer to no others."""
    from changesets.kinds import DATA

    if situation.deployment is None:
        return ()
    body = templates.read(situation.deployment.template)
    same = [each for each in candidates if templates.type_of(body, each.logical_id) == each.type and each.type in DATA]
    known = frozenset(each.logical_id for each in same if DATA[each.type].identifier)
    chosen = templates.self_contained(body, known)
    return tuple(each for each in same if each.logical_id in chosen)
