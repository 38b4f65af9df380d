"""The local cloud in the background: started once, found again, stopped for good, whatever lies in its folder."""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError

import pytest
from click.testing import CliRunner

from local_cloud import daemon
from local_cloud.__main__ import main
from local_cloud.daemon import PortTaken, RunsOtherwise
from tests.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "local_cloud"
    yield folder
    daemon.down(folder)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_it_is_started_found_and_stopped(folder: Path, free: int) -> None:
    started = daemon.up(folder, port=free, speed=50)

    with urllib.request.urlopen(f"{started.endpoint}/_local_cloud/health") as response:
        assert json.load(response)["pid"] == started.pid
    assert daemon.running(folder) == started
    assert daemon.up(folder, speed=50) == started
    assert daemon.up(folder) == started
    with pytest.raises(RunsOtherwise, match="already running, 50 times as fast as AWS"):
        daemon.up(folder, speed=3)
    with pytest.raises(RunsOtherwise, match=f"already running, on port {free}"):
        daemon.up(folder, port=free + 1)

    assert daemon.down(folder)
    assert f"127.0.0.1:{free}" in daemon.logs(folder).read_text()
    assert daemon.running(folder) is None
    assert not daemon.down(folder)


def test_it_ends_by_itself_when_its_folder_is_removed(folder: Path) -> None:
    started = daemon.up(folder, speed=50)
    shutil.rmtree(folder)
    os.waitpid(started.pid, 0)
    with pytest.raises(URLError):
        urllib.request.urlopen(started.endpoint)


def test_two_who_start_it_at_once_get_the_same_one(folder: Path) -> None:
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: daemon.up(folder, speed=50), range(2))
    assert first == second


def test_a_given_port_that_is_taken_is_named(folder: Path, taken: int) -> None:
    with pytest.raises(PortTaken, match=f"Port in use by another program: {taken}"):
        daemon.up(folder, port=taken, speed=50)

    assert daemon.running(folder) is None


def test_a_stale_pid_file_is_no_local_cloud(folder: Path, taken: int) -> None:
    """The pid is alive but somebody else's; so is the port."""
    folder.mkdir()
    stale = {"pid": 1, "port": taken, "speed": 1, "endpoint": "http://127.0.0.1:1", "log": "log"}
    folder.joinpath("pid.json").write_text(json.dumps(stale))

    assert daemon.running(folder) is None
    assert not daemon.down(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_broken_pid_file_is_no_local_cloud(folder: Path, text: str) -> None:
    folder.mkdir()
    folder.joinpath("pid.json").write_text(text)

    assert daemon.running(folder) is None


def test_without_a_port_the_next_free_one_is_taken(folder: Path) -> None:
    try:
        blocker = socket.create_server(("127.0.0.1", daemon.PORT))
    except OSError:  # somebody listens there already, which is what is wanted
        blocker = socket.socket()
    with blocker:
        assert daemon.up(folder, speed=50).port > daemon.PORT


def test_a_port_that_was_lost_for_a_moment_is_not_the_end(folder: Path) -> None:
    """Two projects start at once: one takes the port that the other has found free, and gives it back."""
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(daemon.up, folder, speed=50)
        found = until(lambda: port_of(folder), pause=0.005)
        with socket.create_server(("127.0.0.1", found)):
            until(lambda: "Port in use" in daemon.logs(folder).read_text("utf-8") or starting.done(), pause=0.005)
        assert starting.result().port > found


def port_of(folder: Path) -> int:
    try:
        return int(json.loads((folder / "pid.json").read_text("utf-8"))["port"])
    except (FileNotFoundError, ValueError):
        return 0


def test_the_foreground_command_ends_cleanly_on_sigterm(free: int) -> None:
    command = [sys.executable, "-m", "local_cloud", "serve", "--port", str(free), "--speed", "50"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert f"listens on http://127.0.0.1:{free}" in process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")


def test_the_foreground_command_says_which_port_is_taken(taken: int) -> None:
    command = [sys.executable, "-m", "local_cloud", "serve", "--port", str(taken)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert result.stderr == f"Error: Port in use on this machine: {taken}. Name another with --port.\n"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--speed", "-1", "-1.0 is not in the range x>=0"),
        ("--port", "70000", "70000 is not in the range 0<=x<=65535"),
        ("--registry", "localhost", "must be HOST:PORT: localhost"),
        ("--state", __file__, "is a file"),
        ("--as-of", "yesterday", "'yesterday' does not match the format '%Y-%m-%d'"),
    ],
)
def test_an_option_that_cannot_be_is_refused_by_its_value(option: str, value: str, said: str) -> None:
    refused = CliRunner().invoke(main, ["serve", option, value])
    assert refused.exit_code == 2
    assert f"'{option}'" in refused.output
    assert said in refused.output
