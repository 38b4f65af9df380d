"""The container images that the local cloud can run without Docker: a code directory under an image's digest.

The rule: an image never changes. Registering copies the code into the state folder under its digest, so that what is
deployed stays as it was, even if the working tree is edited, and survives a restart.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
NOT_CODE = shutil.ignore_patterns("__pycache__", ".git", ".venv", "node_modules", ".aws-sam", ".pytest_cache")
RECORD = "image.json"


class ImageError(ValueError):
    """An image cannot be registered; the text names the value and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`directory` is what /var/task would hold; `handler` is the image's CMD, as `app.handler.handler`.

    With `container`, a name that Docker can pull, the image itself is run: there is no directory then, and no handler.
    """

    uri: str
    directory: Path
    handler: str
    container: str = ""


class Images:
    """The registry, one folder per digest; `container` names what Docker can pull of the images that have no folder."""

    def __init__(self, folder: Path, *, container: Callable[[str], str | None] = lambda _: None) -> None:
        self._folder = folder
        self._container = container

    def register(self, uri: str, directory: Path, handler: str) -> Image:
        """Keep a snapshot of the code under the image's digest; registering a known digest changes nothing.

        Raises ImageError.
        """
        home = self._home(uri)
        source = _source(directory, handler)
        if not (home / RECORD).exists():
            _snapshot(source, directory, home / "task")
            partial = home / f"{RECORD}.partial"
            partial.write_text(json.dumps({"uri": uri, "handler": handler}), encoding="utf-8")
            partial.rename(home / RECORD)  # whole or not at all, if the cloud is killed
        return Image(uri=uri, directory=home / "task", handler=handler)

    def find(self, uri: str) -> Image | None:
        """The image with the URI's digest, whatever its repository."""
        if not DIGEST.search(uri) or not (record := self._home(uri) / RECORD).exists():
            name = self._container(uri)
            return Image(uri=uri, directory=Path("/"), handler="", container=name) if name else None
        known = json.loads(record.read_text(encoding="utf-8"))
        return Image(uri=uri, directory=record.parent / "task", handler=known["handler"])

    def _home(self, uri: str) -> Path:
        match = DIGEST.search(uri)
        if not match:
            raise ImageError(
                f"An image must be registered by digest, as <repository>@sha256:<64 hex digits>, got: {uri}"
            )
        return self._folder / match[1].replace(":", "-")


def _source(directory: Path, handler: str) -> Path:
    """What to copy: the handler's package, or the whole directory if the handler is a bare module."""
    if "." not in handler:
        raise ImageError(f"A handler must be <module>.<function>, like app.handler.handler, got: {handler}")
    package = directory / handler.partition(".")[0]
    if package.is_dir():
        return package
    if not package.with_suffix(".py").is_file():
        raise ImageError(f"There is no module {package.name} for the handler {handler} in: {directory}")
    return directory


def _snapshot(source: Path, directory: Path, task: Path) -> None:
    shutil.rmtree(task, ignore_errors=True)  # left over from a copy that did not finish
    shutil.copytree(source, task / source.relative_to(directory), ignore=NOT_CODE)
