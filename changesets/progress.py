"""How far an operation is: which resources are done, under way and waiting, and how long it may still take. Pure.

The rules: progress counts resources, not events (a second *_COMPLETE of a resource is its rollback), and never leaves
[0, total]; the stack's own cleanup is not a resource. Estimates add up usual durations along the longest chain of
dependencies; they give the order of magnitude, and promise nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from changesets.kinds import usual_seconds
from changesets.models import StackEvent
from changesets.plans import Review


class Phase(StrEnum):
    """How far one resource is."""

    WAITING = "waiting"
    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One resource. `since` is when its present phase began."""

    logical_id: str
    type: str
    verb: str
    phase: Phase = Phase.WAITING
    since: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class Progress:
    """A display's memory of the events so far, hence mutable. `speed` is how many times faster than AWS they come."""

    rows: dict[str, Row] = field(default_factory=dict)
    depends: Mapping[str, frozenset[str]] = field(default_factory=dict)
    speed: float = 1.0

    @classmethod
    def expecting(cls, review: Review | None, *, speed: float = 1.0) -> "Progress":
        changes = [each for each in review.changes if "." not in each.logical_id] if review else []  # not the nested
        rows = {each.logical_id: Row(logical_id=each.logical_id, type=each.type, verb=each.action) for each in changes}
        return cls(rows, review.waits_for if review else {}, speed)

    def add(self, event: StackEvent) -> None:
        if event.is_of_stack:
            return
        verb, _, _ = event.status.partition("_")
        known = self.rows.get(event.logical_id)
        phase = _phase(event.status)
        since = known.since if known and known.phase is phase and known.since else event.at
        self.rows[event.logical_id] = Row(
            logical_id=event.logical_id, type=event.type, verb=verb, phase=phase, since=since, reason=event.reason
        )

    def waits_for(self, row: Row) -> tuple[str, ...]:
        """What a waiting resource still waits for."""
        needed = self.depends.get(row.logical_id, frozenset())
        return tuple(sorted(name for name in needed if name in self.rows and self.rows[name].phase is not Phase.DONE))

    @property
    def done(self) -> int:
        return sum(row.phase is Phase.DONE for row in self.rows.values())

    @property
    def total(self) -> int:
        return len(self.rows)

    def seconds_left(self, now: datetime) -> int:
        """Along the longest chain of dependencies; at least 1 until everything is done."""
        return max((self._left(name, now, frozenset()) for name in self.rows), default=0)

    def _left(self, name: str, now: datetime, above: frozenset[str]) -> int:
        row = self.rows[name]
        if row.phase in (Phase.DONE, Phase.FAILED) or name in above:
            return 0
        usual = max(1, int(usual_seconds(row.type, row.verb) / self.speed))
        if row.phase is Phase.UNDER_WAY and row.since is not None:
            return max(1, usual - int((now - row.since).total_seconds()))
        before = (self._left(each, now, above | {name}) for each in self.waits_for(row))
        return usual + max(before, default=0)


def _phase(status: str) -> Phase:
    if status.endswith("_FAILED"):
        return Phase.FAILED
    return Phase.UNDER_WAY if status.endswith("_IN_PROGRESS") else Phase.DONE
