"""Results as a page, or as one JSON object per line: two readers of one stream.

The rule: a figure is shown as it was measured, beside how often; a goal that was missed is shown like one that was met.
"""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from bench.measure import Goal, Line, Result, Skipped

KINDS = {Line: "line", Skipped: "skipped", Goal: "goal"}
HEADER = """\
# Benchmarks

Written by `python -m bench --write` at the end of a run; `make bench` prints the same on your machine. Every tool did
its job on this one machine in one run, in turn with the others; figures are medians of as many runs as the table says.
The cloud is the local cloud, so no network and no account take part, and its durations are AWS's divided by a constant.
A slow tool is run less often (`--patience`, in seconds, gives it more). "Calls" are those to CloudFormation.
"""


def as_json(result: Result) -> str:
    return json.dumps({"type": KINDS[type(result)], **asdict(result)} | _met(result))


def as_text(result: Result) -> str:
    """One line, for who watches the run."""
    match result:
        case Line():
            figures = ", ".join(f"{name} {_number(value)}" for name, value in result.figures.items())
            return f"{result.job}: {result.tool}: {figures}" + (f" ({result.note})" if result.note else "")
        case Skipped():
            return f"SKIPPED {result.tool}: {result.why}"
        case Goal():
            return f"{_verdict(result)}: {_sentence(result)}"


def page(results: Sequence[Result]) -> str:
    """Markdown: the machine, a table for each job, the goals, who was missing."""
    return "\n".join([HEADER, _machine(), "", *_tables(results), *_goals(results), *_skipped(results)])


def _machine() -> str:
    model = next(_processors(), platform.machine())
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    load = f"{os.getloadavg()[0]:.1f}"
    return (
        f"{now}, {platform.system()}, Python {platform.python_version()}, {os.cpu_count()} processors ({model}), "
        f"load average at the end {load}."
    )


def _processors() -> Iterator[str]:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))


def _tables(results: Sequence[Result]) -> Iterator[str]:
    lines = [each for each in results if isinstance(each, Line)]
    for job, group in groupby(lines, key=lambda line: line.job):
        rows = list(group)
        columns = list(rows[0].figures)
        yield f"## {job[0].upper()}{job[1:]}\n"
        yield from _row("", columns)
        yield from _row("---", ["---:"] * len(columns))
        for each in rows:
            name = f"{each.tool} ({each.note})" if each.note else each.tool
            yield from _row(name.replace("|", "\\|"), [_number(each.figures[column]) for column in columns])
        yield ""


def _row(first: str, rest: list[str]) -> Iterator[str]:
    yield f"| {' | '.join([first, *rest])} |"


def _goals(results: Sequence[Result]) -> Iterator[str]:
    yield "## Goals\n"
    yield from (f"- {_verdict(each)}: {_sentence(each)}" for each in results if isinstance(each, Goal))
    yield ""


def _skipped(results: Sequence[Result]) -> Iterator[str]:
    skipped = {each.tool: each for each in results if isinstance(each, Skipped)}
    if skipped:
        yield "## Not measured\n"
        yield from (f"- {each.tool}: {each.why}" for each in skipped.values())
        yield ""


def _verdict(goal: Goal) -> str:
    return "met" if goal.is_met else "MISSED"


def _sentence(goal: Goal) -> str:
    unit = f" {goal.unit}" if goal.unit else ""
    return f"{goal.sentence}: {_number(goal.reached)}{unit}, at most {_number(goal.limit)}{unit}"


def _met(result: Result) -> dict[str, bool]:
    return {"met": result.is_met} if isinstance(result, Goal) else {}


def _number(value: float | None) -> str:
    """Three digits are more than the machine repeats."""
    if value is None:
        return "-"
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
