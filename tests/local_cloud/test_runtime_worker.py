"""The process that runs a function: what it is given, and what is said when it does not start."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local_cloud.edge import FunctionError
from local_cloud.runtime_worker import Function, Worker

FUNCTION = Function(
    name="website", directory=Path(), handler="app.handler", timeout=1, memory=512, region="us-east-1",
    environment=(("TABLE", "songs"),), endpoint="http://127.0.0.1:4566",
)  # fmt: skip
TOLD = "import os; print(os.environ.get('DOCKER_HOST'), os.environ.get('TABLE'))"


def started(function: Function, log: Path) -> str:
    """What a process printed that ends at once, from the message that says so."""
    with pytest.raises(FunctionError, match="The runtime of website did not start: ") as failure:
        Worker(function, log, command=lambda *_: [sys.executable, "-c", TOLD])
    return str(failure.value).rpartition("did not start: ")[2]


def test_a_function_has_its_own_environment_and_nothing_of_this_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/user/1000/docker.sock")
    assert started(replace(FUNCTION, directory=tmp_path), tmp_path / "log") == "None songs"


def test_docker_finds_its_engine_as_it_does_in_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/user/1000/docker.sock")
    function = replace(FUNCTION, directory=tmp_path, container="website:1")
    assert started(function, tmp_path / "log") == "unix:///run/user/1000/docker.sock None"
