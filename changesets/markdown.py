"""The review as Markdown, for a pull request: the same value as the terminal's table. Pure.

The rule: hazards come first, unfolded; long lists of values are folded.
"""

from collections.abc import Iterable

from changesets import words
from changesets.models import Action, Replacement, ResourceChange
from changesets.plans import Hazard, Review

GROUPS = (
    ("Replaced", lambda change: change.replaces),
    ("Removed", lambda change: change.removes),
    ("Changed", lambda change: change.action in (Action.MODIFY, Action.DYNAMIC, Action.SYNC) and not change.replaces),
    ("Imported", lambda change: change.action is Action.IMPORT),
    ("Added", lambda change: change.action is Action.ADD),
)


def review(told: Review | None) -> str:
    """Ends with a newline; "No changes" when there is nothing to review."""
    if told is None:
        return "**No changes**\n"
    parts = [_hazards(told.hazards), *(_group(title, filter(of, told.changes)) for title, of in GROUPS)]
    parts += [] if told.changes else ["Only outputs, tags or settings change."]
    parts += [f"- {each.mode}: `{each.logical_id}` {each.reason}" for each in told.validations]
    parts += [f"From {told.change_set.origin}"] if told.change_set.origin else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _hazards(hazards: tuple[Hazard, ...]) -> str:
    lines = (
        f"- {'🛑' if each.severe else '⚠️'} **{each.kind}**: `{each.logical_id}` {each.message}" for each in hazards
    )
    return "\n".join(lines)


def _group(title: str, changes: Iterable[ResourceChange]) -> str:
    lines = [line for change in changes for line in _change(change)]
    return "\n".join([f"### {title}", *lines]) if lines else ""


def _change(change: ResourceChange) -> list[str]:
    conditional = " (only if a value turns out to change)" if change.replacement is Replacement.CONDITIONAL else ""
    kept = " (kept, outside of the stack)" if change.keeps_old else ""
    lines = [f"- `{change.logical_id}` {change.type}{conditional}{kept}"]
    return lines + [f"  - {words.property_change(each, '`{}`'.format)}" for each in change.properties]
