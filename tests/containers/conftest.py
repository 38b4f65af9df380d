"""A real Docker engine, a registry from Debian's package, a local cloud in front of it: what plays AWS for ENV=prod.

Without an engine or a registry these tests are skipped, and the skip says what to install.
"""

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE = os.environ.get("GROAT_TEST_BASE", "groat-build-base:local")
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
REGISTRY = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


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


@pytest.fixture(scope="session")
def registry(docker: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of an empty registry."""
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    (folder / "config.yml").write_text(REGISTRY.format(root=folder / "data", port=port), encoding="utf-8")
    with running(["docker-registry", "serve", str(folder / "config.yml")], folder, f"http://127.0.0.1:{port}/v2/"):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def cloud(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a local cloud whose ECR is that registry."""
    folder, port = tmp_path_factory.mktemp("cloud"), free_port()
    serve = [sys.executable, "-m", "local_cloud", "serve", "--port", str(port), "--speed", "1000"]
    command = [*serve, "--state", str(folder), "--registry", registry]
    with running(command, folder, f"http://127.0.0.1:{port}/_local_cloud/health"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], folder: Path, health: str) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        wait_for(health, process, folder / "log")
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer; the log ends: {log.read_text(encoding='utf-8')[-2000:]}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
