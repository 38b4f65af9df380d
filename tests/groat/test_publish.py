"""What keeps an image from going out is said before any stack is touched, and a wrong image reaches no function."""

import json
import shutil
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from groat import recipe
from groat.docker_trouble import INSTALL, START
from groat.project import Project
from tests.checkout import copy_to
from tests.groat.production import Site

pytestmark = pytest.mark.slow
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER = INSTALL if not shutil.which("docker") else START


def stacks(site: Site) -> set[str]:
    return {stack["StackName"] for stack in site.client("cloudformation").describe_stacks()["Stacks"]}


def tag(site: Site) -> str:
    """Of the image that this app is published as."""
    website = (site.root / "templates/website.yaml").read_text("utf-8")
    return recipe.recipe(Project(site.root), website).tag


def under(site: Site, tag: str, digit: str) -> None:
    """Let the registry have one of its images under this tag."""
    ecr, name, digest = site.client("ecr"), site.repository.partition("/")[2], site.image(digit).partition("@")[2]
    (found,) = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": digest}])["images"]
    ecr.put_image(repositoryName=name, imageManifest=found["imageManifest"], imageTag=tag)


def test_docker_that_does_not_run_is_told_before_anything_is_made(endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(copy_to(tmp_path / "site"), endpoint)
    done = site.groat("deploy", "--env", "prod", "--yes")
    assert (done.returncode, DOCKER in done.stderr) == (1, True), done.stderr
    assert not stacks(site)


def test_what_is_in_the_registry_already_needs_no_docker(site: Site) -> None:
    under(site, tag(site), "7")
    events = site.done("deploy", "--env", "prod", "--yes")
    assert next(event for event in events if event.get("name") == "image")["text"] == site.image("7")


def test_an_edit_needs_docker_again(site: Site) -> None:
    under(site, tag(site), "7")
    site.edit("app/routes/health.py", '"ok"', '"edited"')
    done = site.groat("deploy", "--env", "prod", "--yes")
    assert (done.returncode, DOCKER in done.stderr) == (1, True), done.stderr


def test_an_image_that_lambda_does_not_take_reaches_no_function(site: Site) -> None:
    name = site.repository.partition("/")[2]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
    site.client("ecr").put_image(
        repositoryName=name, imageManifest=json.dumps(index), imageManifestMediaType=INDEX, imageTag=tag(site)
    )
    done = site.groat("deploy", "--env", "prod", "--yes")
    assert (done.returncode, f"Lambda does not take an image of this media type: {INDEX}" in done.stderr) == (1, True)
    assert "batch-delete-image" in done.stderr
    assert stacks(site) == {"tracks-registry"}


def test_a_registry_that_somebody_deleted_is_told_as_docker_missing_and_not_as_an_exception(site: Site) -> None:
    site.client("ecr").delete_repository(repositoryName=site.repository.partition("/")[2], force=True)
    with pytest.raises(ClientError, match="RepositoryNotFound"):
        under(site, tag(site), "7")
    done = site.groat("deploy", "--env", "prod", "--yes")
    assert (done.returncode, DOCKER in done.stderr) == (1, True), done.stderr
