"""What the tests of several modules are given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from groat.local import control
from local_cloud.compose import cloud
from local_cloud.services import Services
from tests.checkout import copy_to
from tests.groat.production import Site
from tests.groat.repository import commit, git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A website in a git repository, everything committed."""
    root = copy_to(tmp_path)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


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
