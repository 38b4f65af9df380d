"""A rollback that needs an image which somebody removed from the registry: groat has a copy, and pushes it again."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import boto3
import pytest

from groat.local import control
from tests.checkout import Checkout, Events, copy_to
from tests.scenarios.test_make_deploy import asked

pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(copy_to(tmp_path))
    made.groat("local", "up", "--speed", "1000")
    yield made
    made.groat("local", "down")


def fail_with_the_old_image_gone(checkout: Checkout) -> Events:
    """An edit whose deployment fails at the function, after the image before it was removed."""
    first = checkout.groat("deploy")
    endpoint, image = first.stage("local cloud").split()[0], first.stage("image")
    name, _, digest = image.partition("/")[2].partition("@")
    ecr = boto3.client("ecr", endpoint_url=endpoint)
    ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": digest}])
    control(endpoint, "faults", {"fault": "fail-resource", "resource": "Function", "on": "update", "reason": "No room"})
    checkout.edit("app/routes/health.py", '"ok"', '"edited"')
    return first


@pytest.mark.parametrize("lost", ["", ".groat/images"], ids=["snapshot", "the local cloud's own"])
def test_the_local_clouds_image_is_registered_again_and_the_site_is_as_before(checkout: Checkout, lost: str) -> None:
    first = fail_with_the_old_image_gone(checkout)
    if lost:
        rmtree(checkout.root / lost)
    done = checkout.run("deploy")
    assert done.returncode == 1, done.stderr
    failed = Events([json.loads(line) for line in done.stdout.splitlines()])
    (outcome,) = failed.of("rolled_back")
    assert outcome["diagnosis"]["cause"] == "No room"
    (pushed,) = (each["step"] for each in failed.of("step_started") if each["step"]["operation"] == "PutImage")
    assert pushed["arguments"] == {"imageUri": first.stage("image")}
    assert b'"ok"' in asked(first.url + "/api/health")[1]
    assert b"edited" in asked(checkout.groat("deploy").url + "/api/health")[1]
