"""What the tests of several modules are given."""

from pathlib import Path

import pytest

from tests.checkout import copy_to
from tests.groat.repository import commit, git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A website in a git repository, everything committed."""
    root = copy_to(tmp_path)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root
