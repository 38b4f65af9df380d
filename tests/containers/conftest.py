"""A real Docker engine, a registry from Debian's package, a local cloud in front of it: what plays AWS for ENV=prod.

Without an engine or a registry these tests are skipped, and the skip says what to install.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.machine import BASE, free_port, running

REGISTRY = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module stays in one process: what its tests share (a site, an image) takes longer to make than to test."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def missing() -> str:
    """What these tests need and this machine does not have."""
    if not shutil.which("docker"):
        return "needs Docker (apt-get install docker.io)"
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        return "needs a running Docker engine (systemctl start docker, or dockerd &)"
    if subprocess.run(["docker", "image", "inspect", BASE], capture_output=True, check=False).returncode:
        return f"needs a base image with Python and pip, {BASE} (.ci/docker-base makes it, as root)"
    return "" if shutil.which("docker-registry") else "needs a registry (apt-get install docker-registry)"


@pytest.fixture(scope="session")
def docker() -> None:
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def base(docker: None) -> str:
    """The name of an image with Python and pip on this machine."""
    return BASE


@pytest.fixture(scope="module")
def registry_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the registry keeps what is pushed, in `data/`."""
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def registry(docker: None, registry_folder: Path) -> Iterator[str]:
    """host:port of a registry, empty at first: no module finds what another one has deployed."""
    folder, port = registry_folder, free_port()
    (folder / "config.yml").write_text(REGISTRY.format(root=folder / "data", port=port), encoding="utf-8")
    with running(["docker-registry", "serve", str(folder / "config.yml")], folder, f"http://127.0.0.1:{port}/v2/"):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def cloud(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a local cloud whose ECR is that registry."""
    folder, port = tmp_path_factory.mktemp("cloud"), free_port()
    serve = [sys.executable, "-m", "local_cloud", "serve", "--port", str(port), "--speed", "1000"]
    command = [*serve, "--state", str(folder), "--registry", registry]
    with running(command, folder, f"http://127.0.0.1:{port}/_local_cloud/health"):
        yield f"http://127.0.0.1:{port}"
