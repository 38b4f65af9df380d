"""Runs steps along a dependency graph: each starts as soon as its needs are met.

The rule: the order in the template does not matter (recorded from AWS). After a failure nothing new starts, and what is
in progress is cancelled; with `keep_going`, everything that does not need the failed one still runs.
"""

from collections.abc import Callable, Mapping

from local_cloud.cloudformation.schedule import UNTIL_WOKEN, Cancelled, Interrupted, Process, Schedule, Steps

Needs = Mapping[str, frozenset[str]]


def reversed_needs(needs: Needs) -> Needs:
    """The graph for deletion: a resource waits for everything that needs it."""
    return {name: frozenset(other for other, its in needs.items() if name in its) for name in needs}


class Walk:
    """One walk over a graph. `run` returns the names whose step failed, cancelled ones included."""

    def __init__(
        self,
        schedule: Schedule,
        needs: Needs,
        step: Callable[[str], Steps[bool]],
        cancelled: Callable[[str], bool],
        *,
        keep_going: bool,
    ) -> None:
        self._schedule = schedule
        self._needs = {name: its & needs.keys() for name, its in needs.items()}
        self._step = step
        self._cancelled = cancelled
        self._keep_going = keep_going
        self._running: dict[str, Process] = {}
        self._waiting = dict(self._needs)
        self._ok: set[str] = set()
        self._failed: list[str] = []

    def run(self) -> Steps[list[str]]:
        """Walk until nothing can run any more."""
        parent = self._schedule.current
        try:
            self._start(parent)
            while self._running:
                yield UNTIL_WOKEN
                self._collect()
                if self._failed and not self._keep_going:
                    self._cancel()
                else:
                    self._start(parent)
        except (Interrupted, Cancelled):
            self._cancel()
            raise
        return self._failed

    def _start(self, parent: Process) -> None:
        ready = [name for name, its in self._waiting.items() if its <= self._ok]
        for name in ready:
            del self._waiting[name]
            self._running[name] = self._schedule.spawn(self._step(name), lambda _done: self._schedule.wake(parent))

    def _collect(self) -> None:
        for name, process in list(self._running.items()):
            if process.done:
                del self._running[name]
                self._ok.add(name) if process.result else self._failed.append(name)

    def _cancel(self) -> None:
        for name, process in self._running.items():
            self._schedule.cancel(process)
            if self._cancelled(name):
                self._failed.append(name)
        self._running.clear()
