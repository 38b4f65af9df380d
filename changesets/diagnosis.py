"""Why an operation failed: its first real failure, and what is known about that failure's text. Pure.

The rules: the operation's events are read oldest first, nested stacks included; cancellations and a stack's own
summary are consequences, never causes; a failed transform or output appears only in the stack's own events. What a text
means, and what to do, is in failures.yaml: one row per failure, from which docs/errors/ is generated too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template

from changesets.kinds import NESTED_STACK
from changesets.models import ChangeSet, StackEvent, Validation
from changesets.outcomes import UNKNOWN_CAUSE, Diagnosis
from changesets.statuses import StackStatus

CONSEQUENCES = ("cancelled", "Resource creation cancelled", "Resource update cancelled", "Rollback requested by user")
# in a row's words: the function behind a custom resource, the resource that failed
FUNCTION, LOGICAL_ID, PHYSICAL_ID = "FUNCTION", "LOGICAL_ID", "PHYSICAL_ID"
_SUMMARY = re.compile(r"The following resource\(s\) failed to (create|update|delete|import)")
_CHECK = re.compile(r"consistency check initiated|could not be deleted")
_HANDLER = re.compile(
    r'Resource handler returned message: "(?P<text>.*)" \(RequestToken: [^,]*, HandlerErrorCode: (?P<code>\w+)\)', re.S
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A known failure: `pattern` is searched for in the whole reason, `title` is what people search for.

    `command` may use the pattern's named groups: `$role`.
    """

    id: str
    title: str
    pattern: str
    meaning: str
    fix: str
    command: str = ""
    types: str = ""
    retryable: bool = False


@cache
def failures() -> tuple[Failure, ...]:
    """The catalogue, specific rows before general ones."""
    import yaml

    text = Path(__file__).with_name("failures.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(Failure(**row) for row in yaml.load(text, loader))


def recognise(text: str, type_: str = "") -> Failure | None:
    """The first row whose pattern is found in the text; a row with `types` only counts for those resource types."""
    fitting = (row for row in failures() if not row.types or re.fullmatch(row.types, type_))
    return next((row for row in fitting if re.search(row.pattern, text, re.S | re.I)), None)


def diagnose(events: Sequence[StackEvent]) -> Diagnosis:
    """From an operation's events, oldest first; UNKNOWN_CAUSE if there is no failure in them."""
    real = _first_of_each([event for event in events if _is_cause(event)])
    if not real:
        told = [event for event in events if event.is_of_stack and _tells(event)]
        return explained(told[0]) if told else UNKNOWN_CAUSE
    functions = {(event.stack_id, event.logical_id): event.function for event in events if event.function}
    first = replace(real[0], function=functions.get((real[0].stack_id, real[0].logical_id), ""))
    return replace(explained(first), others=tuple(real[1:]))


def diagnose_rollback(events: Sequence[StackEvent]) -> Diagnosis:
    """Why a rollback failed: the first failure after it began, which is what keeps the stack stuck."""
    starts = (place for place, event in enumerate(events) if _begins_rollback(event))
    return diagnose(events[next(starts, 0) :])


def _begins_rollback(event: StackEvent) -> bool:
    return event.is_of_stack and event.stack_status in (
        StackStatus.UPDATE_ROLLBACK_IN_PROGRESS,
        StackStatus.ROLLBACK_IN_PROGRESS,
        StackStatus.IMPORT_ROLLBACK_IN_PROGRESS,
    )


def _is_cause(event: StackEvent) -> bool:
    """Is it a resource's own failure? A nested stack's row only repeats its own events, if those were read."""
    if not event.failed or event.is_of_stack:
        return False
    if event.type == NESTED_STACK and _SUMMARY.search(event.reason):
        return False
    return not any(event.reason.startswith(text) for text in CONSEQUENCES)


def _tells(event: StackEvent) -> bool:
    """Does the stack's own reason tell of a transform's or an output's error, before "Rollback requested by user."?"""
    silent = ("", "User Initiated", "Transformation succeeded")
    return event.reason not in silent and not _SUMMARY.search(event.reason) and not _CHECK.search(event.reason)


def _first_of_each(events: Iterable[StackEvent]) -> list[StackEvent]:
    first: dict[tuple[str, str], StackEvent] = {}
    for event in events:
        first.setdefault((event.stack_id, event.logical_id), event)
    return list(first.values())


def explained(event: StackEvent) -> Diagnosis:
    """What is known about an event: about its reason, or its status while it has none."""
    known = named(diagnose_text(event.reason or event.status, event.type), event.logical_id, event.physical_id)
    return replace(
        known,
        fix=known.fix.replace(FUNCTION, event.function or FUNCTION),
        command=known.command.replace(FUNCTION, event.function or FUNCTION),
        logical_id="" if event.is_of_stack else event.logical_id,
        type=event.type,
        stack_name=event.stack_name,
        status=event.status,
    )


def named(known: Diagnosis, logical_id: str, physical_id: str) -> Diagnosis:
    """With the ids of what failed in its command, so that it can be typed as it stands."""
    command = known.command.replace(LOGICAL_ID, logical_id).replace(PHYSICAL_ID, physical_id or PHYSICAL_ID)
    return replace(known, logical_id=logical_id, command=command)


def diagnose_text(text: str, type_: str = "", *, code: str = "") -> Diagnosis:
    """What is known about a text of CloudFormation or of a service, or else about its error code."""
    found = recognise(text, type_) or (recognise(code) if code else None)
    cause = plain(text)
    if found is None:
        return Diagnosis(cause=cause)
    return Diagnosis(
        cause=cause,
        meaning=found.meaning,
        fix=found.fix,
        command=_filled(found, text),
        page=f"{found.id}.md",
        retryable=found.retryable,
    )


def _filled(row: Failure, text: str) -> str:
    """The row's command, filled in from the text: `$role` is the pattern's group of that name."""
    told = re.search(row.pattern, text, re.S | re.I)
    return Template(row.command).safe_substitute(told.groupdict("") if told else {})


def plain(text: str) -> str:
    """The service's own sentence, without the resource handler's wrapping."""
    wrapped = _HANDLER.search(text)
    return (wrapped["text"] if wrapped else text).replace(
        "Rollback requested by user.", ""
    ).strip() or "no reason given"


def diagnose_change_set(change_set: ChangeSet, validations: Sequence[Validation] = ()) -> Diagnosis:
    """Why a change set could not be made: the validation's findings, the first one explained, or its own reason."""
    stops = [each for each in validations if each.mode == "FAIL"]
    if not stops:
        return diagnose_text(change_set.reason)
    cause = "\n".join(f"{each.reason} ({each.path})" if each.path else each.reason for each in stops)
    return replace(diagnose_text(stops[0].reason), cause=cause, logical_id=stops[0].logical_id)
