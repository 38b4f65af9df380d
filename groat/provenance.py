"""Where the app's image comes from: the values of the parameters with which the functions are tagged.

The rule: the tags stay as long as the image does. So a commit that leaves the app as it is changes nothing, and the
tags name the commit at which the running code was first deployed.
"""

from collections.abc import Mapping

import changesets
from changesets.origins import commit, tool
from groat.project import Project

NAMES = frozenset({"Commit", "GroatVersion"})


def provenance(project: Project, image: str, present: changesets.Stack | None) -> Mapping[str, str]:
    """Values for `NAMES`, as far as they are known: those of the present stack if it runs the same image."""
    before = present.parameters if present else {}
    if before.get("ImageUri") == image and before.keys() >= NAMES:
        return {name: before[name] for name in NAMES}
    found = {"Commit": commit(project.root), "GroatVersion": tool()}
    return {name: value for name, value in found.items() if value}
