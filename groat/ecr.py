"""The registry's side of publishing: where to push, which images are there, which of them were deployed.

The rule: an image is identified by its digest. Tags are labels for people and for the registry's lifecycle policy,
which keeps what is tagged `live-` for rollbacks.
"""

import base64
from dataclasses import dataclass
from typing import Any

from groat.aws import Aws
from groat.errors import GroatError

# what Lambda accepts: a single manifest (AWS Lambda developer guide, "Requirements for container images")
DOCKERS_OWN = "application/vnd.docker.distribution.manifest.v2+json"
MANIFESTS = frozenset({DOCKERS_OWN, "application/vnd.oci.image.manifest.v1+json"})
DEPLOYED = "live-"  # prefix of the tags that template_gen's lifecycle policy keeps


@dataclass(frozen=True, slots=True)
class Registry:
    """Where Docker pushes to, and its credentials there. On AWS, `host` is the one in the repository's URI."""

    host: str
    user: str
    password: str

    @property
    def auth(self) -> dict[str, str]:
        return {"username": self.user, "password": self.password}


def registry(aws: Aws) -> Registry:
    """From ECR's token, which is valid for 12 hours: `user:password` in base64, and its endpoint."""
    data = aws.client("ecr").get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return Registry(str(data["proxyEndpoint"]).partition("://")[2].rstrip("/"), user, password)


def repository_name(uri: str) -> str:
    """The `site/app` in `<account>.dkr.ecr.<region>.amazonaws.com/site/app`, with or without a digest."""
    return uri.partition("/")[2].partition("@")[0]


def pushed(aws: Aws, repository: str, tag: str) -> str | None:
    """The digest of the image that the repository holds under this tag. Raises GroatError if Lambda cannot run it."""
    found = described(aws, repository, {"imageTag": tag})
    if found is None:
        return None
    media_type = found.get("imageManifestMediaType")
    if media_type and media_type not in MANIFESTS:
        named = f"--repository-name {repository_name(repository)} --image-ids imageTag={tag}"
        raise GroatError(
            f"Lambda does not take an image of this media type: {media_type}",
            hint=f"aws ecr batch-delete-image {named}\n"
            "then deploy again: groat builds a single manifest, without an image index or attestations",
        )
    return str(found["imageDigest"])


def holds(aws: Aws, uri: str) -> bool:
    """Is the image `repository@sha256:...` still there?"""
    repository, _, digest = uri.partition("@")
    return described(aws, repository, {"imageDigest": digest}) is not None


def described(aws: Aws, repository: str, image: dict[str, str]) -> dict[str, Any] | None:
    """ECR's description of the image, or None if it is not there. `image` has its imageDigest or imageTag."""
    ecr = aws.client("ecr")
    try:
        found = ecr.describe_images(repositoryName=repository_name(repository), imageIds=[image])["imageDetails"]
    except (ecr.exceptions.ImageNotFoundException, ecr.exceptions.RepositoryNotFoundException):
        return None
    return found[0] if found else None


def live_tag(digest: str) -> str:
    """The tag for an image that was deployed."""
    return DEPLOYED + digest.removeprefix("sha256:")[:20]


def untag(aws: Aws, uri: str, tag: str) -> None:
    """Remove the tag; an image without another tag is deleted with it."""
    aws.client("ecr").batch_delete_image(repositoryName=repository_name(uri), imageIds=[{"imageTag": tag}])


def mark_deployed(aws: Aws, uri: str) -> None:
    """Give the image the tag that the lifecycle policy keeps, unless it has it already."""
    ecr, name, digest = aws.client("ecr"), repository_name(uri), uri.partition("@")[2]
    found = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": digest}])["images"]
    if not found:
        raise GroatError(f"The deployed image is no longer in the registry: {uri}", hint="make deploy")
    tag = live_tag(digest)
    media_type = found[0].get("imageManifestMediaType")
    try:
        ecr.put_image(
            repositoryName=name, imageManifest=found[0]["imageManifest"], imageTag=tag, imageDigest=digest,
            **({"imageManifestMediaType": media_type} if media_type else {}),
        )  # fmt: skip
    except (ecr.exceptions.ImageAlreadyExistsException, ecr.exceptions.ImageTagAlreadyExistsException):
        return
