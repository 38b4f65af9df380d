"""A deployment that is killed while it publishes the image is finished by the next one."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.containers.checkout import ACCOUNT, asked, checkout
from tests.containers.machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]
LARGE = 60_000_000  # bytes that do not compress: a push that takes a while


@pytest.fixture
def prod(cloud: str, base: str, tmp_path: Path) -> Checkout:
    made = checkout(tmp_path, architecture=ARCHITECTURE, base=base, environment={**ACCOUNT, "AWS_ENDPOINT_URL": cloud})
    made.edit(
        "samconfig.toml",
        '[prod.deploy.parameters]\nstack_name = "tracks"',
        '[prod.deploy.parameters]\nstack_name = "cut"',
    )
    (made.root / "app" / "large.bin").write_bytes(os.urandom(LARGE))
    return made


def killed_while_it_pushes(prod: Checkout, uploads: Path) -> None:
    """kill -9 at the first byte that arrives in the registry."""
    command = [sys.executable, "-m", "groat", "--json", "deploy", "--env", "prod", "--yes"]
    environment = {**os.environ, **prod.environment}
    with subprocess.Popen(command, cwd=prod.root, env=environment, stdout=subprocess.DEVNULL) as process:
        while not any(uploads.glob("*/_uploads/*/data")):
            assert process.poll() is None, "it was over before it was killed"
            time.sleep(0.01)
        process.kill()


def test_a_deployment_killed_in_the_middle_of_a_push_is_finished_by_the_same_command(
    prod: Checkout, registry_folder: Path
) -> None:
    killed_while_it_pushes(prod, registry_folder / "data/docker/registry/v2/repositories")
    done = prod.groat("deploy", "--env", "prod", "--yes")
    assert json.loads(asked(f"{done.url}/api/health")[1]) == {"status": "ok"}
    again = prod.groat("deploy", "--env", "prod", "--yes")
    assert (len(again.of("no_changes")), again.stage("image")) == (2, done.stage("image"))
