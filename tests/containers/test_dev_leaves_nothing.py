"""What `groat dev --sam` runs ends with it, however it ends."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from groat import local
from groat.project import Project
from tests.containers.checkout import checkout
from tests.containers.machine import ARCHITECTURE
from tests.developing import developing

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def root(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("dev"), architecture=ARCHITECTURE, base=base, environment={}).root


def containers() -> set[str]:
    shown = ["docker", "ps", "--quiet", "--filter", "label=local-cloud.pid"]
    return set(subprocess.run(shown, capture_output=True, text=True, check=True).stdout.split())


def until_gone(left: set[str], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while containers() & left:
        assert time.monotonic() < deadline, "the container is still there"
        time.sleep(0.1)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_container_ends_with_groat_dev_and_not_with_the_local_cloud(root: Path, end: int) -> None:
    before = containers()
    with developing(root, "--sam") as dev:
        assert dev.get("/api/health")[0] == 200
        started = containers() - before
        assert started
        dev.process.send_signal(end)
        dev.process.wait(timeout=30)
        until_gone(started)
        assert local.running(Project(root))


def test_what_a_killed_local_cloud_left_behind_is_removed_by_the_next_one(root: Path) -> None:
    before = containers()
    with developing(root, "--sam") as dev:
        assert dev.get("/api/health")[0] == 200
        left = containers() - before
        killed = local.running(Project(root))
        assert left
        assert killed
        os.kill(killed.pid, signal.SIGKILL)
    assert containers() & left, "nobody was there to end it"
    with developing(root, "--sam") as dev:
        assert dev.get("/api/health")[0] == 200
        until_gone(left)
