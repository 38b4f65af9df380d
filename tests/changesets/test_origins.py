"""Where a deployment comes from is read from the change set, and no resource is touched for it."""

import io
import subprocess
from pathlib import Path

from rich.console import Console

from changesets import Allowed, Deployed, HumanView, NoChanges, Reviewed, origin, status
from tests.changesets.cloud import Cloud, template, topic

IMAGE = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/site/app@sha256:{'9f86d081884c' + 52 * 'a'}"


def repository(folder: Path) -> Path:
    """A git repository of one commit, which has one file."""
    (folder / "file").write_text("one")
    for words in ("init -q", "add file", "-c user.name=me -c user.email=me@example.com commit -qm first"):
        subprocess.run(["git", *words.split()], cwd=folder, check=True)
    return folder


def test_an_origin_names_commit_image_and_tool(tmp_path: Path) -> None:
    commit, image, tool = origin(repository(tmp_path), {"Image": IMAGE, "Size": "2"}).split(", ")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert head.startswith(commit.removeprefix("commit "))
    assert image == "app@sha256:9f86d081884c"
    assert tool.startswith("groat ")


def test_an_edited_working_tree_is_said_to_be_dirty(tmp_path: Path) -> None:
    (repository(tmp_path) / "file").write_text("two")
    assert origin(tmp_path, {}).split(", ")[0].endswith("-dirty")


def test_outside_of_a_repository_the_rest_is_told(tmp_path: Path) -> None:
    assert origin(tmp_path, {"Image": IMAGE}).startswith("app@sha256:9f86d081884c, groat ")


def test_the_origin_is_the_description_of_the_change_set_that_was_executed() -> None:
    cloud = Cloud()
    outcome = cloud.apply(origin="commit 1a2b3c, groat 0.1.0")
    assert isinstance(outcome, Deployed)
    told = cloud.client.describe_change_set(ChangeSetName=str(outcome.stack.change_set_id))
    assert told["Description"] == "commit 1a2b3c, groat 0.1.0"
    assert cloud.client.describe_stacks(StackName="demo")["Stacks"][0]["Tags"] == []


def test_another_commit_alone_changes_nothing() -> None:
    cloud = Cloud()
    cloud.apply(origin="commit 1a2b3c")
    assert isinstance(cloud.apply(origin="commit 4d5e6f", consent=Allowed()), NoChanges)


def test_status_and_review_say_the_origin() -> None:
    cloud = Cloud()
    cloud.apply(origin="commit 1a2b3c")
    stream = io.StringIO()
    view = HumanView(Console(file=stream, width=140))
    view.report(status(cloud.gateway, "demo"))
    assert "deployed from: commit 1a2b3c" in stream.getvalue()
    reviewed = cloud.review(template(Topic=topic("two")), origin="commit 4d5e6f")
    assert isinstance(reviewed, Reviewed)
    view.show(reviewed)
    assert "from: commit 4d5e6f" in stream.getvalue()
