"""What a cold start of the app costs: the processor time of importing its handler, by package, and that on Lambda.

Lambda gives a function one processor at 1769 MB and a share in proportion below ("Configure Lambda function memory",
developer guide), so the same import takes the longer the less memory the function has. What is measured is processor
time, not the clock: it is the same on a busy machine.

    [tool.groat.cold_start]
    seconds = 1.5       # the budget, at the function's memory
"""

import os
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from groat import images
from groat.errors import GroatError
from groat.events import Event, Stage
from groat.project import Project, table
from groat.templates import load

WHOLE_PROCESSOR = 1769  # MB
SIZES = (512, 1024, 1769)
RUNS = 5
HEAVIEST = 8
LINE = re.compile(r"^import time:\s*(?P<self>\d+) \|\s*\d+ \|\s*(?P<name>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ColdStart:
    """`seconds` of one whole processor; `packages` the share of each top-level package, heaviest first."""

    seconds: float
    packages: tuple[tuple[str, float], ...]

    def at(self, memory: int) -> float:
        """Seconds by the clock at so many MB."""
        return self.seconds * max(1.0, WHOLE_PROCESSOR / memory)


def doctor(project: Project) -> Iterator[Event]:
    """Raises GroatError when the start is over the budget of pyproject.toml, or the handler cannot be imported."""
    measured, memory = measure(project), function_memory(project)
    yield Stage("init", f"{measured.seconds:.2f} s of a processor, importing {images.handler(project.app)}")
    for name, seconds in measured.packages[:HEAVIEST]:
        yield Stage(f"  {name}", f"{seconds:.2f} s")
    for size in sorted({*SIZES, memory}):
        yield Stage(f"{size} MB", f"{measured.at(size):.2f} s" + (" <- the function" if size == memory else ""))
    within_budget(table(project, "cold_start").get("seconds"), measured.at(memory), memory)


def within_budget(budget: object, seconds: float, memory: int) -> None:
    """Raises GroatError when a cold start takes longer than the project's budget, if it has one."""
    if budget is not None and not isinstance(budget, int | float):
        raise GroatError(f"pyproject.toml, [tool.groat.cold_start] seconds must be a number, got: {budget}")
    if budget is not None and seconds > budget:
        raise GroatError(
            f"A cold start takes {seconds:.2f} s at {memory} MB, over the budget of {budget} s",
            hint="import the heaviest package in the route that needs it, or raise MemorySize",
        )


def measure(project: Project) -> ColdStart:
    """The cheapest of some runs: the others had to wait for something."""
    module = images.handler(project.app).rpartition(".")[0]
    run(project, module)  # compiles what is not compiled yet, as the image's build does
    seconds = min(processor_time(project, module) for _ in range(RUNS)) - processor_time(project, "sys")
    shares = packages(run(project, module, "-X", "importtime"))
    whole = sum(shares.values()) or 1
    return ColdStart(seconds, tuple((name, seconds * share / whole) for name, share in shares.most_common()))


def packages(told: str) -> Counter[str]:
    """Microseconds of each top-level package, from what `-X importtime` printed."""
    shares: Counter[str] = Counter()
    for line in LINE.finditer(told):
        name = line["name"].partition(".")[0]
        shares["(Python's own)" if name in sys.stdlib_module_names else name] += int(line["self"])
    return shares


def processor_time(project: Project, module: str) -> float:
    """Seconds of processor time, not of the clock: what else the machine does is left out."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(project, module)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(project: Project, module: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", f"import {module}"], cwd=project.root, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(project.root)},
    )  # fmt: skip
    if done.returncode:
        raise GroatError(f"The handler cannot be imported:\n{done.stderr[-1500:]}", hint=f"look at {module}")
    return done.stderr


def function_memory(project: Project) -> int:
    """The default of the website template's MemorySize, in MB."""
    path = project.templates / "website.yaml"
    template = load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return int(template.get("Parameters", {}).get("MemorySize", {}).get("Default", 1024))
