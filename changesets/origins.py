"""Where a deployment comes from, in one line for its change set's Description: git commit, image digests, tool version.

Why not stack tags? CloudFormation copies them to every resource that takes tags, so a tag with the commit would make
each deployment an update of all of them, and there would never be "no changes". (A website's functions have such tags
of their own: template_gen/function.py.) The Description belongs to the change set alone. The console shows it, and so
does DescribeChangeSet, even after the execution, by the ARN that DescribeStacks returns as the stack's ChangeSetId.

The rule: the same sources and values make the same line, so that the same request finds its own change set again.
"""

import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LONGEST = 1024  # characters in a change set's Description
_IMAGE = re.compile(r"([^/\s]+@sha256:[0-9a-f]{12})[0-9a-f]*")


def origin(folder: Path, parameters: Mapping[str, str]) -> str:
    """`commit 1a2b3c4d5e6f, app@sha256:9f86d081884c, groat 0.1.0`; no commit without git or outside of a repository."""
    images = (found[1] for value in sorted(parameters.values()) if (found := _IMAGE.search(value)))
    named = {"commit": commit(folder), "groat": tool()}
    before, after = (f"{name} {value}" if value else "" for name, value in named.items())
    return ", ".join(filter(None, [before, *dict.fromkeys(images), after]))[:LONGEST]


def commit(folder: Path) -> str:
    """The commit of the working tree around the folder; `-dirty` if it has uncommitted changes, "" if there is none."""
    words = ("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    try:
        told = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return told.stdout.strip()


def tool() -> str:
    """The tool's version; "" if the package was copied instead of installed."""
    try:
        return version("groat")
    except PackageNotFoundError:
        return ""
