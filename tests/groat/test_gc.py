"""Image clean-up leaves a stack alone that is on its way to somewhere: what it needs is not known yet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat.local import control
from local_cloud.compose import cloud
from tests.checkout import copy_to


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    with cloud(state=tmp_path / "state") as server:
        yield server.endpoint


@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "ROLLBACK_COMPLETE"]
)
def test_no_image_goes_while_the_stack_is_not_at_rest(endpoint: str, status: str, tmp_path: Path) -> None:
    control(endpoint, "stage", {"name": "tracks", "status": status})
    (tmp_path / "site").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "groat", "gc", "--env", "prod", "--older-than", "0", "--yes"],
        cwd=copy_to(tmp_path / "site"), env={**os.environ, "AWS_ENDPOINT_URL": endpoint},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"No image is removed while its stack is {status}: tracks" in done.stderr
    assert "groat recover --env prod" in done.stderr
