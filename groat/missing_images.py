"""An image that the registry has lost, pushed again from the copy on this machine: its digest says that it is the same.

The rule: a copy is looked for quietly (no Docker, no copy: None), and what was pushed counts only when the registry has
it under the digest that was missing; anything else is taken away again.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from changesets.errors import Refused
from changesets.remedies import PushAgain
from groat import ecr, images, local
from groat.aws import Aws
from groat.errors import GroatError
from groat.project import Project

Push = Callable[[], None]


def push_again(project: Project, aws: Aws) -> PushAgain:
    """What `changesets.apply` and `recover` take: from the URI of a missing image to what pushes it, or None."""

    def find(uri: str) -> Push | None:
        try:
            push = snapshot(project, aws.endpoint, uri) if aws.endpoint else container(aws, uri)
        except (GroatError, BotoCoreError, ClientError):
            return None
        return push and (lambda: push_and_check(push, aws, uri))

    return find


def push_and_check(push: Push, aws: Aws, uri: str) -> None:
    """Raises Refused where the image is not there after all."""
    try:
        push()
        there = ecr.holds(aws, uri)
    except (GroatError, BotoCoreError, ClientError) as error:
        raise Refused(str(error)) from error
    if not there:
        raise Refused(f"The registry has another image now than the missing one: {uri}")


def snapshot(project: Project, endpoint: str, uri: str) -> Push | None:
    """The copy of the app that was deployed to the local cloud, or the one that the local cloud keeps itself."""
    image = images.kept(project, uri.partition("@")[2]) or local.registered(project, uri)
    return None if image is None else lambda: local.register(endpoint, uri, image)


def container(aws: Aws, uri: str) -> Push | None:
    """What the Docker engine knows under that digest, because it has pushed or pulled it."""
    from docker.errors import DockerException

    from groat.docker import engine

    client, registry = engine(), ecr.registry(aws)
    remote, digest = f"{registry.host}/{ecr.repository_name(uri)}", uri.partition("@")[2]
    try:
        client.images.get(f"{remote}@{digest}")
    except DockerException:
        return None
    return lambda: push_container(aws, client, registry, uri)


def push_container(aws: Aws, client: Any, registry: ecr.Registry, uri: str) -> None:
    """Under the tag of what was deployed, which the registry's lifecycle keeps. One of another digest is taken away."""
    from groat.docker import push

    remote, digest = f"{registry.host}/{ecr.repository_name(uri)}", uri.partition("@")[2]
    tag = ecr.live_tag(digest)
    client.images.get(f"{remote}@{digest}").tag(remote, tag)
    if push(client, remote, tag, registry.auth) != digest:
        ecr.untag(aws, uri, tag)
