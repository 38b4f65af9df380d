"""Image clean-up spares what is live, what a rollback needs and what a version of the function runs, and nothing else.

A stack that is on its way to somewhere is left alone: what it needs is not known yet.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from groat.ecr import DEPLOYED
from groat.local import control
from local_cloud.compose import cloud
from local_cloud.services import Services
from tests.checkout import copy_to

COLLECT = ("gc", "--env", "prod", "--older-than", "0", "--yes")


@dataclass(frozen=True)
class Site:
    """A copy of the website whose AWS is the local cloud at `endpoint`, and its registry."""

    root: Path
    endpoint: str
    repository: str = ""

    def groat(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "groat", "--json", *words], cwd=self.root,
            env={**os.environ, "AWS_ENDPOINT_URL": self.endpoint}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def image(self, digit: str) -> str:
        """The URI of one of the registry's images, which all are of the same app."""
        return f"{self.repository}@sha256:{digit * 64}"

    def deploy(self, digit: str) -> str:
        """Deploy that image; the function's name."""
        config = self.root / "samconfig.toml"
        text = "".join(line for line in config.read_text("utf-8").splitlines(True) if "ImageUri=" not in line)
        header = "[prod.deploy.parameters]\n"
        config.write_text(
            text.replace(header, f'{header}parameter_overrides = ["ImageUri={self.image(digit)}"]\n'), "utf-8"
        )
        events = self.done("deploy", "--env", "prod", "--yes")
        return str(next(event for event in events if event["type"] == "ready")["outputs"]["FunctionName"])

    def done(self, *words: str) -> list[dict[str, Any]]:
        done = self.groat(*words)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def kept(self) -> str:
        """The first digits of the images that clean-up leaves."""
        self.done(*COLLECT)
        name = self.repository.partition("/")[2]
        found = self.client("ecr").describe_images(repositoryName=name)["imageDetails"]
        return "".join(sorted(image["imageDigest"].removeprefix("sha256:")[0] for image in found))


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    with cloud(state=tmp_path / "state", speed=1000) as server:
        Services().reset()
        yield server.endpoint
        Services().reset()


@pytest.fixture
def site(endpoint: str, tmp_path: Path) -> Site:
    """With a registry that holds the images 0 to 9, all of them the app as it is."""
    (tmp_path / "site").mkdir()
    made = Site(copy_to(tmp_path / "site"), endpoint)
    cloudformation = made.client("cloudformation")
    template = (made.root / "templates/registry.yaml").read_text("utf-8")
    cloudformation.create_stack(StackName="tracks-registry", TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="tracks-registry", WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName="tracks-registry")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    made = Site(made.root, endpoint, outputs["RepositoryUri"])
    for digit in "0123456789":
        body = {"uri": made.image(digit), "directory": str(made.root), "handler": "app.handler.handler"}
        control(endpoint, "images", body)
    return made


@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "ROLLBACK_COMPLETE"]
)
def test_no_image_goes_while_the_stack_is_not_at_rest(endpoint: str, status: str, tmp_path: Path) -> None:
    control(endpoint, "stage", {"name": "tracks", "status": status})
    (tmp_path / "site").mkdir()
    done = Site(copy_to(tmp_path / "site"), endpoint).groat(*COLLECT)
    assert done.returncode == 1
    assert f"No image is removed while its stack is {status}: tracks" in done.stderr
    assert "groat recover --env prod" in done.stderr


@pytest.mark.slow
def test_live_previous_and_published_images_stay_and_all_others_go(site: Site) -> None:
    lambdas, function = site.client("lambda"), site.deploy("1")
    lambdas.update_function_code(FunctionName=function, ImageUri=site.image("2"))
    lambdas.publish_version(FunctionName=function)
    lambdas.update_function_code(FunctionName=function, ImageUri=site.image("3"))
    lambdas.publish_version(FunctionName=function)
    lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="2")
    site.deploy("4")
    assert site.kept() == "1234", "of the deployment before, of a version, of an alias' version, and what is live"

    lambdas.update_function_code(FunctionName=function, ImageUri=site.image("3"))  # by hand, past the stack
    lambdas.delete_alias(FunctionName=function, Name="live")
    for version in "12":
        lambdas.delete_function(FunctionName=function, Qualifier=version)
    assert site.kept() == "134", "what $LATEST runs stays, though the stack knows nothing of it"

    site.done("rollback", "--env", "prod", "--yes")
    assert site.kept() == "1", "no rollback leads forward"


@pytest.mark.slow
def test_a_site_without_records_keeps_all_that_was_deployed(site: Site) -> None:
    site.edit("website.py", "import Key,", "import Frontend, Key,")
    site.edit("website.py", 'name="tracks",', 'name="tracks", frontend=Frontend.NONE,')
    site.deploy("1")
    registry, name = site.client("ecr"), site.repository.partition("/")[2]
    (found,) = registry.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": site.image("2")[-71:]}])[
        "images"
    ]
    registry.put_image(repositoryName=name, imageManifest=found["imageManifest"], imageTag=f"{DEPLOYED}2")
    assert site.kept() == "12"
