"""The app's container, built and pushed to the registry stack's repository; what goes into the template is its digest.

Docker's Python SDK is used because SAM CLI brings it, and because its classic builder makes a single manifest: Lambda
refuses the image indexes with attestations that `docker buildx` pushes by default. The tag is the digest of the app's
files, so an app that was pushed before is not built again, and tags can be immutable.
"""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from groat import images
from groat.aws import Aws
from groat.errors import GroatError
from groat.project import Project

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
# what Lambda takes: a single manifest (AWS Lambda developer guide, "Requirements for container images")
MANIFESTS = frozenset({
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
})  # fmt: skip
TROUBLE = (  # what the engine says, what to do
    ("permission denied", "add yourself to the group: sudo usermod -aG docker $USER, then log in anew"),
    ("no space left", "docker system prune"),
    ("no such file or directory", "start Docker: sudo systemctl start docker, or Docker Desktop"),
    ("connection refused", "start Docker: sudo systemctl start docker, or Docker Desktop"),
    ("exec format error", "build on a machine of that architecture, or install QEMU: apt-get install qemu-user-static"),
)


def publish(project: Project, aws: Aws, repository: str, *, architecture: str = "arm64") -> str:
    """`repository@sha256:...` of the app as it is now, built and pushed if it is not there yet. Raises GroatError."""
    tag = "app-" + images.digest(project.app).removeprefix("sha256:")[:20]
    if present := pushed(aws, repository, tag):
        return f"{repository}@{present}"
    client = engine()
    build(client, project.app, f"{repository}:{tag}", architecture)
    return f"{repository}@{push(client, aws, repository, tag)}"


def pushed(aws: Aws, repository: str, tag: str) -> str | None:
    """The digest of an image that the repository holds under this tag."""
    ecr = aws.client("ecr")
    name = repository.partition("/")[2]
    try:
        found = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])["imageDetails"][0]
    except ecr.exceptions.ImageNotFoundException:
        return None
    refuse_unsupported(found.get("imageManifestMediaType"), repository, tag)
    return str(found["imageDigest"])


def refuse_unsupported(media_type: str | None, repository: str, tag: str) -> None:
    if media_type and media_type not in MANIFESTS:
        raise GroatError(
            f"Lambda does not take an image of this media type: {media_type}",
            hint=f"remove {repository}:{tag} and deploy again: groat builds a single manifest without attestations",
        )


def engine() -> Any:
    """A client of the running Docker engine. Raises GroatError in the words of what is missing."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=600)
        client.ping()
    except DockerException as error:
        raise trouble("Docker cannot be used", error) from error
    return client


def build(client: Any, app: Path, name: str, architecture: str) -> None:
    from docker.errors import APIError, BuildError

    try:
        client.images.build(path=str(app), tag=name, platform=PLATFORMS[architecture], rm=True, forcerm=True)
    except BuildError as error:
        tail = "".join(str(line.get("stream", "")) for line in error.build_log)[-1500:]
        raise GroatError(f"The app's image does not build: {error}\n{tail}", hint=f"docker build {app}") from error
    except APIError as error:
        raise trouble("The app's image does not build", error) from error


def push(client: Any, aws: Aws, repository: str, tag: str) -> str:
    """The digest that the registry gave to what was pushed."""
    from docker.errors import APIError

    try:
        answers = client.images.push(repository, tag=tag, auth_config=credentials(aws), stream=True, decode=True)
        return digest_of(answers, repository)
    except APIError as error:
        raise trouble(f"The image cannot be pushed to {repository}", error) from error


def digest_of(answers: Iterable[Mapping[str, Any]], repository: str) -> str:
    digest = ""
    for answer in answers:
        if "error" in answer:
            raise GroatError(f"The image cannot be pushed to {repository}: {answer['error']}")
        digest = answer.get("aux", {}).get("Digest", digest)
    if not digest:
        raise GroatError(f"The registry gave no digest for what was pushed to {repository}")
    return digest


def credentials(aws: Aws) -> dict[str, str]:
    """ECR's token, good for 12 hours: `user:password` in base64."""
    data = aws.client("ecr").get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return {"username": user, "password": password}


def trouble(what: str, error: Exception) -> GroatError:
    said = str(error)
    hint = next((fix for text, fix in TROUBLE if text in said.lower()), "docker info")
    return GroatError(f"{what}: {said}", hint=hint)
