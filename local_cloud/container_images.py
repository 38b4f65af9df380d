"""Container images as ECR knows them: named by account, region, repository and digest or tag.

The rule: an image without Docker is a digest in moto's registry and nothing else; its code is the business of
`images.py`.
"""

import json
import re
from typing import NamedTuple, Self

from botocore.exceptions import ClientError

from local_cloud.services import Services

URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^@:]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w.-]+))"
)
MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


class UnknownRepository(LookupError):
    """There is no such repository to put an image into."""


class ImageName(NamedTuple):
    """Either `digest` or `tag` is given."""

    region: str
    repository: str
    digest: str | None
    tag: str | None

    @classmethod
    def parse(cls, uri: str) -> Self | None:
        """None if the URI is not of a private ECR registry, or has neither digest nor tag."""
        found = URI.fullmatch(uri)
        return cls(found["region"], found["repository"], found["digest"], found["tag"]) if found else None


def exists(services: Services, image: ImageName) -> bool:
    wanted = {"imageDigest": image.digest} if image.digest else {"imageTag": image.tag}
    try:
        services.client("ecr", image.region).describe_images(repositoryName=image.repository, imageIds=[wanted])
    except ClientError as error:
        if "NotFound" not in error.response["Error"]["Code"]:
            raise
        return False
    return True


def put(services: Services, image: ImageName) -> None:
    """Register the digest in moto. Raises UnknownRepository."""
    if exists(services, image):
        return
    manifest = {"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": {"digest": image.digest}}
    try:
        services.client("ecr", image.region).describe_repositories(repositoryNames=[image.repository])
    except ClientError as error:
        raise UnknownRepository(f"No such repository in {image.region}: {image.repository}") from error
    services.client("ecr", image.region).put_image(
        repositoryName=image.repository, imageManifest=json.dumps(manifest), imageDigest=image.digest
    )
