"""Image clean-up: removes from the registry what nothing can need any more, and says what it keeps for what.

The rule: an image stays while it is what is live, what a rollback can come back to, what a version of a function runs,
or so young that another deployment may be about to use it; and every image while the stack is not at rest. A site
without a frontend has no record of its versions, so there all that were deployed stay. The registry's own lifecycle
bounds the others; this is for those who want them gone now.
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
from groat.frontend import Bucket
from groat.operations import deployed, reach
from groat.target import Target

AT_ONCE = 100  # BatchDeleteImage takes as many


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the registry: its digest, when it was pushed, its bytes there, whether it has ever been deployed."""

    digest: str
    pushed: datetime
    size: int
    deployed: bool

    def __str__(self) -> str:
        return f"{self.digest[:19]} pushed {self.pushed:%Y-%m-%d %H:%M}, {self.size / 1e6:.0f} MB"


def collect(target: Target, *, days: float, remove: bool) -> Iterator[Event]:
    """Name the images that nothing needs, and `remove` them. Raises GroatError where there are none to look at."""
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
    for image in unneeded:
        yield Stage("removed" if remove else "not needed", str(image))
    if remove:
        delete(aws, repository, [image.digest for image in unneeded])
    used = sum(image.digest in needed for image in images)
    yield Stage("kept", f"{len(images) - len(unneeded)} images, {used} of them in use or for a rollback")


def in_use(aws: Aws, target: Target, website: changesets.Stack) -> Iterator[str]:
    """The URIs of the live image, of those that a rollback can come back to, and of the function's versions."""
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
    """The versions that a rollback can come back to; a site without a frontend has no place for them."""
    if name := website.outputs.get("FrontendBucketName"):
        return versions.History(Bucket(aws, name, website.outputs["DistributionId"]), target.stack("website"))
    return None


def stored(aws: Aws, repository: str) -> Iterator[Image]:
    """All images of the repository."""
    for page in aws.client("ecr").get_paginator("describe_images").paginate(repositoryName=repository):
        for each in page["imageDetails"]:
            deployed_once = any(tag.startswith(ecr.DEPLOYED) for tag in each.get("imageTags", ()))
            yield Image(each["imageDigest"], each["imagePushedAt"], each.get("imageSizeInBytes") or 0, deployed_once)


def delete(aws: Aws, repository: str, digests: list[str]) -> None:
    """Raises GroatError when ECR refuses one."""
    ecr_client = aws.client("ecr")
    for start in range(0, len(digests), AT_ONCE):
        some = [{"imageDigest": digest} for digest in digests[start : start + AT_ONCE]]
        failures = ecr_client.batch_delete_image(repositoryName=repository, imageIds=some)["failures"]
        if failures:
            raise GroatError(f"An image cannot be removed: {failures[0].get('failureReason')}")
