"""A copy of the repository for one machine's architecture and base image, and the command line in it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.checkout import copy_to

ACCOUNT = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "dummy"}


@dataclass(frozen=True)
class Events:
    all: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.all if event["type"] == kind]

    def stage(self, name: str) -> str:
        return str(next(event["text"] for event in self.of("stage") if event["name"] == name))

    @property
    def url(self) -> str:
        return str(self.of("ready")[0]["url"])

    @property
    def changed(self) -> set[str]:
        return {event["logical_id"] for event in self.of("stack_event")}


@dataclass(frozen=True)
class Checkout:
    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def groat(self, *words: str) -> Events:
        done = self.run(*words)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        return Events([json.loads(line) for line in done.stdout.splitlines()])

    def refused(self, *words: str) -> str:
        """What it says when it fails."""
        done = self.run(*words)
        assert done.returncode == 1, done.stdout[-3000:] + done.stderr
        return done.stderr

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "groat", "--json", *words], cwd=self.root, env={**os.environ, **self.environment},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


def checkout(root: Path, *, architecture: str, base: str, environment: dict[str, str]) -> Checkout:
    """The repository with this machine's architecture in its Site and a local base image in its pyproject."""
    made = Checkout(copy_to(root), environment)
    made.edit("website.py", "import Key,", "import Architecture, Key,")
    made.edit("website.py", 'name="tracks",', f'name="tracks",\n    architecture=Architecture("{architecture}"),')
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[tool.groat.image]\ntarget = "any"\narguments = {{BASE = "{base}"}}\n')
    return made


def asked(url: str, data: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data, {"Content-Type": "application/gpx+xml"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
