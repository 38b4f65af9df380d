"""A `.dockerignore` means here what it means to Docker's own client."""

from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

from groat.dockerignore import ignoring

FILES = (
    "a.py",
    "a.md",
    "b/a.md",
    "b/c/a.md",
    "b/c/d.py",
    "b/.x",
    ".x",
    "bb.py",
    "tests/t.py",
    "b/tests/t.py",
    "x[1].py",
)
TEXTS = (
    "", "a.md", "/a.md", "*.md", "**/*.md", "b", "b/", "b/*", "b/**", "**/tests", "b/*/a.md", "?.py", "[ab].py",
    "**/.*", "*\n!a.py", "b\n!b/c\n", "b\n!b/c\nb/c/a.md", "# b\n\n  b  ", "**", "b/c/*\n!b/c/d.py", "*.py\n!bb.py",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_files_stay_out(tmp_path: Path, text: str) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    lines = [line.strip() for line in text.splitlines()]
    theirs = exclude_paths(str(tmp_path), [line for line in lines if line and not line.startswith("#")])
    ignored = ignoring(text.splitlines())
    assert {name for name in FILES if not ignored(name)} == {name for name in FILES if name in theirs}
