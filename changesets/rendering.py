"""What the human view shows with rich: the review as a table, progress as a live table. Formatting only.

The rule: words.py has the words, progress.py says what a row means, and nothing here decides anything.
"""

from dataclasses import replace
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from changesets import words
from changesets.kinds import holds_data
from changesets.models import Action, PropertyChange, Replacement, ResourceChange
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
ROUTINE = ("nitiated", "hence creating one.")  # reasons that every resource has


def review(told: Review) -> list[Text]:
    """Hazards first, then the changes with their values, then what CloudFormation's own validation found."""
    origin = told.change_set.origin
    lines = [Text(f"from: {origin}", "dim")] if origin else []
    lines += map(hazard, told.hazards)
    lines += changes(told.changes) if told.changes else [Text("only outputs, tags or settings change", "dim")]
    lines += [Text(f"{each.mode}: {each.logical_id}: {each.reason}", "yellow") for each in told.validations]
    return lines


def hazard(each: Hazard) -> Text:
    return Text("! " + words.hazard(each), "bold red" if each.severe else "bold yellow")


def changes(every: tuple[ResourceChange, ...]) -> list[Text]:
    """A line for each resource, followed by one for each property."""
    names, types = max(len(each.logical_id) for each in every), max(len(each.type) for each in every)
    return [line for each in every for line in (_head(each, names, types), *map(_property, each.properties))]


def _head(each: ResourceChange, names: int, types: int) -> Text:
    sign, style = SIGNS[each.action]
    lost = each.replaces and holds_data(each.type)
    return Text.assemble(
        (f"{'±' if each.replaces else sign}  {each.logical_id:<{names}}  ", style),
        (f"{each.type:<{types}}  " if _fate(each) else each.type, "dim"),
        (_fate(each), "red" if lost else ""),
    )


def _property(each: PropertyChange) -> Text:
    return Text(f"     {words.property_change(_told_apart(each))}")


def _fate(change: ResourceChange) -> str:
    if change.replaces:
        may = "may be replaced (depends on a value not known yet)"
        return "replaced" if change.replacement is Replacement.TRUE else may
    if change.removes:
        return "removed from the stack, kept" if change.keeps_old else "deleted"
    return ""


def _told_apart(each: PropertyChange) -> PropertyChange:
    """Both values short enough for a line, and never alike: what two long ones begin with in common is left out."""
    before, after = each.before or "", words.known_later(each.after or "")
    if each.is_known_later:
        return replace(each, before=_short(before))
    differs = (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    shared = next(differs, 0) - KEPT_OF_SHARED
    if shared > 0 and max(len(before), len(after)) > LONGEST_VALUE:
        before, after = f"…{before[shared:]}", f"…{after[shared:]}"
    return replace(each, before=_short(before), after=_short(after))


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
