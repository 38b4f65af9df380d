"""What one particular build left in an image goes; what the image is stays."""

import hashlib
import json
import tarfile
from io import BytesIO
from typing import Any

import pytest

from groat import reproducible
from groat.errors import GroatError

BASE = {"created": "2025-01-01T00:00:00Z", "created_by": "a base image"}


def config(when: str, host: str) -> dict[str, Any]:
    """As Docker's classic builder writes it."""
    return {
        "architecture": "arm64", "os": "linux", "created": when, "docker_version": f"20.{host}",
        "container": host, "container_config": {"Hostname": host, "Image": f"sha256:{host}"},
        "config": {"Cmd": ["app.handler"], "Env": ["A=1"], "Image": f"sha256:{host}", "Hostname": host,
                   "Labels": {"revision": "1"}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]},
        "history": [BASE, {"created": when, "created_by": "COPY", "empty_layer": False}],
    }  # fmt: skip


def saved(*configs: dict[str, Any], **more: bytes) -> BytesIO:
    """As `docker save` writes it: an engine with blobs and indexes."""
    files = {"blobs/1": b"layer 1", "blobs/2": b"layer 2", **more}
    entries = []
    for number, each in enumerate(configs):
        files[f"blobs/config{number}"] = json.dumps(each).encode()
        entries.append({"Config": f"blobs/config{number}", "RepoTags": ["old:1"], "Layers": ["blobs/1", "blobs/2"]})
    files["manifest.json"] = json.dumps(entries).encode()
    archive = BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in files.items():
            reproducible.add(tar, name, data)
    archive.seek(0)
    return archive


def settled(archive: BytesIO, epoch: int = 0) -> dict[str, bytes]:
    result = BytesIO()
    reproducible.rewrite(archive, result, "site:1", epoch)
    result.seek(0)
    with tarfile.open(fileobj=result) as tar:
        return {name: reproducible.content(tar, name) for name in tar.getnames()}


def image(files: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    (entry,) = json.loads(files["manifest.json"])
    return entry, json.loads(files[entry["Config"]])


def test_two_builds_of_the_same_layers_are_one_image() -> None:
    one = settled(saved(config("2026-01-01T10:00:00.123Z", "a1b2")))
    two = settled(saved(config("2027-05-05T05:05:05.5Z", "c3d4")))
    assert one == two
    entry, _ = image(one)
    assert entry["Config"] == hashlib.sha256(one[entry["Config"]]).hexdigest() + ".json"


def test_what_the_image_runs_and_its_layers_stay() -> None:
    files = settled(saved(config("2026-01-01T10:00:00Z", "a1b2")), epoch=86400)
    entry, found = image(files)
    assert entry["RepoTags"] == ["site:1"]
    assert [files[layer] for layer in entry["Layers"]] == [b"layer 1", b"layer 2"]
    assert found["config"] == {"Cmd": ["app.handler"], "Env": ["A=1"], "Labels": {"revision": "1"}}
    assert found["rootfs"] == config("", "")["rootfs"]
    assert (found["architecture"], found["os"], found["created"]) == ("arm64", "linux", "1970-01-02T00:00:00Z")
    assert [layer["created_by"] for layer in found["history"]] == ["a base image", "COPY"]


def test_another_command_is_another_image() -> None:
    other = config("2026-01-01T10:00:00Z", "a1b2")
    other["config"]["Cmd"] = ["app.other"]
    assert settled(saved(other)) != settled(saved(config("2026-01-01T10:00:00Z", "a1b2")))


def test_the_engines_own_indexes_do_not_lead_back_to_the_image_before() -> None:
    files = settled(saved(config("", ""), **{"index.json": b"{}", "oci-layout": b"{}", "repositories": b"{}"}))
    assert files
    assert not {"index.json", "oci-layout", "repositories", "blobs/config0"} & files.keys()


def test_an_image_of_several_manifests_is_refused() -> None:
    with pytest.raises(GroatError, match="Lambda takes an image of one manifest, and site:1 has: 2"):
        settled(saved(config("", ""), config("", "")))
