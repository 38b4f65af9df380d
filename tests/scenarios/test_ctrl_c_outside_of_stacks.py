"""Ctrl-C where no stack is at work: exit code 130, one sentence, nothing half done, nobody left; then it goes on.

Each point is held still while the key is pressed: a file that waits for its reader, or the local cloud asleep.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_cloud.compose import cloud
from tests.checkout import Checkout, copy_to
from tests.scenarios.test_ctrl_c import CTRL_C, Person, at_a_terminal
from tests.scenarios.test_make_deploy import asked

pytestmark = pytest.mark.slow
SENTENCE = "the same command picks up where this one stopped"
PATIENCE = 20  # seconds: a person presses once more after that


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(copy_to(tmp_path))
    yield made
    made.groat("local", "down")


def running(site: Checkout) -> int:
    """The local cloud's process, 0 where there is none."""
    found = site.root / ".groat/local_cloud/pid.json"
    return int(json.loads(found.read_text("utf-8"))["pid"]) if found.exists() and found.read_text("utf-8") else 0


@contextmanager
def asleep(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def is_cut(person: Person, site: Checkout) -> None:
    """The key is pressed once, and that is enough."""
    person.types(CTRL_C)
    began = time.monotonic()
    assert person.leaves() == 130, person.seen
    assert time.monotonic() - began < PATIENCE
    assert SENTENCE in person.seen
    assert "Traceback" not in person.seen
    assert not in_its_session(person.process.pid)
    assert not list(site.root.glob(".groat/**/*.partial"))


def in_its_session(leader: int) -> list[str]:
    """The processes that the terminal's session still has."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, fields = stat.read_text().rpartition(")")
        except OSError:  # gone meanwhile
            continue
        state, _, _, session = fields.split()[:4]
        if int(session) == leader and state != "Z":
            found.append(name)
    return found


def deployed(site: Checkout) -> None:
    """The same command goes on to the end."""
    done = site.groat("deploy")
    assert json.loads(asked(done.url + "/api/health")[1]) == {"status": "ok"}
    assert b"<html" in asked(done.url + "/")[1]


def test_while_the_templates_are_generated(site: Checkout) -> None:
    pipe, source = site.root / "pipe", (site.root / "website.py").read_text("utf-8")
    os.mkfifo(pipe)
    site.edit("website.py", source, f"open({str(pipe)!r}).read()\n{source}")
    before = {path.name: path.read_bytes() for path in site.root.glob("templates/*")}
    with at_a_terminal("groat", "deploy", folder=site.root) as person, pipe.open("w"):  # once website.py waits for it
        is_cut(person, site)
    assert {path.name: path.read_bytes() for path in site.root.glob("templates/*")} == before
    site.edit("website.py", f"open({str(pipe)!r}).read()\n{source}", source)
    deployed(site)


def test_while_the_local_cloud_starts(site: Checkout) -> None:
    with at_a_terminal("groat", "deploy", folder=site.root) as person:
        person.waits_until(lambda: bool(running(site)))
        with asleep(running(site)):
            is_cut(person, site)
    deployed(site)


@pytest.mark.parametrize("phase", ["publishing the app's image", "uploading the frontend", "requesting http"])
def test_while_the_local_cloud_does_not_answer(site: Checkout, phase: str) -> None:
    for number in range(300):
        (site.root / f"app/frontend/page{number}.html").write_text("<html>")
    site.groat("local", "up", "--speed", "1000")
    with at_a_terminal("groat", "deploy", folder=site.root) as person:
        person.waits_until(lambda: phase in person.seen)
        with asleep(running(site)):
            is_cut(person, site)
    deployed(site)


def test_while_docker_does_not_answer(tmp_path: Path) -> None:
    """The build of the image, on the way to AWS."""
    site = Checkout(copy_to(tmp_path / "site"))
    address = str(tmp_path / "docker.sock")
    with cloud(state=tmp_path / "state", speed=1000) as server, socket.socket(socket.AF_UNIX) as docker:
        docker.bind(address)
        docker.listen()
        aws = {"AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "x"}
        environment = {**aws, "DOCKER_HOST": f"unix://{address}"}
        with at_a_terminal(
            "groat", "deploy", "--env", "prod", "--yes", folder=site.root, environment=environment
        ) as person:
            waiting, _ = accepted(docker, person)
            with waiting:
                is_cut(person, site)


def accepted(docker: socket.socket, person: Person) -> tuple[socket.socket, object]:
    """The connection of somebody who asks Docker something."""
    docker.setblocking(False)
    found: list[tuple[socket.socket, object]] = []

    def asks() -> bool:
        try:
            found.append(docker.accept())
        except BlockingIOError:
            return False
        return True

    person.waits_until(asks)
    return found[0]
