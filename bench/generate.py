"""Generating and linting the website: `groat templates --check`, `cdk synth` of the same site, `sam validate --lint`.

Each run is a process of its own. groat is asked twice a round: with the linter's findings forgotten, and with nothing
changed since. The CDK does not lint; sam does not generate.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import tools
from bench.measure import Goal, Line, Result, Spent, in_turn, spend
from tests.scenarios.real_clients import Served

PROJECT = ("website.py", "pyproject.toml", "samconfig.toml", "templates")
FIRST, AGAIN = "groat templates --check, nothing remembered", "groat templates --check, nothing changed"
SYNTH, VALIDATE = "cdk synth", "sam validate --lint"
COMMAND_OF = {"cdk synth": SYNTH, "sam": VALIDATE}
GOALS = ((FIRST, SYNTH, 0.2), (AGAIN, VALIDATE, 0.5))  # ours, of theirs, at most
JOB = "generate and lint this website"
SITES, ENDS = 200, 20
Jobs = dict[str, Callable[[], Spent]]


def run(rounds: int, patience: float) -> Iterator[Result]:
    skipped = list(tools.missing("cdk synth", "sam"))
    yield from skipped
    with TemporaryDirectory(prefix="bench-") as folder:
        jobs = commands(copy(Path(folder, "project")), Path(folder))
        for each in skipped:
            del jobs[COMMAND_OF[each.tool]]
        in_turn(jobs, rounds=1)  # what each keeps on disk for itself is there from now on
        samples = in_turn(jobs, rounds=rounds, patience=patience)
    yield from compared(samples)
    yield from many()


def copy(project: Path) -> Path:
    """The parts of this repository that generating reads, so that its own remembered findings are left alone."""
    project.mkdir()
    for name in PROJECT:
        source = tools.ROOT / name
        shutil.copytree(source, project / name) if source.is_dir() else shutil.copy(source, project)
    return project


def commands(project: Path, home: Path) -> Jobs:
    runner = Served("http://127.0.0.1:9", home)  # nothing is deployed here, so nothing listens

    def child(*words: object, cwd: Path = project) -> subprocess.CompletedProcess[str]:
        return runner.run(*words, cwd=cwd, env=tools.USUAL)

    check = partial(child, tools.groat, "templates", "--check")
    app = ("--app", f"{tools.cdk_python} app.py", "--output", home / "cdk.out")
    synth = partial(child, tools.cdk, "synth", "--quiet", "--no-notices", *app, cwd=tools.ROOT / "bench" / "cdk_app")
    validate = partial(child, tools.sam, "validate", "--lint", "-t", "templates/website.yaml")

    def forgetful() -> Spent:
        shutil.rmtree(project / ".groat", ignore_errors=True)
        return spend(check)

    return {
        FIRST: forgetful,
        AGAIN: partial(spend, check),
        SYNTH: partial(spend, synth),
        VALIDATE: partial(spend, validate),
    }


def compared(samples: Mapping[str, list[Spent]]) -> Iterator[Result]:
    walls = {tool: median(each.wall for each in taken) for tool, taken in samples.items()}
    for tool, taken in samples.items():
        figures = {
            "wall s": walls[tool],
            "CPU s": median(each.cpu for each in taken),
            "of cdk synth": walls[tool] / walls[SYNTH] if SYNTH in walls else None,
            "runs": len(taken),
        }
        yield Line(job=JOB, tool=tool, figures=figures, note=taken[-1].failure)
    well = {tool for tool, taken in samples.items() if not taken[-1].failure}
    for ours, theirs, limit in GOALS:
        if {ours, theirs} <= well:
            yield Goal(sentence=f"{ours}, of {theirs}", reached=walls[ours] / walls[theirs], limit=limit, unit="")


def many() -> Iterator[Result]:
    """Sites one after the other in this process: the last ones take as long as the first."""
    from template_gen import Key, Site, Table, build

    def seconds(number: int) -> float:
        started = time.process_time()
        build(Site(name=f"site-{number}", tables=(Table(name="Activities", partition_key=Key("pk")),)))
        return time.process_time() - started

    each = [1000 * seconds(number) for number in range(SITES + 1)][1:]  # the very first one imports
    first, last = median(each[:ENDS]), median(each[-ENDS:])
    figures = {"first 20, ms each": first, "last 20, ms each": last, "all s": sum(each) / 1000}
    yield Line(job=f"generate {SITES} sites in one process", tool="template_gen.build", figures=figures)
    yield Goal(sentence="the last 20 sites, of the first 20", reached=last / first, limit=1.25, unit="")
