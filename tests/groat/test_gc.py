"""Image clean-up spares what is live, what a rollback needs and what a version of the function runs, and nothing else.

A stack that is on its way to somewhere is left alone: what it needs is not known yet.
"""

from pathlib import Path

import pytest

from groat.ecr import DEPLOYED
from groat.local import control
from tests.checkout import copy_to
from tests.groat.production import Site

COLLECT = ("gc", "--env", "prod", "--older-than", "0", "--yes")


def kept(site: Site) -> str:
    """The first digits of the images that clean-up leaves."""
    site.done(*COLLECT)
    name = site.repository.partition("/")[2]
    found = site.client("ecr").describe_images(repositoryName=name)["imageDetails"]
    return "".join(sorted(image["imageDigest"].removeprefix("sha256:")[0] for image in found))


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
    assert kept(site) == "1234", "of the deployment before, of a version, of an alias' version, and what is live"

    lambdas.update_function_code(FunctionName=function, ImageUri=site.image("3"))  # by hand, past the stack
    lambdas.delete_alias(FunctionName=function, Name="live")
    for version in "12":
        lambdas.delete_function(FunctionName=function, Qualifier=version)
    assert kept(site) == "134", "what $LATEST runs stays, though the stack knows nothing of it"

    site.done("rollback", "--env", "prod", "--yes")
    assert kept(site) == "1", "no rollback leads forward"


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
    assert kept(site) == "12"
