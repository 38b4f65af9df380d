"""Ctrl-C at a real terminal, of the real processes: detach, or cancel and roll back; never a half-done question."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from groat.local import control
from local_cloud.compose import cloud
from tests.changesets.cloud import BUCKET, SERVICES, template, topic
from tests.checkout import Checkout, copy_to
from tests.waiting import until

pytestmark = pytest.mark.slow
CTRL_C = b"\x03"
QUESTION = "Cancel the update and roll back?"
STOP = "Stop the create and delete what it made?"
# A session of its own with the terminal as its own: the kernel turns the byte 3 into a SIGINT only there.
AT_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1],"
    " sys.argv[1:])"
)


@dataclass
class Person:
    """Somebody at a terminal in front of a running command."""

    terminal: int
    process: "subprocess.Popen[bytes]"
    seen: str = ""

    def waits_until(self, holds: Callable[[], bool], *, seconds: float = 60) -> None:
        """Goes on reading, or the command would stop at a full terminal."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain; the terminal showed:\n{self.seen}"
            self.look()

    def is_asked(self, question: str = QUESTION) -> None:
        """The question is there, and the person has read it."""
        self.waits_until(lambda: question in self.seen)
        time.sleep(0.5)

    def look(self) -> bool:
        """False when there is nothing more to come."""
        if not select.select([self.terminal], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            read = os.read(self.terminal, 65536)
        except OSError:  # the other end is closed: Linux's way of an end of file
            return False
        self.seen += read.decode(errors="replace")
        return bool(read)

    def types(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    def leaves(self) -> int:
        """The exit code, once the command has ended by itself."""
        self.waits_until(lambda: not self.look())
        return self.process.wait(timeout=10)


@contextmanager
def at_a_terminal(*words: str, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Person]:
    master, slave = pty.openpty()
    command = [sys.executable, "-c", AT_TERMINAL, sys.executable, "-m", *words]
    screen = {"TERM": "xterm", "COLUMNS": "200", "LINES": "40", "NO_COLOR": "1"}
    variables = {**os.environ, **screen, **(environment or {})}
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=variables)
    os.close(slave)
    try:
        yield Person(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


@dataclass(frozen=True)
class World:
    """A command that updates a stack, in a cloud where that update hangs for a while."""

    words: tuple[str, ...]
    folder: Path
    client: Any
    stack: str

    @property
    def status(self) -> str:
        """By name: "" where there is no such stack."""
        return next((each["StackStatus"] for each in self._stacks if each["StackName"] == self.stack), "")

    @property
    def _stacks(self) -> list[Any]:
        return list(self.client.describe_stacks()["Stacks"])

    def comes_to(self, status: str) -> bool:
        return until(lambda: self.status == status, failure=lambda: self.status)


def hang(endpoint: str, resource: str, seconds: float, on: str = "update") -> None:
    fault = {"fault": "hang-resource", "resource": resource, "on": on, "seconds": seconds}
    control(endpoint, "faults", fault)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[World]:
    """`python -m changesets apply` on a deployed stack."""
    file = tmp_path / "template.json"
    words = ("changesets", "apply", "--stack-name", "demo", "--template-file", str(file), "--endpoint-url")
    with cloud(state=tmp_path / "state", speed=100) as server:
        file.write_text(template(Topic=topic("one")))
        subprocess.run([sys.executable, "-m", *words, server.endpoint], check=True, cwd=tmp_path, capture_output=True)
        file.write_text(template(Topic=topic("two")))
        hang(server.endpoint, "Topic", 5)
        client = at(server.endpoint, "cloudformation")
        yield World((*words, server.endpoint), tmp_path, client, "demo")


@pytest.fixture
def website(tmp_path: Path) -> Iterator[World]:
    """`groat deploy` of an edited site."""
    site = Checkout(copy_to(tmp_path))
    site.groat("local", "up", "--speed", "1000")
    endpoint = site.groat("deploy").stage("local cloud").split()[0]
    site.edit("app/main.py", "\n", "\n# edited\n")
    hang(endpoint, "Function", 5)
    client = at(endpoint, "cloudformation")
    (stack,) = (each["StackName"] for each in client.describe_stacks()["Stacks"] if "Api" in str(each.get("Outputs")))
    yield World(("groat", "deploy"), tmp_path, client, stack)
    site.groat("local", "down")


@pytest.fixture(params=["manager", "website"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


def test_ctrl_c_and_no_leaves_the_update_running(world: World) -> None:
    with at_a_terminal(*world.words, folder=world.folder) as person:
        person.waits_until(lambda: world.status == "UPDATE_IN_PROGRESS")
        person.types(CTRL_C)
        person.is_asked()
        person.types(b"n\n")
        assert person.leaves() == 1
    assert f"Left running: {world.stack}" in person.seen
    assert "Traceback" not in person.seen
    assert world.comes_to("UPDATE_COMPLETE")


def test_ctrl_c_and_yes_cancels_the_update_and_stays_until_it_is_rolled_back(world: World) -> None:
    with at_a_terminal(*world.words, folder=world.folder) as person:
        person.waits_until(lambda: world.status == "UPDATE_IN_PROGRESS")
        person.types(CTRL_C)
        person.is_asked()
        person.types(b"y\n")
        assert person.leaves() == 1
    assert "cancelled on request" in person.seen
    assert "Traceback" not in person.seen
    assert world.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_second_ctrl_c_at_the_question_is_a_no(world: World) -> None:
    with at_a_terminal(*world.words, folder=world.folder) as person:
        person.waits_until(lambda: world.status == "UPDATE_IN_PROGRESS")
        person.types(CTRL_C)
        person.is_asked()
        person.types(CTRL_C)
        assert person.leaves() == 1
    assert f"Left running: {world.stack}" in person.seen
    assert "Traceback" not in person.seen
    assert world.comes_to("UPDATE_COMPLETE")


def test_ctrl_c_when_asked_for_consent_is_a_no_and_leaves_no_change_set(website: World) -> None:
    config = website.folder / "samconfig.toml"
    named = 'stack_name = "tracks"\n'
    config.write_text(config.read_text().replace(named, f"{named}confirm_changeset = true\n", 1))
    with at_a_terminal(*website.words, folder=website.folder) as person:
        person.is_asked(f"Apply this to {website.stack}?")
        person.types(CTRL_C)
        assert person.leaves() == 1
    assert f"it was not confirmed: {website.stack}" in person.seen
    assert "Traceback" not in person.seen
    assert website.status == "CREATE_COMPLETE"
    assert website.client.list_change_sets(StackName=website.stack)["Summaries"] == []


# ---- a first create ----


@pytest.fixture
def first_manager(tmp_path: Path) -> Iterator[World]:
    """`python -m changesets apply` of a stack that is not there yet, one of whose topics takes its time."""
    file = tmp_path / "template.json"
    words = ("changesets", "apply", "--stack-name", "demo", "--template-file", str(file), "--endpoint-url")
    file.write_text(template(Bucket=BUCKET, Topic={**topic("one"), "DependsOn": "Bucket"}))
    SERVICES.reset()  # what another test left in this process
    with cloud(state=tmp_path / "state", speed=100) as server:
        hang(server.endpoint, "Topic", 5, on="create")
        yield World((*words, server.endpoint), tmp_path, at(server.endpoint, "cloudformation"), "demo")


@pytest.fixture
def first_website(tmp_path: Path) -> Iterator[World]:
    """`groat deploy` of a site that was never deployed."""
    site = Checkout(copy_to(tmp_path))
    site.groat("local", "up", "--speed", "1000")
    endpoint = json.loads((tmp_path / ".groat/local_cloud/pid.json").read_text("utf-8"))["endpoint"]
    hang(endpoint, "Function", 8, on="create")
    yield World(("groat", "deploy"), tmp_path, at(endpoint, "cloudformation"), "tracks")
    site.groat("local", "down")


def at(endpoint: str, service: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]


@pytest.fixture(params=["first_manager", "first_website"])
def first(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


def test_ctrl_c_and_no_leaves_a_first_create_running(first: World) -> None:
    with at_a_terminal(*first.words, folder=first.folder) as person:
        person.waits_until(lambda: first.status == "CREATE_IN_PROGRESS")
        person.types(CTRL_C)
        person.is_asked(STOP)
        person.types(b"n\n")
        assert person.leaves() == 1
    assert f"Left running: {first.stack}" in person.seen
    assert QUESTION not in person.seen
    assert first.comes_to("CREATE_COMPLETE")


def test_ctrl_c_and_yes_stops_a_first_create_and_nothing_is_left(first: World) -> None:
    with at_a_terminal(*first.words, "--yes", folder=first.folder) as person:
        person.waits_until(lambda: first.status == "CREATE_IN_PROGRESS")
        person.types(CTRL_C)
        person.is_asked(STOP)
        person.types(b"y\n")
        assert person.leaves() == 1
    assert f"Deleted: {first.stack}" in person.seen
    assert "Traceback" not in person.seen
    assert first.status == ""


def test_what_somebody_put_into_a_stack_that_is_being_created_goes_only_if_its_name_is_typed(
    first_manager: World,
) -> None:
    world = first_manager
    s3 = at(world.words[-1], "s3")
    with at_a_terminal(*world.words, folder=world.folder) as person:
        person.waits_until(lambda: bool(s3.list_buckets()["Buckets"]) and world.status == "CREATE_IN_PROGRESS")
        (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"])
        s3.put_object(Bucket=bucket, Key="page", Body=b"precious")
        person.types(CTRL_C)
        person.is_asked(STOP)
        person.types(b"y\n")
        person.waits_until(lambda: person.process.poll() is not None or "To go on, type Bucket" in person.seen)
        person.types(b"no\n")
        assert person.leaves() == 1
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    assert "Traceback" not in person.seen
