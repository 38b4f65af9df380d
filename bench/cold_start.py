"""What a function costs before its first answer, and each one after it: the demo app and its alternatives.

Start-up is the CPU that a process has used when runtime client and handler are imported: on Lambda it is what a visitor
waits for and what grows as memory shrinks, and it is the figure that a busy machine disturbs least. Requests go to the
real runtime client below the interface emulator, as in the local cloud.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench import tools
from bench.measure import Goal, Line, Result, Skipped, in_turn
from local_cloud.runtime_worker import Function, Worker, environment

REQUESTS = 200
IMPORTS = """\
import importlib, os, sys, time
task = os.environ["LAMBDA_TASK_ROOT"]
sys.path[:] = [task, *(p for p in sys.path if p.startswith((sys.prefix, sys.base_prefix)))]
sys.modules["pydantic.v1"] = None  # the demo's image leaves it out (app/image/prepare.py)
import awslambdaric.bootstrap
for module in sys.argv[1:]:
    importlib.import_module(module)
print(time.process_time())
"""
HTTP_API = {  # payload 2.0, as CloudFront and the HTTP API make it of GET /api/health
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/api/health",
    "rawQueryString": "",
    "headers": {"host": "abc.execute-api.us-east-1.amazonaws.com", "accept": "*/*"},
    "requestContext": {
        "domainName": "abc.execute-api.us-east-1.amazonaws.com",
        "http": {"method": "GET", "path": "/api/health", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        "stage": "$default",
    },
    "isBase64Encoded": False,
}
REST_API = {  # payload 1.0 of the same request
    "resource": "/api/health",
    "path": "/api/health",
    "httpMethod": "GET",
    "headers": {"host": "abc.execute-api.us-east-1.amazonaws.com", "accept": "*/*"},
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {"resourcePath": "/api/health", "httpMethod": "GET", "path": "/api/health", "stage": "api"},
    "body": None,
    "isBase64Encoded": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A handler in its task folder, and the event that it takes; without one it is imported only."""

    function: Function
    event: Mapping[str, Any] | None

    @property
    def module(self) -> str:
        return self.function.handler.rpartition(".")[0]

    def import_seconds(self) -> float:
        """CPU seconds of a process of its own, from nothing to ready."""
        modules = [sys.executable, "-c", IMPORTS, self.module]
        done = subprocess.run(
            modules,
            env=environment(self.function),
            cwd=self.function.directory,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)


ADAPTER = Skipped(
    tool="Lambda Web Adapter itself",
    why="AWS gives it away in its own container registry only; its pattern is measured with uvicorn and Python instead",
)
BARE, APP, FASTAPI = "bare handler", "demo app (FastAPI, Mangum)", "import fastapi alone"


def run(rounds: int, patience: float) -> Iterator[Result]:
    with TemporaryDirectory(prefix="bench-") as folder, ExitStack() as ends:
        task = Path(folder, "task")
        skipped = list(tools.missing("chalice"))
        yield from (ADAPTER, *skipped)
        subjects = prepare(task, chalice=not skipped)
        imports = importing(subjects, rounds=2 * rounds - 1, patience=patience)
        workers = {name: Worker(each.function, Path(folder, "log")) for name, each in subjects.items() if each.event}
        for worker in workers.values():
            ends.callback(worker.stop)
        answers = answering(workers, subjects)
    yield from results(imports, answers)


def prepare(task: Path, *, chalice: bool) -> dict[str, Subject]:
    """The subjects by name, their code in one folder as it would be in /var/task."""
    shutil.copytree(tools.ROOT / "bench" / "handlers", task)
    shutil.copytree(tools.ROOT / "app", task / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (task / "only_fastapi.py").write_text("import fastapi\n", encoding="utf-8")
    subjects = {
        BARE: subject(task, "bare.handler", HTTP_API),
        FASTAPI: subject(task, "only_fastapi.none", None),
        "Starlette, Mangum": subject(task, "plain_starlette.handler", HTTP_API),
        APP: subject(task, "app.handler.handler", HTTP_API),
        "demo app behind uvicorn in the function": subject(task, "behind_uvicorn.handler", HTTP_API),
    }
    if chalice:
        [packages] = tools.chalice.parent.parent.glob("lib/python*/site-packages")
        task.joinpath("chalice").symlink_to(packages / "chalice")
        subjects["Chalice"] = subject(task, "plain_chalice.handler", REST_API)
    return subjects


def subject(task: Path, handler: str, event: Mapping[str, Any] | None) -> Subject:
    function = Function(
        name=handler.replace(".", "-"),
        directory=task,
        handler=handler,
        timeout=29,
        memory=1024,
        region="us-east-1",
        environment=(("ACTIVITIES_TABLE", "Activities"),),
        endpoint="http://127.0.0.1:9",
    )
    return Subject(function=function, event=event)


def importing(subjects: Mapping[str, Subject], *, rounds: int, patience: float) -> Mapping[str, list[float]]:
    jobs: dict[str, Callable[[], float]] = {name: each.import_seconds for name, each in subjects.items()}
    in_turn(jobs, rounds=1)  # compiles
    return in_turn(jobs, rounds=rounds, patience=patience)


def answering(workers: Mapping[str, Worker], subjects: Mapping[str, Subject]) -> Mapping[str, list[float]]:
    """Milliseconds of warm requests, in turn."""
    jobs = {name: partial(request, worker, subjects[name].event or {}) for name, worker in workers.items()}
    in_turn(jobs, rounds=3)
    return in_turn(jobs, rounds=REQUESTS)


def request(worker: Worker, event: Mapping[str, Any]) -> float:
    started = time.perf_counter()
    answer = worker.invoke(event, seconds=29)
    took = time.perf_counter() - started
    if answer["statusCode"] != 200:
        raise RuntimeError(f"the handler does not answer the request: {answer}")
    return 1000 * took


def results(imports: Mapping[str, list[float]], answers: Mapping[str, list[float]]) -> Iterator[Result]:
    cpu = {name: 1000 * median(taken) for name, taken in imports.items()}
    warm = {name: median(taken) for name, taken in answers.items()}
    for name, taken in imports.items():
        figures = {
            "start-up CPU ms": cpu[name],
            "of bare": cpu[name] / cpu[BARE],
            "warm request ms": warm.get(name),
            "over bare ms": warm[name] - warm[BARE] if name in warm else None,
            "runs": len(taken),
        }
        yield Line(job="cold start and warm request", tool=name, figures=figures)
    goal = 2.5 * cpu[BARE] + cpu[FASTAPI] - cpu[BARE]
    yield Goal(sentence="demo app's start-up, to 2.5 x bare + import fastapi", reached=cpu[APP], limit=goal, unit="ms")
    yield Goal(sentence="demo app's warm request, over bare", reached=warm[APP] - warm[BARE], limit=3, unit="ms")
