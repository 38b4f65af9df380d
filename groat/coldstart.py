"""What a cold start of the app costs: the processor time of importing its handler, by package, and that on Lambda.

Lambda gives a function one processor at 1769 MB and a share in proportion below ("Configure Lambda function memory",
developer guide), so the same import takes the longer the less memory the function has. What is measured is processor
time, not the clock: it is the same on a busy machine. It is measured in the image of the app as it is now, where it was
built on this machine; else by this Python.

    [tool.groat.cold_start]
    seconds = 1.5       # the budget, at the function's memory
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from changesets.templates import read
from groat import docker
from groat.errors import GroatError
from groat.events import Event, Stage, Working
from groat.project import Project
from groat.pyproject import table
from groat.recipe import Recipe, here, recipe

WHOLE_PROCESSOR = 1769  # MB
SIZES = (512, 1024, 1769)
RUNS = 5
HEAVIEST = 8
NAMED = 3  # in the message, of the heaviest
OWN = "(Python's own)"
LINE = re.compile(r"^import time:\s*(?P<self>\d+) \|\s*\d+ \|\s*(?P<name>\S+)$", re.MULTILINE)
TOOK = re.compile(r"^cold start: (?P<seconds>[\d.e-]+)$", re.MULTILINE)
IMPORT = """\
import importlib, sys, time
start = time.process_time()
importlib.import_module(sys.argv[1])
print("cold start:", time.process_time() - start, file=sys.stderr)
"""
Python = Callable[..., str]  # runs Python with these arguments; what it printed as errors
Shares = tuple[tuple[str, float], ...]


class Where(StrEnum):
    IMAGE = "image"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class ColdStart:
    """`seconds` of one whole processor, and those of each package and each module, heaviest first."""

    seconds: float
    packages: Shares
    modules: Shares


def doctor(project: Project, *, where: Where | None = None) -> Iterator[Event]:
    """Measure there; without a word in the image if it is built, else here.

    Raises GroatError when the start is over the budget of pyproject.toml, or the handler cannot be imported.
    """
    template = website(project)
    wanted, memory = here(recipe(project, template)), function_memory(template)
    yield Working("importing the handler, again and again")
    python, place = chosen(project, wanted, where)
    measured = measure(python, wanted.handler.rpartition(".")[0])
    sizes = sorted({*SIZES, memory})
    yield Stage("measured in", place)
    yield Stage("seconds at", " ".join(f"{size:>5} MB" for size in sizes) + f"   (the function has {memory} MB)")
    yield row("init", measured.seconds, sizes, f"importing {wanted.handler}")
    yield from (row(name, seconds, sizes) for name, seconds in measured.packages[:HEAVIEST])
    yield from (row("module", seconds, sizes, name) for name, seconds in measured.modules[:HEAVIEST])
    within_budget(table(project.root, "cold_start").get("seconds"), measured, memory)


def row(name: str, seconds: float, sizes: list[int], text: str = "") -> Stage:
    """What takes so many seconds of a processor, at each memory size."""
    return Stage(name, (" ".join(f"{at(size, seconds):>8.3f}" for size in sizes) + f"   {text}").rstrip())


def at(memory: int, seconds: float) -> float:
    """By the clock at so many MB, what takes so many seconds of a whole processor."""
    return seconds * max(1.0, WHOLE_PROCESSOR / memory)


def within_budget(budget: float | None, measured: ColdStart, memory: int) -> None:
    """Raises GroatError when a cold start takes longer than the project's budget, if it has one."""
    seconds = at(memory, measured.seconds)
    if budget is not None and seconds > budget:
        heaviest = ", ".join(f"{name} {at(memory, share):.2f} s" for name, share in measured.modules[:NAMED])
        raise GroatError(
            f"A cold start takes {seconds:.2f} s at {memory} MB, over the budget of {budget} s; most in: {heaviest}",
            hint="import what is heavy in the route that needs it, or raise MemorySize",
        )


def measure(python: Python, module: str) -> ColdStart:
    """The cheapest of some runs: the others had to wait for something."""
    shares = modules(python("-X", "importtime", "-c", IMPORT, module))
    seconds = min(took(python("-c", IMPORT, module)) for _ in range(RUNS))
    whole = sum(shares.values()) or 1
    return ColdStart(seconds, scaled(packages(shares), seconds / whole), scaled(shares, seconds / whole))


def took(output: str) -> float:
    """Seconds of processor time, from what IMPORT printed."""
    if found := TOOK.search(output):
        return float(found["seconds"])
    raise GroatError(
        f"The import ended the process that measured it, whose output was:\n{output[-1500:]}",
        hint="the app must not exit when it is imported: correct the module in the last lines above",
    )


def modules(output: str) -> Counter[str]:
    """Microseconds of each module, without what it imports, from what `-X importtime` printed."""
    shares: Counter[str] = Counter()
    for line in LINE.finditer(output):
        shares[line["name"]] += int(line["self"])
    return shares


def packages(shares: Counter[str]) -> Counter[str]:
    """A module counts for its top-level package."""
    total: Counter[str] = Counter()
    for name, share in shares.items():
        package = name.partition(".")[0]
        total[OWN if package in sys.stdlib_module_names else package] += share
    return total


def scaled(shares: Counter[str], factor: float) -> Shares:
    return tuple((name, factor * share) for name, share in shares.most_common())


def chosen(project: Project, wanted: Recipe, where: Where | None) -> tuple[Python, str]:
    """The Python to measure, and what it is called."""
    client = None if where is Where.HOST else engine(needed=where is Where.IMAGE)
    if client and (name := image(client, wanted, build=where is Where.IMAGE)):
        return partial(docker.python, client, wanted, name), f"the image {name}"
    return partial(python_here, project, wanted), f"Python {sys.version.split()[0]} here, not in the image"


def engine(*, needed: bool) -> Any:
    """Docker's, or None where it cannot be used and is not `needed`."""
    try:
        return docker.engine()
    except GroatError:
        if needed:
            raise
        return None


def image(client: Any, wanted: Recipe, *, build: bool) -> str:
    """The name of the app's image as it is now; nothing where there is none and none is to be built."""
    name = docker.built(client, wanted)
    if build and not name:
        name = f"groat:{wanted.tag}"
        docker.build(client, wanted, name)
    return name


def python_here(project: Project, wanted: Recipe, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=project.root, capture_output=True, text=True, check=False,
        env={**os.environ, **wanted.placeholders, "PYTHONPATH": str(project.root)},
    )  # fmt: skip
    if done.returncode:
        raise GroatError(f"The handler cannot be imported:\n{done.stderr[-1500:]}", hint=f"look at {wanted.handler}")
    return done.stderr


def website(project: Project) -> str:
    path = project.templates / "website.yaml"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def function_memory(template: str) -> int:
    """The default of the website template's MemorySize, in MB."""
    return int(read(template).get("Parameters", {}).get("MemorySize", {}).get("Default", 1024))
