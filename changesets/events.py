"""Following an operation: its events oldest first, each once, nested stacks included, until the stack is at rest.

The rules, each learnt from a tool that broke it:
- Events come newest first, in pages: read back to the first known one, then reverse the order.
- "Which events are mine" is an equality of client request tokens, not a comparison of clocks. An operation that
  someone else started begins at the stack's own "User Initiated" event.
- The stack is at rest when its own event says so *and* DescribeStacks agrees, as either may lag by seconds. Then the
  events are read once more, or the last reasons would be lost.
- A nested stack's first event has no physical id yet: wait for the id, then follow that stack too.
- Every wait is bounded, and `Pace` decides how often to look: often when the end is near, rarely while resources take
  their time.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol, TypeVar

from changesets.clock import Clock
from changesets.errors import Throttled, Unreachable
from changesets.kinds import NESTED_STACK
from changesets.models import Stack, StackEvent
from changesets.statuses import StackStatus, is_healthy, is_moving

T = TypeVar("T")


class Watched(Protocol):
    """What this module needs of the gateway."""

    def stack(self, name_or_id: str, /) -> Stack | None: ...

    def events(self, stack_id: str, /) -> Iterator[StackEvent]: ...


@dataclass(slots=True)
class Pace:
    """Seconds until the next look: a tenth of the silence so far, so that an end is seen at most a tenth late.

    At most 5 s, or 15 s once AWS has asked to slow down.
    """

    interval: float = 0.2
    longest: float = 5.0

    def after(self, *, news: bool) -> float:
        self.interval = 0.2 if news else min(self.interval * 1.1, self.longest)
        return self.interval

    def after_refusal(self) -> float:
        self.longest = 15.0
        self.interval = min(self.interval * 3, self.longest)
        return self.interval


PATIENCE = 8  # failed reads in a row, each after all of botocore's own retries


def patiently(clock: Clock, pace: Pace, read: Callable[[], T], *, patience: int = PATIENCE) -> T:
    """The answer to a call that may be repeated. Gives up after `patience` failures, or PATIENCE throttlings."""
    for silences in range(1, PATIENCE):
        try:
            return read()
        except Unreachable as error:
            if silences >= patience and not isinstance(error, Throttled):
                raise
            clock.sleep(pace.after_refusal())
    return read()


def operation(events: Iterable[StackEvent], token: str | None) -> Iterator[StackEvent]:
    """The events of one operation, newest first: the one with this token, or (None) the newest."""
    return _newest(events) if token is None else takewhile(lambda event: event.token == token, events)


def _newest(events: Iterable[StackEvent]) -> Iterator[StackEvent]:
    """Back to where a user initiated the operation, or to where the stack was at rest before it."""
    begun = False
    for event in events:
        moving = event.is_of_stack and is_moving(event.stack_status)
        if begun and event.is_of_stack and not moving:
            return
        yield event
        if event.is_of_stack and event.reason == "User Initiated":
            return
        begun = begun or moving


def since_stable(events: Iterable[StackEvent]) -> Iterator[StackEvent]:
    """A stack's own events, newest first, back to where it was healthy before what it went through last."""
    moved = False
    for event in events:
        healthy = event.is_of_stack and is_healthy(event.stack_status)
        if moved and healthy:
            return
        moved = moved or (event.is_of_stack and not healthy)
        yield event


def newest_operation(cloudformation: Watched, stack_id: str) -> tuple[StackEvent, ...]:
    """The events of the newest operation so far, oldest first, nested stacks included."""
    return tuple(_Tail(cloudformation, stack_id, token=None).fresh())


def confirmed(cloudformation: Watched, stack: Stack) -> bool:
    """Does the stack's own last event agree with its status? DescribeStacks may be stale: never delete on its word.

    No event means no objection: CloudFormation keeps events for 90 days only.
    """
    own = (event.stack_status for event in cloudformation.events(stack.id) if event.is_of_stack)
    return next(own, stack.status) == stack.status


@dataclass(slots=True)
class _Tail:
    """The unread end of a stack's events, and of those of the stacks nested in it."""

    cloudformation: Watched
    stack_id: str
    token: str | None = None
    since: datetime | None = None
    seen: set[str] = field(default_factory=set)
    nested: dict[str, "_Tail"] = field(default_factory=dict)

    def do_without_token(self) -> None:
        """Some endpoints of this API, unlike AWS, report no tokens: then follow the newest operation."""
        newest = next(self.cloudformation.events(self.stack_id), None)
        if newest is not None and not newest.token:
            self.token = None

    def fresh(self) -> list[StackEvent]:
        own = self._own()
        for event in own:
            self._notice_nested(event)
        return sorted(
            [*own, *(each for tail in self.nested.values() for each in tail.fresh())], key=lambda each: each.at
        )

    def _own(self) -> list[StackEvent]:
        unread: list[StackEvent] = []
        for event in self._scope():
            if event.id in self.seen:
                break
            unread.append(event)
        self.seen.update(event.id for event in unread)
        return unread[::-1]

    def _scope(self) -> Iterator[StackEvent]:
        events = self.cloudformation.events(self.stack_id)
        if self.since is None:
            yield from operation(events, self.token)
            return
        for event in events:
            if event.at < self.since:
                return
            yield event

    def _notice_nested(self, event: StackEvent) -> None:
        if event.type == NESTED_STACK and not event.is_of_stack and event.physical_id.startswith("arn:"):
            started = event.at - timedelta(seconds=2)
            child = _Tail(self.cloudformation, event.physical_id, since=started)
            self.nested.setdefault(event.physical_id, child)


@dataclass(slots=True)
class _Picture:
    """What the events say so far: the stack's own last event, and which resources are under way."""

    last_word: StackEvent | None = None
    under_way: dict[tuple[str, str], StackEvent] = field(default_factory=dict)

    def add(self, event: StackEvent, root: str) -> None:
        key = (event.stack_id, event.logical_id)
        if event.is_of_stack and event.stack_id == root:
            self.last_word = event
        elif event.status.endswith("_IN_PROGRESS"):
            first = self.under_way.get(key, event)
            self.under_way[key] = replace(event, at=first.at)
        else:
            self.under_way.pop(key, None)

    @property
    def at_rest(self) -> bool:
        return self.last_word is not None and not is_moving(self.status)

    @property
    def status(self) -> StackStatus | None:
        return self.last_word.stack_status if self.last_word else None

    def outcome(self, stack: Stack | None) -> StackStatus | None:
        """What the operation ended in: as its events say, or the stack if they are late."""
        return self.status if self.at_rest or stack is None else stack.status

    def agrees(self, stack: Stack | None) -> bool:
        """Do the stack and its last event agree?"""
        return stack is not None and self.at_rest and stack.status == self.status

    @property
    def oldest(self) -> StackEvent | None:
        return min(self.under_way.values(), key=lambda each: each.at, default=None)


@dataclass(frozen=True, slots=True)
class Settled:
    """How following ended: with the stack at rest, or (`timed_out`) still moving; `oldest` has taken the longest.

    `status` is what the operation itself ended in, by its events; somebody may have gone on from there.
    """

    stack: Stack | None
    events: tuple[StackEvent, ...]
    status: StackStatus | None = None
    timed_out: bool = False
    oldest: StackEvent | None = None


SILENCE = 25.0  # seconds without an event after which the stack itself is asked
FIRST_SILENCE = 4.0  # the same before the first event: an operation begins with one within a second or two
DOUBTS = 6  # how often events and stack may disagree (either may be stale) before the stack is believed
FIRST_DOUBTS = 2  # the same before the first event


def follow(
    cloudformation: Watched, stack_id: str, clock: Clock, *, until: datetime, token: str | None = None
) -> Generator[StackEvent, None, Settled]:
    """Yield the operation's events and return `Settled`; wait no longer than `until`."""
    tail, picture, pace = _Tail(cloudformation, stack_id, token), _Picture(), Pace()
    told: list[StackEvent] = []
    asked, doubts = clock.now(), 0
    while True:
        fresh = patiently(clock, pace, tail.fresh)
        for event in fresh:
            picture.add(event, stack_id)
        told += fresh
        yield from fresh
        silent = not fresh and clock.now() - asked > timedelta(seconds=SILENCE if told else FIRST_SILENCE)
        if silent and not told:
            patiently(clock, pace, tail.do_without_token)
        if picture.at_rest or silent:
            asked = clock.now()
            stack = patiently(clock, pace, lambda: cloudformation.stack(stack_id))
            doubts += 1
            believed = doubts > (DOUBTS if told else FIRST_DOUBTS) and (stack is None or not is_moving(stack.status))
            if picture.agrees(stack) or believed:
                last = patiently(clock, pace, tail.fresh)
                yield from last
                return Settled(stack, (*told, *last), picture.outcome(stack))
        if clock.now() >= until:
            return Settled(cloudformation.stack(stack_id), tuple(told), timed_out=True, oldest=picture.oldest)
        clock.sleep(pace.after(news=bool(fresh)))
