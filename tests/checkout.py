"""A copy of what makes a website of this repository, and the command line in it: for tests that edit and deploy."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COPIED = ("app", "templates", "website.py", "samconfig.toml", "local.json", "pyproject.toml")


def copy_to(root: Path) -> Path:
    """The copy in `root`, which exists; it is given back."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, root / name)
    return root


@dataclass(frozen=True)
class Events:
    """What groat told with --json."""

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
    """A project folder; `environment` comes on top of this process's."""

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
