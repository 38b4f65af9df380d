"""Image clean-up: removes from the registry what nothing can need any more, and counts what it keeps.

The rule: an image stays if it is live, if a rollback can return to it, if a version of the function runs it, or if it
is so young that another deployment may be about to use it. During a stack operation every image stays. A site without a
frontend has no record of its versions, so all images that were deployed stay. The registry's lifecycle policy limits
the number of images anyway; this is for those who want them gone now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import changesets
from changesets.statuses import is_healthy
from groat import ecr, versions
from groat.aws import Aws
from groat.errors import GroatError
from groat.events import Event, Stage
from groat.frontend import bucket_of
from groat.operations import deployed, reach
from groat.target import Target

AT_ONCE = 100  # the most that BatchDeleteImage takes


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the registry: its digest, when it was pushed, its bytes there, whether it has ever been deployed."""

    digest: str
    pushed: datetime
    size: int
    deployed: bool

    def __str__(self) -> str:
        return f"{self.digest[:19]} pushed {self.pushed:%Y-%m-%d %H:%M}, {self.size / 1e6:.1f} MB"


def collect(target: Target, *, days: float, remove: bool) -> Iterator[Event]:
    """List the images that nothing needs, and `remove` them. Raises GroatError if there is no registry to look at."""
    if target.settings.is_local:
        raise GroatError("The local cloud has no images of its own to remove", hint="groat gc --env NAME")
    aws = reach(target)
    website = deployed(aws, target.stack("website"))
    if not is_healthy(website.status):
        raise GroatError(
            f"No image is removed while its stack is {website.status}: {website.name}",
            hint=f"groat recover --env {target.settings.environment}",
        )
    repository = ecr.repository_name(deployed(aws, target.stack("registry")).outputs["RepositoryUri"])
    images = list(stored(aws, repository))
    needed = {uri.partition("@")[2] for uri in in_use(aws, target, website)}
    if not records(aws, target, website):
        needed |= {image.digest for image in images if image.deployed}
    before = datetime.now(UTC) - timedelta(days=days)
    unneeded = [image for image in images if image.digest not in needed and image.pushed <= before]
    if remove:
        delete(aws, repository, [image.digest for image in unneeded])
    for image in unneeded:
        yield Stage("removed" if remove else "not needed", str(image))
    used = sum(image.digest in needed for image in images)
    yield Stage("kept", f"{len(images) - len(unneeded)} images, {used} of them in use or for a rollback")


def in_use(aws: Aws, target: Target, website: changesets.Stack) -> Iterator[str]:
    """The URIs of the live image, of those that a rollback can return to, and of the function's versions."""
    yield website.parameters.get("ImageUri", "")
    if history := records(aws, target, website):
        yield from (history.read(record).version.image for record in history.names())
    client: Any = aws.client("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=website.outputs["FunctionName"])
    for page in pages:
        for each in page["Versions"]:
            code = client.get_function(FunctionName=each["FunctionName"], Qualifier=each["Version"])["Code"]
            yield from (code.get("ImageUri", ""), code.get("ResolvedImageUri", ""))


def records(aws: Aws, target: Target, website: changesets.Stack) -> versions.History | None:
    """The versions that a rollback can return to; None for a site without a frontend, which has no place for them."""
    bucket = bucket_of(aws, website.outputs)
    return versions.History(bucket, target.stack("website")) if bucket else None


def stored(aws: Aws, repository: str) -> Iterator[Image]:
    """All images of the repository."""
    for page in aws.client("ecr").get_paginator("describe_images").paginate(repositoryName=repository):
        for each in page["imageDetails"]:
            deployed_once = any(tag.startswith(ecr.DEPLOYED) for tag in each.get("imageTags", ()))
            yield Image(each["imageDigest"], each["imagePushedAt"], each.get("imageSizeInBytes") or 0, deployed_once)


def delete(aws: Aws, repository: str, digests: list[str]) -> None:
    """Raises GroatError if ECR refuses one."""
    ecr_client = aws.client("ecr")
    for start in range(0, len(digests), AT_ONCE):
        some = [{"imageDigest": digest} for digest in digests[start : start + AT_ONCE]]
        failures = ecr_client.batch_delete_image(repositoryName=repository, imageIds=some)["failures"]
        if failures:
            digest = failures[0]["imageId"]["imageDigest"]
            raise GroatError(
                f"An image cannot be removed: {failures[0].get('failureReason')}",
                hint=f"aws ecr describe-images --repository-name {repository} --image-ids imageDigest={digest}",
            )
