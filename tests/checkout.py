"""A copy of what a website of this repository is made of, for tests that deploy and edit it."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("app", "templates", "website.py", "samconfig.toml", "pyproject.toml")


def copy_to(root: Path) -> Path:
    """The copy in `root`, which exists; it is given back."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, root / name)
    return root
