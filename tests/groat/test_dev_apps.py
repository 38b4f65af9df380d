"""The app's server while it is edited: what must not end it, what must, and what it says without an app."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from groat.dev_apps import around_the_proxy, edits_waiting

STARTER = """
import socket, subprocess, sys, time
listener = socket.create_server(("127.0.0.1", 0))
command = [sys.executable, "-m", "groat.dev_server", str(listener.fileno()), sys.argv[1]]
server = subprocess.Popen(command, pass_fds=[listener.fileno()], start_new_session=True)
print(listener.getsockname()[1], server.pid, flush=True)
listener.close()
time.sleep(60)
"""
APP = """
import asyncio, os

async def app(scope, receive, send):
    if scope["path"] == "/crash":
        os._exit(1)
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first"})
"""


def test_a_server_that_is_still_starting_outlives_an_edit() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(0.2); print('here')"]
    with edits_waiting():
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.send_signal(signal.SIGHUP)
    assert process.communicate()[0] == b"here\n"
    assert signal.SIGHUP not in signal.pthread_sigmask(signal.SIG_BLOCK, ()), "only what was started waits"


def started(folder: Path, reference: str) -> "tuple[subprocess.Popen[str], int, int]":
    """Whoever starts the app's server, in this folder; the server's port and process. `said` is what it prints."""
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", STARTER, reference], cwd=folder, stdout=subprocess.PIPE, stderr=said, text=True
        )
    port, pid = map(int, process.stdout.readline().split() if process.stdout else ())
    return process, port, pid


@pytest.fixture
def edited(tmp_path: Path) -> "Iterator[tuple[int, int]]":
    """The server's port and process, for an app that can be slow, crash and be edited."""
    (tmp_path / "shop.py").write_text(APP, "utf-8")
    starter, port, pid = started(tmp_path, "shop:app")
    assert "first" in asked(port)
    yield port, pid
    starter.kill()
    starter.communicate()


def asked(port: int, path: str = "/", *, seconds: float = 20) -> str:
    """The answer; nothing when nobody listens any more."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=seconds)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    except ConnectionError:
        return ""


@pytest.mark.slow
def test_the_server_ends_with_whoever_started_it_even_killed(tmp_path: Path) -> None:
    starter, port, _ = started(tmp_path, "nowhere:app")
    assert "500 Internal Server Error" in asked(port)
    starter.kill()
    starter.communicate()
    deadline = time.monotonic() + 20
    while asked(port):
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.slow
def test_what_was_asked_before_an_edit_is_answered_by_the_app_before_it(
    edited: tuple[int, int], tmp_path: Path
) -> None:
    port, pid = edited
    with ThreadPoolExecutor() as pool:
        before = pool.submit(asked, port, "/slow")
        time.sleep(0.3)
        (tmp_path / "shop.py").write_text(APP.replace("first", "second"), "utf-8")
        os.kill(pid, signal.SIGHUP)
        time.sleep(0.05)  # the signal is there; that process starts a new one takes longer
        assert "second" in asked(port), "an edit shows at the next request"
        assert "first" in before.result()


@pytest.mark.slow
def test_an_app_that_crashed_is_started_again(edited: tuple[int, int]) -> None:
    port, _ = edited
    asked(port, "/crash")
    assert "first" in asked(port)


@pytest.mark.slow
@pytest.mark.parametrize("code", [None, "other = 1"])
def test_an_app_that_is_somewhere_else_is_told_where_to_say_so(tmp_path: Path, code: str | None) -> None:
    if code:
        (tmp_path / "shop.py").write_text(code, "utf-8")
    said = refused(tmp_path)
    where = 'say where it is in pyproject.toml, [tool.groat] app = "module:name"'
    assert said.strip() == f"There is no ASGI app shop:app: {where}"


@pytest.mark.slow
def test_an_error_of_the_apps_own_is_shown_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("app = 1\nthere.is_no.such", "utf-8")
    said = refused(tmp_path)
    assert said.count('shop.py", line 2') == 1
    assert said.rstrip().endswith("NameError: name 'there' is not defined")


def refused(folder: Path) -> str:
    """All that is printed for shop:app of this folder, which cannot be imported; a request gets the same answer."""
    starter, port, _ = started(folder, "shop:app")
    answer = asked(port)
    starter.kill()
    starter.communicate()
    said = (folder / "said").read_text("utf-8")
    assert said.strip() in answer
    return said


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, "127.0.0.1,localhost"), ({"NO_PROXY": ".corp"}, ".corp,127.0.0.1,localhost"),
     ({"no_proxy": "a", "NO_PROXY": "b"}, "a,127.0.0.1,localhost")],
)  # fmt: skip
def test_a_proxy_is_not_asked_for_this_machine(before: dict[str, str], after: str) -> None:
    assert around_the_proxy(before) == {"no_proxy": after, "NO_PROXY": after}
