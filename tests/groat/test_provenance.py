"""The functions are tagged with where their image comes from, and the tags stay as long as the image."""

import json
from importlib.metadata import version
from pathlib import Path

import boto3
import pytest

from changesets import Stack
from changesets.origins import commit as commit_of
from changesets.statuses import StackStatus
from groat.project import Project
from groat.provenance import provenance
from tests.checkout import Checkout, Events
from tests.groat.repository import commit, git


def stack(**parameters: str) -> Stack:
    return Stack(id="arn:demo", name="demo", status=StackStatus.UPDATE_COMPLETE, parameters=parameters)


def tags(site: Checkout, deployed: Events) -> dict[str, str]:
    """Those of ours on the function."""
    cloud = json.loads((site.root / ".groat/local_cloud/pid.json").read_text("utf-8"))
    functions = boto3.client("lambda", endpoint_url=cloud["endpoint"])
    name = deployed.of("ready")[0]["outputs"]["FunctionName"]
    found = functions.get_function(FunctionName=name)["Tags"]
    return {key: value for key, value in found.items() if key.startswith("groat:")}


def expected(root: Path, deployed: Events) -> dict[str, str]:
    digest = deployed.stage("image").partition("@")[2]
    return {"groat:commit": commit_of(root), "groat:image": digest, "groat:version": version("groat")}


@pytest.mark.slow
def test_a_function_names_its_commit_its_image_and_the_tool_until_it_gets_another_image(root: Path) -> None:
    site = Checkout(root)
    git(root, "tag", "first")
    site.groat("local", "up", "--speed", "1000")
    try:
        first = site.groat("deploy")
        told = tags(site, first)
        assert told == expected(root, first)

        site.edit("app/README.md", "#", "# About:")
        commit(root)
        page = site.groat("deploy")
        assert len(page.of("no_changes")) == 2
        assert tags(site, page) == told

        site.edit("app/routes/health.py", '"ok"', '"edited"')
        dirty = site.groat("deploy")
        assert dirty.changed == {"tracks", "Function"}
        assert tags(site, dirty)["groat:commit"].endswith("-dirty")

        assert tags(site, site.groat("rollback")) == told
    finally:
        site.groat("local", "down")


def test_outside_of_a_repository_no_commit_is_made_up(tmp_path: Path) -> None:
    assert set(provenance(Project(tmp_path), "image", None)) == {"GroatVersion"}


def test_another_image_comes_from_the_present_commit(root: Path) -> None:
    known = stack(ImageUri="one", Commit="1a2b3c", GroatVersion="0.0.1")
    assert provenance(Project(root), "one", known) == {"Commit": "1a2b3c", "GroatVersion": "0.0.1"}
    assert provenance(Project(root), "two", known) == {"Commit": commit_of(root), "GroatVersion": version("groat")}


def test_a_stack_without_these_parameters_gets_them(root: Path) -> None:
    assert provenance(Project(root), "one", stack(ImageUri="one"))["Commit"] == commit_of(root)
