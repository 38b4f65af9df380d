"""A website in a git repository of its own, to be edited, committed and compared."""

import subprocess
from pathlib import Path

from groat.config import settings
from groat.project import Project
from groat.target import Target


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "a change")


def edit(root: Path, old: str, new: str, path: str = "website.py") -> None:
    file = root / path
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def target(root: Path, environment: str = "prod") -> Target:
    return Target(Project(root), settings(root, environment))
