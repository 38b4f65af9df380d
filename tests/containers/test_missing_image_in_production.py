"""`make deploy ENV=prod` and `groat rollback` where the registry has lost an image that is needed: pushed again.

The engine that pushes and the registry that takes it are real; what is in CloudFormation and what fails is the local
cloud's. Each act begins where the one before ended, with the site as it was at first.
"""

import json
from typing import Any

import boto3
import httpx
import pytest
from docker import from_env

from groat import ecr
from groat.local import control
from tests.checkout import Checkout, Events
from tests.containers.checkout import ACCOUNT, asked, checkout
from tests.containers.machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]
DEPLOY, ROLLBACK = ("deploy", "--env", "prod", "--yes"), ("rollback", "--env", "prod", "--yes")


class Production:
    """The site in production, whose registry loses images and whose function's next update may fail."""

    def __init__(self, checkout: Checkout, cloud: str, registry: str) -> None:
        self.checkout, self.cloud, self.registry = checkout, cloud, registry
        self.ecr: Any = boto3.client("ecr", region_name="us-east-1", endpoint_url=cloud)

    def lose(self, image: str) -> None:
        """From ECR, and so from the registry behind it: the whole manifest must come again."""
        name, _, digest = image.partition("/")[2].partition("@")
        self.ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": digest}])
        assert not self.has(image)

    def has(self, image: str) -> bool:
        name, _, digest = image.partition("/")[2].partition("@")
        accept = {"Accept": ecr.DOCKERS_OWN}
        return httpx.get(f"http://{self.registry}/v2/{name}/manifests/{digest}", headers=accept).is_success

    def forget(self, image: str) -> None:
        """As on another machine: Docker here does not have it either."""
        engine, name = from_env(), ecr.repository_name(image)
        for tag in engine.images.get(f"{self.registry}/{name}@{image.partition('@')[2]}").tags:
            engine.images.remove(tag, force=True)

    def fails(self, *words: str, told: str) -> Events:
        """The command while the function's next update fails."""
        fault = {"fault": "fail-resource", "resource": "Function", "on": "update", "reason": "No room"}
        control(self.cloud, "faults", fault)
        done = self.checkout.run(*words)
        assert done.returncode == 1, done.stdout[-3000:] + done.stderr
        events = Events([json.loads(line) for line in done.stdout.splitlines()])
        (outcome,) = events.of(told)
        assert (outcome.get("failure") or outcome["diagnosis"])["cause"] == "No room"
        return events

    def health(self, url: str) -> str:
        return str(json.loads(asked(f"{url}/api/health")[1])["status"])


@pytest.fixture
def production(cloud: str, registry: str, base: str, tmp_path: Any) -> Production:
    environment = {**ACCOUNT, "AWS_ENDPOINT_URL": cloud}
    return Production(
        checkout(tmp_path, architecture=ARCHITECTURE, base=base, environment=environment), cloud, registry
    )


def pushed_again(events: Events) -> list[str]:
    steps = (each["step"] for each in events.of("step_started"))
    return [each["arguments"]["imageUri"] for each in steps if each["operation"] == "PutImage"]


def test_an_image_that_is_gone_is_pushed_again_by_a_failed_deployment_by_a_failed_rollback_and_by_a_rollback(
    production: Production,
) -> None:
    site = production.checkout
    first = site.groat(*DEPLOY)
    image, url = first.stage("image"), first.url
    site.edit("app/routes/health.py", '"ok"', '"second"')

    production.lose(image)  # the failed deployment's own rollback goes back to it
    failed = production.fails(*DEPLOY, told="rolled_back")
    assert pushed_again(failed) == [image]
    assert (production.has(image), production.health(url)) == (True, "ok")

    second = site.groat(*DEPLOY).stage("image")
    site.edit("app/routes/health.py", '"second"', '"third"')
    third = site.groat(*DEPLOY).stage("image")
    production.lose(third)  # what is live: the rollback to the version before fails, and has to go back to it
    failed = production.fails(*ROLLBACK, told="rolled_back")
    assert pushed_again(failed) == [third]
    assert (production.has(third), production.health(url)) == (True, "third")

    production.lose(second)  # the version that the rollback goes to
    assert site.groat(*ROLLBACK).stage("image") == second
    assert (production.has(second), production.health(url)) == (True, "second")


def test_where_nobody_has_a_copy_the_function_is_skipped_with_consent_and_the_next_deployment_gives_it_its_image(
    production: Production,
) -> None:
    site = production.checkout
    site.edit("app/routes/health.py", '"ok"', '"fourth"')
    first = site.groat(*DEPLOY)
    image, url = first.stage("image"), first.url
    site.edit("app/routes/health.py", '"fourth"', '"fifth"')
    production.lose(image)
    production.forget(image)
    failed = production.fails(*DEPLOY, told="rolled_back")
    assert pushed_again(failed) == []
    (skipping,) = (each["plan"] for each in failed.of("proposed") if each["plan"]["rung"] == "skip Function")
    assert image in skipping["hazards"][0]["message"]
    assert site.groat(*DEPLOY).stage("image") != image
    assert production.health(url) == "fifth"
