"""A plan: the steps of one round, what is hazardous about them, and the consent that they need.

The rule: whatever loses data, opens access or leaves something behind happens only in a plan whose hazards say so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from changesets.models import Action, ChangeSet, ResourceChange, Validation
from changesets.steps import CreateChangeSet, DeleteChangeSet, Step, Wait


class HazardKind(StrEnum):
    """What could be lost, opened or left behind. The value is shown to people."""

    DATA = "data would be lost"
    PROTECTED = "protected from deletion"
    PUBLIC = "opened to the public"
    ACCESS = "permissions widened"
    WEAKENED = "protection weakened"
    CLOSED = "access taken away"
    REMOVED = "deleted"
    LEFTOVER = "left behind"
    NESTED = "a nested stack without its root"
    DRIFT = "would differ from the template"
    OTHERS = "another deployer is affected"


NEEDS_ITS_NAME = frozenset({HazardKind.DATA, HazardKind.PROTECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """What a reviewer must not miss. `instead` is the flag with which it would not arise."""

    kind: HazardKind
    logical_id: str
    message: str
    type: str = ""
    instead: str = ""

    @property
    def severe(self) -> bool:
        """Consent must name the logical id; a plain yes is not enough."""
        return self.kind in NEEDS_ITS_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A change set for people: hazards first, then changes, and what CloudFormation's own validation found.

    `waits_for` names what each resource depends on, for a progress display.
    """

    change_set: ChangeSet
    changes: tuple[ResourceChange, ...]
    hazards: tuple[Hazard, ...]
    validations: tuple[Validation, ...] = ()
    waits_for: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, action: Action) -> tuple[ResourceChange, ...]:
        return tuple(each for each in self.changes if each.action is action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one round of the loop will do. `rung` names this way out, so that it is not tried twice; `verb` is the
    command that takes it.
    """

    stack_name: str
    rung: str
    steps: tuple[Step, ...]
    hazards: tuple[Hazard, ...] = ()
    review: Review | None = None
    verb: str = "recover"

    @property
    def changes_something(self) -> bool:
        """False for plans that only look: waiting, asking for a change set, removing one of ours."""
        return not all(isinstance(step, Wait | CreateChangeSet | DeleteChangeSet) for step in self.steps)


Consent = Callable[[Plan], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The consent given on a command line: `yes` to ordinary hazards, `names` of logical ids whose data may be lost."""

    yes: bool = False
    names: frozenset[str] = frozenset()

    def __call__(self, plan: Plan) -> bool:
        return not self.missing(plan)

    def missing(self, plan: Plan) -> tuple[Hazard, ...]:
        """The hazards that this consent does not cover."""
        return tuple(
            each for each in plan.hazards if each.logical_id not in self.names and (each.severe or not self.yes)
        )
