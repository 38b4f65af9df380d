"""Deployments by each tool on one local cloud: what they take beyond what the cloud takes, and what they ask of it.

The cloud runs in this process at a speed at which an update takes it about 3.6 s (change set and operation); every tool
gets stacks of its own. What the cloud itself took is read from the stack's events afterwards. Calls are those to
CloudFormation; what a tool asks of STS or S3 besides is not counted.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from bench import tools
from bench.clients import CLIENTS, OURS, TEMPLATE, Command
from bench.measure import Goal, Line, Result, Spent, in_turn, spend
from groat.local import control
from local_cloud.cloudformation.changes.change_sets import COMPUTING, PENDING
from local_cloud.compose import cloud
from local_cloud.services import ACCOUNT, SECRET
from tests.scenarios.real_clients import Served

SPEED = 7.08
CHANGE_SET_SECONDS = (PENDING + COMPUTING) / SPEED
FIRST, SECOND = "first", "second"
LIFE = {"create": FIRST, "no change": FIRST, "update": SECOND}  # what is deployed, and the Purpose, one after the other
FAILED = "already failed"
LIMITS = {"update": 4.2, "no change": 1.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """One deployment: what the tool spent, what the cloud took of it, and the calls by name."""

    spent: Spent
    cloud: float
    calls: Counter[str]


class Bench:
    """The served local cloud, its calls counted."""

    def __init__(self, served: Served, calls: "Calls") -> None:
        self.served = served
        self._calls = calls
        self._client = boto3.client(
            "cloudformation",
            endpoint_url=served.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=SECRET,
        )
        self._stacks = 0

    def life(self, command: Command) -> dict[str, Deployed]:
        """A stack's life by one tool: what each may leave in a stack of its own is no change to itself."""
        stack = self._new_name()
        return {job: self._deploy(stack, purpose, command) for job, purpose in LIFE.items()}

    def failed(self, command: Command) -> dict[str, Deployed]:
        """Onto a stack whose creation failed and was rolled back: put there at once, whatever the cloud's speed."""
        stack = self._new_name()
        template = {"template": TEMPLATE.read_text(encoding="utf-8"), "parameters": {"Purpose": FIRST}}
        control(self.served.endpoint, "stage", {"name": stack, "status": "ROLLBACK_COMPLETE", **template})
        return {FAILED: self._deploy(stack, FIRST, command)}

    def _new_name(self) -> str:
        self._stacks += 1
        return f"bench-{self._stacks}"

    def _deploy(self, stack: str, purpose: str, command: Command) -> Deployed:
        started, home = datetime.now(UTC), self.served.home
        words = command(stack, purpose, home)
        with self._calls.counted() as calls:
            spent = spend(lambda: self.served.run(*words, cwd=home, env=tools.USUAL))
        operations = sum(operation_seconds(events) for events in self._events(stack, started))
        return Deployed(spent=spent, cloud=operations + calls["CreateChangeSet"] * CHANGE_SET_SECONDS, calls=calls)

    def _events(self, stack: str, since: datetime) -> Iterator[list[Mapping[str, Any]]]:
        """Of each stack of that name, deleted ones included: its events since then, oldest first."""
        for page in self._client.get_paginator("list_stacks").paginate():
            for found in (each for each in page["StackSummaries"] if each["StackName"] == stack):
                events = self._client.get_paginator("describe_stack_events").paginate(StackName=found["StackId"])
                fresh = [event for page in events for event in page["StackEvents"] if event["Timestamp"] >= since]
                yield [*reversed(fresh)]


def operation_seconds(events: Sequence[Mapping[str, Any]]) -> float:
    """How long the operations took, told by the events of one stack, oldest first.

    An operation begins with the stack's own "User Initiated" event and ends with the last event before the next one.
    """
    times: list[datetime] = [event["Timestamp"] for event in events]
    begins = [at for at, event in enumerate(events) if event.get("ResourceStatusReason") == "User Initiated"]
    return sum((times[end - 1] - times[begin]).total_seconds() for begin, end in pairwise([*begins, len(events)]))


class Calls(logging.Handler):
    """Reads the local cloud's log: a line for each call to CloudFormation, with its name and its HTTP status."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.INFO and isinstance(record.args, tuple):
            name, _stack, _region, status, _milliseconds = record.args
            self._seen[str(name) if status == 200 else f"{name}, refused"] += 1

    @contextmanager
    def counted(self) -> Iterator[Counter[str]]:
        """What was called while the context lasted; complete at its end."""
        before, during = Counter(self._seen), Counter[str]()
        yield during
        during.update(self._seen - before)


@contextmanager
def listening() -> Iterator[Calls]:
    log, calls = logging.getLogger("local_cloud"), Calls()
    log.setLevel(logging.INFO)
    log.addHandler(calls)
    log.propagate = False
    try:
        yield calls
    finally:
        log.removeHandler(calls)


def run(rounds: int, patience: float) -> Iterator[Result]:
    """Every job by every tool that is installed, then what starting each tool takes."""
    skipped = list(tools.missing(*(CLIENTS.keys() - {OURS})))
    yield from skipped
    clients = {name: each for name, each in CLIENTS.items() if name not in {one.tool for one in skipped}}
    with TemporaryDirectory(prefix="bench-") as folder, listening() as calls:
        with cloud(state=Path(folder, "state"), speed=SPEED) as server:
            bench = Bench(Served(server.endpoint, Path(folder)), calls)
            for job, seconds in ((bench.life, patience), (bench.failed, patience / 2)):
                jobs = {name: partial(job, command) for name, command in clients.items()}
                yield from results(in_turn(jobs, rounds=rounds, patience=seconds))
        yield from starting(Served("http://127.0.0.1:9", Path(folder)), clients, rounds)


def results(samples: Mapping[str, list[dict[str, Deployed]]]) -> Iterator[Result]:
    """`samples`: of each tool its rounds, of each round the deployment by job."""
    for job in samples[OURS][0]:
        by_tool = {tool: [deployed[job] for deployed in taken] for tool, taken in samples.items()}
        for tool, taken in by_tool.items():
            yield Line(job=f"deploy: {job}", tool=tool, figures=figures(taken), note=taken[-1].spent.failure)
        if job in LIMITS and not by_tool[OURS][-1].spent.failure:
            wall = median(each.spent.wall for each in by_tool[OURS])
            yield Goal(sentence=f"deploy: {job}, end to end", reached=wall, limit=LIMITS[job], unit="s")


def figures(taken: list[Deployed]) -> Mapping[str, float]:
    return {
        "wall s": median(each.spent.wall for each in taken),
        "of it the cloud s": median(each.cloud for each in taken),
        "beyond s": median(each.spent.wall - each.cloud for each in taken),
        "calls": median(each.calls.total() for each in taken),
        "CPU s": median(each.spent.cpu for each in taken),
        "runs": len(taken),
    }


STARTS = {  # the quickest thing that each can be asked for
    "groat --help": (OURS, tools.groat),
    "sam --version": ("sam", tools.sam),
    "aws --version": ("aws", tools.aws),
    "cdk --version": ("cdk deploy", tools.cdk),
}


def starting(served: Served, clients: Mapping[str, Command], rounds: int) -> Iterator[Result]:
    jobs = {
        words: partial(spend, partial(served.run, program, words.split()[1], cwd=served.home, env=tools.USUAL))
        for words, (tool, program) in STARTS.items()
        if tool in clients
    }
    samples = in_turn(jobs, rounds=rounds + 1)
    for words, taken in samples.items():
        wall, cpu = median(each.wall for each in taken), median(each.cpu for each in taken)
        yield Line(job="starting", tool=words, figures={"wall s": wall, "CPU s": cpu, "runs": len(taken)})
    reached = 1000 * median(each.wall for each in samples["groat --help"])
    yield Goal(sentence="groat --help", reached=reached, limit=150, unit="ms")
