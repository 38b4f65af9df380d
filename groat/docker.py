"""The app's container: built, inspected, tried and pushed to the registry stack's repository, named by its digest.

Docker's Python SDK is used because SAM CLI brings it, and because its classic builder makes a single manifest: Lambda
refuses the image indexes with attestations that `docker buildx` pushes by default. The tag is the recipe's digest: an
app that was pushed before is neither built nor pushed again, and tags can be immutable.
"""

import os
import re
import shutil
import socket
from collections.abc import Generator, Iterable, Iterator, Mapping
from tempfile import gettempdir
from typing import Any

from groat import ecr, reproducible
from groat.aws import Aws
from groat.docker_trouble import BUILD, ENGINE, HANDLER, HERE, MISSING, REGISTRY, fix_of, of_failed_step, trouble
from groat.errors import GroatError
from groat.events import Event, Warned
from groat.project import Project
from groat.recipe import Recipe, recipe

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
MACHINES = {"arm64": "arm64", "x86_64": "amd64"}  # as Docker names them
ANSWER_SECONDS = 600  # a layer may be large
RECIPE = "groat.recipe"  # the label that says which recipe an image is of
IMPORT = """
import importlib, sys, time
began = time.monotonic()
module, _, name = sys.argv[1].rpartition(".")
getattr(importlib.import_module(module), name)
print("imported in:", time.monotonic() - began, file=sys.stderr)
"""
IMPORTED = re.compile(r"^imported in: (?P<seconds>[\d.]+)$", re.MULTILINE)
PUSHED = re.compile(r"\bdigest: (?P<digest>sha256:[0-9a-f]{64})")  # every image store ends a push so
INIT_SECONDS = 10  # "Understanding the Lambda execution environment lifecycle": longer, and it is begun anew


def publish(project: Project, aws: Aws, repository: str, template: str) -> Generator[Event, None, str]:
    """`repository@sha256:...` of the app as it is now, built and pushed if it is not there yet. Raises GroatError."""
    wanted = recipe(project, template)
    if present := ecr.pushed(aws, repository, wanted.tag):
        return f"{repository}@{present}"
    client, registry = engine(), ecr.registry(aws)
    remote = f"{registry.host}/{ecr.repository_name(repository)}"
    yield from make(client, wanted, f"{remote}:{wanted.tag}")
    digest = push(client, remote, wanted.tag, registry.auth)
    if (arrived := ecr.pushed(aws, repository, wanted.tag)) != digest:
        raise GroatError(f"The registry was given {digest} and has under that tag: {arrived}", hint="make deploy")
    return f"{repository}@{digest}"


def check(project: Project, aws: Aws, repository: str, template: str) -> None:
    """Raises GroatError if `publish` will have to build the image and cannot. `repository` is "" at first."""
    if not repository or not ecr.pushed(aws, repository, recipe(project, template).tag):
        engine()


def make(client: Any, wanted: Recipe, name: str) -> Iterator[Event]:
    """Build the image, make it reproducible, inspect it, and import its handler."""
    build(client, wanted, name)
    make_reproducible(client, wanted, name)
    inspect(client, wanted, name)
    if wanted.try_import:
        yield from try_import(client, wanted, name)


def engine() -> Any:
    """A client of the running Docker engine. Raises GroatError that says what is missing."""
    import docker
    from docker.context import ContextAPI
    from docker.errors import DockerException

    named = os.environ.get("DOCKER_HOST")
    # `docker context` is how Docker Desktop, Colima and rootless engines say where they listen
    host = named or str(ContextAPI.get_current_context().Host)
    try:
        check_listening(host)
        timeout = ANSWER_SECONDS
        client = docker.from_env(timeout=timeout) if named else docker.DockerClient(base_url=host, timeout=timeout)
        client.ping()
    except (DockerException, OSError) as error:
        if not shutil.which("docker"):
            raise trouble("Docker is needed to build the app's image and is not installed", error, MISSING) from error
        raise trouble(f"Docker cannot be used at {host}", error, ENGINE) from error
    return client


def check_listening(host: str) -> None:
    """Raise OSError where nobody listens on a Unix socket: Docker's client would leave its own end of it open."""
    kind, _, path = host.partition("://")
    if kind == "unix":
        with socket.socket(socket.AF_UNIX) as end:
            end.connect(path)


def build_options(wanted: Recipe, name: str) -> dict[str, Any]:
    """The arguments of Docker's build."""
    return {
        "path": str(wanted.context), "tag": name, "platform": PLATFORMS[wanted.architecture], "target": wanted.target,
        "buildargs": wanted.build_arguments, "labels": {RECIPE: wanted.tag}, "rm": True, "forcerm": True,
    }  # fmt: skip


def build(client: Any, wanted: Recipe, name: str) -> None:
    from docker.errors import APIError, BuildError

    try:
        client.images.build(**build_options(wanted, name))
    except BuildError as error:
        log = "".join(str(line.get("stream", "")) for line in error.build_log)
        step, printed = of_failed_step(f"{log}\n{error}")
        failure = f"{step[:100]}\n{printed[-1500:]}".strip()
        raise GroatError(f"The app's image does not build: {failure}", hint=fix_of(printed, BUILD)) from error
    except (APIError, OSError) as error:  # a file may be written or go while it is sent to the engine
        raise trouble("The app's image does not build", error, BUILD) from error


def make_reproducible(client: Any, wanted: Recipe, name: str) -> None:
    """Equal recipes with equal labels have equal digests. Raises GroatError."""
    from docker.errors import DockerException

    try:
        reproducible.make_reproducible(client, name, wanted.epoch)
    except (DockerException, OSError) as error:
        raise trouble(f"The image cannot be made reproducible in {gettempdir()}", error, HERE) from error


def inspect(client: Any, wanted: Recipe, name: str) -> str:
    """The id of the image, if this function can run it: Lambda would say so only when the function is called."""
    facts = client.images.get(name).attrs
    examine(facts, wanted)
    return str(facts["Id"])


def examine(facts: Mapping[str, Any], wanted: Recipe) -> None:
    """Raises GroatError for an image that Lambda does not take; `facts` is what Docker's ImageInspect answers.

    An engine that keeps images as a registry does (containerd's store) says as what it will push this one; any other
    makes the manifest while it pushes, always as Docker's own of one image.
    """
    media_type = (facts.get("Descriptor") or {}).get("mediaType", ecr.DOCKERS_OWN)
    if media_type not in ecr.MANIFESTS:
        raise GroatError(
            f"Lambda takes an image of one manifest, and the engine would push: {media_type}",
            hint="build with Docker's classic builder, as groat does; docker buildx adds attestations",
        )
    if facts["Architecture"] != MACHINES[wanted.architecture]:
        raise GroatError(
            f"The function runs on {wanted.architecture}, and the image was built for: {facts['Architecture']}",
            hint="name a base image of that architecture, or say Site(architecture=...)",
        )
    if facts["Config"]["Cmd"] != [wanted.handler]:
        raise GroatError(
            f"The image's command is not the handler {wanted.handler} but: {facts['Config']['Cmd']}",
            hint=f'end the Dockerfile\'s last stage with CMD ["{wanted.handler}"]',
        )


def try_import(client: Any, wanted: Recipe, name: str) -> Iterator[Event]:
    """Import the handler in the image. Raises GroatError with the traceback when it cannot be."""
    imported = IMPORTED.search(python(client, wanted, name, "-c", IMPORT, wanted.handler))
    if imported and (seconds := float(imported["seconds"])) > INIT_SECONDS:
        yield Warned(
            f"Importing {wanted.handler} took {seconds:.1f} s here. Lambda gives it {INIT_SECONDS} s, then the first "
            "visitor waits for it once more; what takes so long: groat doctor cold-start"
        )


def python(client: Any, wanted: Recipe, name: str, *arguments: str) -> str:
    """What Python prints as errors in the image, run as by Lambda, without rights to write, and without a network."""
    from docker.errors import APIError, ContainerError

    try:
        output: bytes = client.containers.run(
            name, [*arguments], entrypoint=["python3"], environment=wanted.placeholders, read_only=True,
            network_mode="none", remove=True, stdout=False, stderr=True,
        )  # fmt: skip
    except ContainerError as error:
        said = (error.stderr or b"").decode(errors="replace")[-1500:]
        raise trouble(f"The handler {wanted.handler} cannot be imported in the image {name}", said, HANDLER) from error
    except APIError as error:
        raise trouble("The image does not start", error, BUILD) from error
    return output.decode(errors="replace")


def built(client: Any, wanted: Recipe) -> str:
    """The name of an image that was built of this recipe; nothing where there is none."""
    found = client.api.images(filters={"label": f"{RECIPE}={wanted.tag}", "dangling": False})
    return next((str(name) for each in found for name in each["RepoTags"] or ()), "")


def image_id(client: Any, name: str) -> str:
    """The id of the image of that name; nothing where there is none."""
    from docker.errors import ImageNotFound

    try:
        return str(client.images.get(name).id)
    except ImageNotFound:
        return ""


def remove_unnamed(client: Any, images: Iterable[str]) -> tuple[str, ...]:
    """Remove those of these images, by id, that have no name left; the ones that must wait for their container."""
    return tuple(image for image in images if not is_gone(client, image))


def is_gone(client: Any, image: str) -> bool:
    from docker.errors import APIError, ImageNotFound

    try:
        if not client.images.get(image).tags:
            client.images.remove(image)
    except ImageNotFound:
        return True
    except APIError:
        return False
    return True


def push(client: Any, remote: str, tag: str, auth: Mapping[str, str]) -> str:
    """Push the image; the digest that the registry gave to it. Raises GroatError."""
    from docker.errors import APIError

    try:
        return digest_of(client.images.push(remote, tag=tag, auth_config=auth, stream=True, decode=True), remote)
    except APIError as error:
        raise trouble(f"The image cannot be pushed to {remote}", error, REGISTRY) from error


def digest_of(answers: Iterable[Mapping[str, Any]], remote: str) -> str:
    """The digest that the registry gave, from the push's answers. Raises GroatError if one of these is an error."""
    digest = ""
    for answer in answers:
        if "error" in answer:
            raise trouble(f"The image cannot be pushed to {remote}", answer["error"], REGISTRY)
        if said := PUSHED.search(answer.get("status", "")):
            digest = said["digest"]
    if not digest:
        raise GroatError(f"The registry gave no digest for what was pushed to: {remote}", hint="the same command again")
    return digest
