"""The app as an image that a function can run, named by a digest of what is in it.

Without Docker (ENV=local) the "image" is a copy of the app's folder that the local cloud runs with this Python; its
digest is the content's, so an unchanged app is an unchanged template parameter, and nothing to deploy.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from groat.dockerignore import ignoring
from groat.errors import GroatError
from groat.project import Project

# left out of every image, whatever the app's .dockerignore says; what that names comes on top
LEFT_OUT = ("frontend", "**/tests", "**/__pycache__", "**/.*")
COMMAND = re.compile(r"^CMD\s+(\[.*\])\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LocalImage:
    """A snapshot of the app: `directory` holds `app/`, `handler` is what the Dockerfile's CMD says."""

    digest: str
    directory: Path
    handler: str


def app_files(app: Path) -> tuple[Path, ...]:
    """The files that the image is made of, in a fixed order: what `docker build` is sent, and the Dockerfile."""
    ignore = app / ".dockerignore"
    lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
    ignored = ignoring([*lines, "!Dockerfile", *LEFT_OUT])
    paths = (path for path in sorted(app.rglob("*")) if path.is_file())
    return tuple(path for path in paths if not ignored(path.relative_to(app).as_posix()))


def digest(app: Path) -> str:
    """`sha256:` and 64 hex digits over the names and contents of the app's files."""
    total = hashlib.sha256()
    for path in app_files(app):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(app).as_posix()} {content}\n".encode())
    return f"sha256:{total.hexdigest()}"


def handler(app: Path) -> str:
    """The Dockerfile's last CMD, which Lambda runs: `["app.handler.handler"]`."""
    dockerfile = app / "Dockerfile"
    if not dockerfile.is_file():
        raise GroatError(
            f"The app has no Dockerfile: {app}",
            hint="git checkout HEAD -- app/Dockerfile app/image\n"
            'or write one that ends with CMD ["app.handler.handler"]',
        )
    commands = COMMAND.findall(dockerfile.read_text(encoding="utf-8"))
    try:
        words = json.loads(commands[-1]) if commands else []
    except json.JSONDecodeError:
        words = []
    if len(words) != 1:
        raise GroatError(
            f"The Dockerfile has no CMD of one handler: {dockerfile}", hint='write: CMD ["app.handler.handler"]'
        )
    return str(words[0])


def refuse_missing(app: Path, handlers: Iterable[str]) -> None:
    """Raises GroatError for a handler like app.worker.handler whose module the app does not have.

    A function with such a handler deploys, and fails each time it is called. Modules of other packages are not known.
    """
    for each in handlers:
        package, *inner = each.split(".")[:-1]
        path = app.joinpath(*inner)
        if package == app.name and not path.is_dir() and not any(path.parent.glob(f"{path.name}.*")):
            raise GroatError(
                f"The app has no {path.relative_to(app.parent)}.py, which a function's handler names: {each}",
                hint="add the file, or correct the handler: a queue's in website.py, the app's in app/Dockerfile's CMD",
            )


def kept(project: Project, wanted: str) -> LocalImage | None:
    """The snapshot of that digest, if it is still there and whole."""
    directory = folder(project, wanted)
    if not (directory / "app").is_dir() or digest(directory / "app") != wanted:
        return None
    return LocalImage(wanted, directory, handler(directory / "app"))


def folder(project: Project, name: str) -> Path:
    return project.state / "images" / name.removeprefix("sha256:")[:16]


def snapshot(project: Project) -> LocalImage:
    """Copy the app aside under its digest: what is deployed stays as it is while the app is edited."""
    name = digest(project.app)
    directory = folder(project, name)
    if not (directory / "app").is_dir():
        copy_whole(project.app, directory)
    return LocalImage(name, directory, handler(project.app))


def copy_whole(app: Path, directory: Path) -> None:
    """The app's files to `directory`/app, whole or not at all: a killed copy leaves only a partial one."""
    partial = directory.with_suffix(f".{uuid4().hex[:8]}.partial")
    for path in app_files(app):
        copy = partial / "app" / path.relative_to(app)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    try:
        partial.rename(directory)
    except OSError:
        shutil.rmtree(partial)
        if not directory.is_dir():  # by another deployment at the same time
            raise
