"""The stand-in for the interface emulator gives the same answers in the same shapes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.edge import FunctionError
from local_cloud.runtime_worker import Function, Worker, plain

CODE = """
import time

def handler(event, context):
    if "raise" in event: raise ValueError(event["raise"])
    if "sleep" in event: time.sleep(event["sleep"])
    return {"event": event, "left": context.get_remaining_time_in_millis(), "name": context.function_name}
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Starts the stand-in with this code and handler."""
    workers: list[Worker] = []

    def started(code: str, handler: str = "app.handler") -> Worker:
        tmp_path.joinpath("app.py").write_text(code)
        function = Function(
            name="website",
            directory=tmp_path,
            handler=handler,
            timeout=1,
            memory=512,
            region="us-east-1",
            environment=(),
            endpoint="http://127.0.0.1:4566",
        )
        workers.append(Worker(function, tmp_path / "log", command=plain))
        return workers[-1]

    yield started
    for worker in workers:
        worker.stop()


def test_a_handler_answers_an_event(start: Any) -> None:
    answer = start(CODE).invoke({"a": "ü"}, seconds=5)
    assert (answer["event"], answer["name"], answer["left"] > 0) == ({"a": "ü"}, "website", True)


def test_an_exception_is_a_failure_and_the_next_event_is_served(start: Any) -> None:
    worker = start(CODE)
    with pytest.raises(FunctionError, match="ValueError: boom"):
        worker.invoke({"raise": "boom"}, seconds=5)
    assert worker.invoke({}, seconds=5)["event"] == {}


def test_a_timeout_ends_the_process(start: Any) -> None:
    worker = start(CODE)
    with pytest.raises(FunctionError, match=r"Task timed out after 1\.00 seconds"):
        worker.invoke({"sleep": 5}, seconds=5)
    worker.stop()
    assert not worker.alive


def test_a_handler_that_is_not_there_is_a_failure(start: Any) -> None:
    with pytest.raises(FunctionError, match="AttributeError"):
        start(CODE, "app.other").invoke({}, seconds=5)
