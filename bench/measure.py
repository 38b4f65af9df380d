"""What is measured and how: jobs in turn, children run to their end, and the results that a part yields.

The rule: a part yields values and prints nothing; report.py reads them.
"""

import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from textwrap import shorten
from typing import TypeVar

Sample = TypeVar("Sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One tool at one job. `figures` maps a column with its unit ("wall s") to the figure, or to None."""

    job: str
    tool: str
    figures: Mapping[str, float | None]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A tool that was not measured, and why."""

    tool: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What we aim at: `reached` is at most `limit`, both in `unit`."""

    sentence: str
    reached: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.reached <= self.limit


Result = Line | Skipped | Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a child took: seconds on the wall and of CPU, those of its own children included. `words` is all it said."""

    wall: float
    cpu: float
    code: int
    words: str

    @property
    def failure(self) -> str:
        """Empty when it ended well, else its last line, shortened."""
        last = (self.words or f"exit code {self.code}").splitlines()[-1]
        return shorten(f"failed: {last}", 100) if self.code else ""


def spend(run: Callable[[], "subprocess.CompletedProcess[str]"]) -> Spent:
    """Let `run` run one child to its end."""
    cpu, started = _cpu_of_children(), time.perf_counter()
    done = run()
    wall = time.perf_counter() - started
    return Spent(
        wall=wall, cpu=_cpu_of_children() - cpu, code=done.returncode, words=f"{done.stdout}\n{done.stderr}".strip()
    )


def in_turn(jobs: Mapping[str, Callable[[], Sample]], *, rounds: int, patience: float = inf) -> dict[str, list[Sample]]:
    """Every job's samples, one a round, so that a busy minute of the machine is shared by all.

    A job that has used up its `patience` (seconds) sits out the later rounds; it has one sample at least.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in jobs}
    left = dict.fromkeys(jobs, patience)
    for _ in range(rounds):
        for name, job in jobs.items():
            if samples[name] and left[name] <= 0:
                continue
            started = time.perf_counter()
            samples[name].append(job())
            left[name] -= time.perf_counter() - started
    return samples


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
