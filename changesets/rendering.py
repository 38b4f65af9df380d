"""The human view's pictures, in rich: the review as a table, progress as a live one. Formatting only.

The rule: the words are words.py's; what a row means is progress.py's; nothing here decides.
"""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from changesets import words
from changesets.kinds import holds_data
from changesets.models import Action, Replacement, ResourceChange
from changesets.plans import Hazard, Review
from changesets.progress import Phase, Progress, Row

SIGNS = {
    Action.ADD: ("+", "green"),
    Action.MODIFY: ("~", "yellow"),
    Action.REMOVE: ("-", "red"),
    Action.IMPORT: ("→", "cyan"),
    Action.DYNAMIC: ("?", "magenta"),
    Action.SYNC: ("=", "dim"),
}
PHASES = {
    Phase.WAITING: ("·", "dim"),
    Phase.UNDER_WAY: ("▸", "cyan"),
    Phase.DONE: ("✓", "green"),
    Phase.FAILED: ("✗", "red"),
}
LONGEST_VALUE = 40
KEPT_OF_SHARED = 8  # enough to see where a value begins to differ: @sha256:
ROUTINE = ("nitiated", "hence creating one.")  # reasons of every resource, not worth a place


def review(told: Review) -> RenderableType:
    """Hazards first, then the changes with their values, then what CloudFormation's own validation found."""
    origin = told.change_set.origin
    parts: list[RenderableType] = [Text(f"from: {origin}", "dim")] if origin else []
    parts += map(hazard, told.hazards)
    parts += [changes(told.changes)] if told.changes else [Text("only outputs, tags or settings change", "dim")]
    parts += [Text(f"{each.mode}: {each.logical_id}: {each.reason}", "yellow") for each in told.validations]
    return Group(*parts)


def hazard(each: Hazard) -> Text:
    return Text("! " + words.hazard(each), "bold red" if each.severe else "bold yellow")


def changes(every: tuple[ResourceChange, ...]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for each in every:
        sign, style = SIGNS[each.action]
        sign = "±" if each.replaces else sign
        table.add_row(Text(sign, style), Text(each.logical_id, style), Text(each.type, "dim"), what(each))
    return table


def what(change: ResourceChange) -> Text:
    """ "Replaced" and "may be replaced" in words; then the properties, before → after."""
    lines = [_fate(change)] if _fate(change) else []
    for each in change.properties:
        before, after = _told_apart(each.before or "", each.after or "")
        values = f": {before} → {after}" if before or after else ""
        lines.append(f"{each.path.removeprefix('/Properties/')}{values}" + (f" ({each.cause})" if each.cause else ""))
    return Text("\n".join(lines), "red" if change.replaces and holds_data(change.type) else "")


def _fate(change: ResourceChange) -> str:
    if change.replaces:
        may = "may be replaced (depends on a value not known yet)"
        return "replaced" if change.replacement is Replacement.TRUE else may
    if change.removes:
        return "removed from the stack, kept" if change.keeps_old else "deleted"
    return ""


def _told_apart(before: str, after: str) -> tuple[str, str]:
    """Both short enough for a line, and never alike: what two long values begin with in common is left out."""
    differs = (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    shared = next(differs, 0) - KEPT_OF_SHARED
    if shared > 0 and max(len(before), len(after)) > LONGEST_VALUE:
        before, after = f"…{before[shared:]}", f"…{after[shared:]}"
    return _short(before), _short(after)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def progress(state: Progress, now: datetime, height: int) -> RenderableType:
    """What is under way first, then what waits and for what; as many rows as the terminal has room for."""
    order = {Phase.FAILED: 0, Phase.UNDER_WAY: 1, Phase.WAITING: 2, Phase.DONE: 3}
    rows = sorted(state.rows.values(), key=lambda row: order[row.phase])[: max(3, height - 3)]
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in rows:
        sign, style = PHASES[row.phase]
        table.add_row(Text(sign, style), row.logical_id, Text(row.type, "dim"), Text(_doing(state, row, now), style))
    left = state.seconds_left(now)
    about = f", about {_duration(left)} left" if left else ""
    return Group(table, Text(f"{state.done} of {state.total}{about}", "bold"))


def _doing(state: Progress, row: Row, now: datetime) -> str:
    if row.phase is Phase.WAITING:
        missing = state.waits_for(row)
        return "waits for " + ", ".join(missing) if missing else "waits"
    if row.phase is Phase.UNDER_WAY and row.since is not None:
        told = f"  {row.reason}" if row.reason and not row.reason.endswith(ROUTINE) else ""
        return f"{row.verb.lower()}, {_duration(int((now - row.since).total_seconds()))}{told}"
    return row.reason


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
