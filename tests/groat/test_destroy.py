"""Deleting a site where there is none."""

import subprocess
import sys
from pathlib import Path


def test_without_a_local_cloud_there_is_nothing_to_delete(root: Path) -> None:
    program = Path(sys.executable).with_name("groat")

    done = subprocess.run([program, "destroy"], cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "local cloud      is not running, so there is nothing to delete" in done.stdout
