"""An image whose digest depends only on its contents: when and where it was built is removed from its configuration.

Docker's classic builder records times, its version and the names of its containers there, so that two builds of the
same layers have different digests. The rule: the layers stay as they are, and the same layers with the same command,
environment and labels are the same image, whoever built it, and whenever. This takes `docker save`, a new configuration
and `docker load`: only Docker's API, and about a second per 150 MB.
"""

import hashlib
import json
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from groat.errors import GroatError

MANIFEST = "manifest.json"
INDEXES = frozenset({"index.json", "oci-layout", "repositories"})  # other tables of contents, of the image as it was
OF_ONE_BUILD = ("container", "container_config", "docker_version")


def make_reproducible(client: Any, name: str, epoch: int) -> None:
    """Let `name` be the same image, made at `epoch`, in seconds since 1970.

    Raises GroatError, OSError and Docker's errors.
    """
    with TemporaryFile() as saved, TemporaryFile() as changed:
        for part in client.api.get_image(name):
            saved.write(part)
        saved.seek(0)
        rewrite(saved, changed, name, epoch)
        changed.seek(0)
        client.images.load(changed)


def rewrite(saved: IO[bytes], changed: IO[bytes], name: str, epoch: int) -> None:
    """Turn the output of `docker save` into input for `docker load`, with the new configuration."""
    with tarfile.open(fileobj=saved) as source, tarfile.open(fileobj=changed, mode="w") as target:
        entry = only(json.loads(content(source, MANIFEST)), name)
        config = reproducible_config(json.loads(content(source, entry["Config"])), epoch)
        file = f"{hashlib.sha256(config).hexdigest()}.json"
        contents = [{"Config": file, "RepoTags": [name], "Layers": entry["Layers"]}]
        add(target, file, config)
        add(target, MANIFEST, json.dumps(contents).encode())
        for member in left(source, {MANIFEST, entry["Config"], *INDEXES}):
            target.addfile(member, source.extractfile(member) if member.isreg() else None)


def reproducible_config(config: dict[str, Any], epoch: int) -> bytes:
    """The configuration (OCI image specification, "Image Configuration") without what is about one particular build."""
    time = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = {key: value for key, value in config.items() if key not in OF_ONE_BUILD}
    runs = {key: value for key, value in config.get("config", {}).items() if key not in {"Image", "Hostname"}}
    history = [{**layer, "created": time} for layer in config.get("history", ())]
    return json.dumps({**kept, "created": time, "config": runs, "history": history}, sort_keys=True).encode()


def only(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The image's only manifest. Raises GroatError if there are several, which Lambda refuses."""
    if len(entries) != 1:
        raise GroatError(
            f"Lambda takes an image of one manifest, and {name} has: {len(entries)}",
            hint=f"docker image rm {name}\nthen run the same command again: it builds a single manifest",
        )
    return entries[0]


def content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return file.read() if file else b""


def left(archive: tarfile.TarFile, names: set[str]) -> Iterable[tarfile.TarInfo]:
    """The members that have none of these names."""
    return (member for member in archive.getmembers() if member.name not in names)


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, BytesIO(data))
