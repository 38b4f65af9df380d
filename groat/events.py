"""What groat itself reports while it works; the events of `changesets` pass between these unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changesets import Event as ChangeSetEvent
from changesets import Report


@dataclass(frozen=True, slots=True)
class Working:
    """Something has begun that may take seconds."""

    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the deployment is done: `name` is a word for it, `text` what it found or did."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader should know, but that stops nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The bill for a month without visitors, in USD, at the list prices of the day `as_of`.

    `before` is the bill at the base of a review, None if it is not known; `lines` says what `usd` is for.
    """

    usd: Decimal
    before: Decimal | None
    lines: Mapping[str, str]
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """A deployment was played in which one resource failed: how it ended, and how the same deployment ended after that.

    `healthy` is whether the stack was as wanted after the second; `allow` names the resources whose data stood against
    it.
    """

    logical_id: str
    resource_type: str
    failure: str
    outcome: str
    again: str
    healthy: bool
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The site answers at `url`. `outputs` are the website stack's; `commands` say what to type next, and why."""

    url: str
    outputs: Mapping[str, str]
    commands: Mapping[str, str]


GroatEvent = Working | Stage | Warned | Costs | Rehearsed | Ready
Event = GroatEvent | ChangeSetEvent | Report
