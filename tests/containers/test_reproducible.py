"""The same commit is the same image, digest and all, wherever and whenever it is built."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from groat import docker
from groat.project import Project
from groat.recipe import Recipe, recipe
from groat.templates import generate
from tests.containers.checkout import checkout
from tests.containers.machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture
def origin(base: str, tmp_path: Path) -> Path:
    """A repository with the app in it."""
    (tmp_path / "origin").mkdir()
    root = checkout(tmp_path / "origin", architecture=ARCHITECTURE, base=base, environment={}).root
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "the app"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    yield
    os.umask(before)


def clone(origin: Path, folder: Path) -> Recipe:
    subprocess.run(["git", "clone", "-q", str(origin), str(folder)], check=True)
    return recipe(Project(folder), generate(Project(folder))["website.yaml"])


def pushed(client: Any, wanted: Recipe, remote: str, *, anew: bool) -> str:
    """The digest in the registry; `anew` builds it from the first step on, whatever Docker still knows."""
    client.images.build(**docker.build_options(wanted, f"{remote}:{wanted.tag}"), nocache=anew)
    docker.make_reproducible(client, wanted, f"{remote}:{wanted.tag}")
    docker.inspect(client, wanted, f"{remote}:{wanted.tag}")
    return docker.push(client, remote, wanted.tag, {})


def test_two_clones_build_the_same_digest_at_different_times(origin: Path, registry: str, tmp_path: Path) -> None:
    client = docker.engine()
    with umask(0o077):
        one = clone(origin, tmp_path / "one")
    first = pushed(client, one, f"{registry}/one", anew=False)
    time.sleep(1)  # another second on every file and in every configuration
    two = clone(origin, tmp_path / "elsewhere" / "two")
    assert pushed(client, two, f"{registry}/two", anew=True) == first
    assert two.tag == one.tag
