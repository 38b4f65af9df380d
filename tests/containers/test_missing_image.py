"""A rollback needs an image that is gone from the registry: Docker has a copy, and pushes the very same."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from docker import from_env
from docker.errors import ImageNotFound

from groat import ecr
from groat.aws import Aws
from groat.missing_images import push_again
from groat.project import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]
REPOSITORY = "missed"


@pytest.fixture
def aws(cloud: str) -> Iterator[Aws]:
    """As `groat.aws.connect` makes it where AWS_ENDPOINT_URL is AWS: with a registry, and without a local endpoint."""
    keys: Any = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "dummy"}
    client = boto3.Session(region_name="us-east-1", **keys).client
    found = Aws(lambda service: client(service, endpoint_url=cloud), "us-east-1")
    found.client("ecr").create_repository(repositoryName=REPOSITORY)
    yield found
    found.client("ecr").delete_repository(repositoryName=REPOSITORY, force=True)


@pytest.fixture
def pushed(aws: Aws, base: str) -> Iterator[str]:
    """The URI of an image that was pushed from this machine, is here still, and was then removed from the registry."""
    engine, registry = from_env(), ecr.registry(aws)
    remote = f"{registry.host}/{REPOSITORY}"
    dockerfile = io.BytesIO(f'FROM {base}\nLABEL made="to be missed"\n'.encode())
    image, _ = engine.images.build(fileobj=dockerfile, tag=f"{remote}:first")
    engine.images.push(remote, tag="first", auth_config=registry.auth)
    uri = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}@{ecr.pushed(aws, remote, 'first')}"
    assert ecr.holds(aws, uri)
    remove(aws, uri)
    yield uri
    forget(engine, image.id)


def remove(aws: Aws, uri: str) -> None:
    digest = {"imageDigest": uri.partition("@")[2]}
    aws.client("ecr").batch_delete_image(repositoryName=REPOSITORY, imageIds=[digest])
    assert not ecr.holds(aws, uri)


def forget(engine: Any, image: str) -> None:
    with suppress(ImageNotFound):
        engine.images.remove(image, force=True)


def test_docker_pushes_its_copy_again_under_the_digest_that_was_missing_and_without_a_copy_nothing(
    aws: Aws, pushed: str, tmp_path: Path
) -> None:
    push = push_again(Project(tmp_path), aws)(pushed)
    assert push is not None
    push()
    (found,) = aws.client("ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert found["imageDigest"] == pushed.partition("@")[2]
    assert found["imageTags"] == [ecr.live_tag(found["imageDigest"])]

    remove(aws, pushed)
    engine = from_env()
    forget(engine, engine.images.get(f"{ecr.registry(aws).host}/{REPOSITORY}:first").id)
    assert push_again(Project(tmp_path), aws)(pushed) is None
