"""Processes in simulated time: generators that a heap resumes when they are due.

A process yields the seconds that it wants to wait, or `UNTIL_WOKEN` to wait for `wake`. The rule: nothing runs by
itself. `Schedule.play(until)` resumes what is due, in the order of time and then of arrival. While a process runs,
`Schedule.now` is the moment at which it was due, and its events have that time.
"""

import heapq
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, TypeAlias, TypeVar

T = TypeVar("T")
UNTIL_WOKEN: Final = None
Steps: TypeAlias = Generator[float | None, None, T]


class Interrupted(Exception):
    """Thrown into a process at the point where it waits; the process decides what that means."""


class Cancelled(Exception):
    """Thrown into a process that is to end where it waits. Only this tells it so: a process that is merely forgotten,
    as at the end of Python itself, does nothing any more.
    """


class Process:
    """A running generator, with its result once it is done."""

    __slots__ = ("_on_done", "done", "result", "steps", "turn")

    def __init__(self, steps: Steps[Any], on_done: Callable[["Process"], None] | None = None) -> None:
        self.steps = steps
        self.done = False
        self.result: Any = None
        self.turn = 0
        self._on_done = on_done

    def finish(self, result: Any = None) -> None:
        """Note the result, and call whoever waits for it."""
        self.done, self.result = True, result
        if self._on_done:
            self._on_done(self)


class Schedule:
    """The heap of what is due."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._current: Process | None = None
        self._due: list[tuple[datetime, int, int, Process]] = []
        self._arrivals = count()

    @property
    def current(self) -> Process:
        """The process that runs right now."""
        assert self._current is not None, "only a process may ask which process runs"
        return self._current

    def spawn(self, steps: Steps[Any], on_done: Callable[[Process], None] | None = None) -> Process:
        """Start a process; its first step is due at once."""
        process = Process(steps, on_done)
        self._resume_after(process, 0)
        return process

    def wake(self, process: Process) -> None:
        """Resume a waiting process now, whatever it waits for."""
        if not process.done:
            self._resume_after(process, 0)

    def cancel(self, process: Process) -> None:
        """End a process where it waits, without a result."""
        if not process.done:
            process.done = True
            with suppress(Cancelled, StopIteration):
                process.steps.throw(Cancelled())

    def interrupt(self, process: Process, why: Exception) -> None:
        """Throw `why` into a waiting process."""
        process.turn += 1
        self._step(process, why)

    def play(self, until: datetime) -> None:
        """Resume everything due up to `until`, then let time stand there.

        Asked from inside a running process (a handler that reads the cloud), it does nothing: time is passing already.
        """
        if self._current is not None:
            return
        while self._due and self._due[0][0] <= until:
            due, _, turn, process = heapq.heappop(self._due)
            if not process.done and turn == process.turn:
                self.now = max(self.now, due)
                self._step(process)
        self.now = max(self.now, until)

    def next_due(self) -> datetime | None:
        """When something happens next, or None when nothing is under way."""
        while self._due and (self._due[0][3].done or self._due[0][2] != self._due[0][3].turn):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def _resume_after(self, process: Process, seconds: float) -> None:
        process.turn += 1
        due = self.now + timedelta(seconds=seconds)
        heapq.heappush(self._due, (due, next(self._arrivals), process.turn, process))

    def _step(self, process: Process, thrown: Exception | None = None) -> None:
        before, self._current = self._current, process
        try:
            wait = process.steps.throw(thrown) if thrown else next(process.steps)
        except StopIteration as end:
            process.finish(end.value)
            return
        finally:
            self._current = before
        if wait is not UNTIL_WOKEN:
            self._resume_after(process, wait)
