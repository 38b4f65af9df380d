"""What groat itself reports while it works; the change sets' events come between these, unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass

from changesets import Event as ChangeSetEvent


@dataclass(frozen=True, slots=True)
class Working:
    """Something that may take seconds has begun."""

    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the deployment is done: `name` in a word, `text` what it found or did."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader should know and that stops nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The site answers at `url`. `outputs` are the website stack's; `commands` what to type next, each with why."""

    url: str
    outputs: Mapping[str, str]
    commands: Mapping[str, str]


GroatEvent = Working | Stage | Warned | Ready
Event = GroatEvent | ChangeSetEvent
