"""The image of the app as Lambda runs it: read-only, without rights, by the runtime client."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from local_cloud.runtime_worker import interface_emulator
from tests.containers.machine import ARCHITECTURE, ROOT

EVENTS = ROOT / "tests" / "app" / "events"
LIKE_AWS = Path(__file__).parent / "like_aws"

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def build(base: str, *arguments: str) -> str:
    """The id of the app's image on this base."""
    fixed = ["--quiet", "--network", "host", "--build-arg", f"BASE={base}"]
    return docker("build", *fixed, *arguments, str(ROOT / "app")).splitlines()[-1]


@pytest.fixture(scope="module")
def image(base: str) -> str:
    return build(
        base, "--target", "any", "--build-arg", f"ARCHITECTURE={ARCHITECTURE}", "--build-arg", "COMMIT=0123abc"
    )


def inspected(image: str) -> dict[str, Any]:
    (facts,) = json.loads(docker("inspect", image))
    return dict(facts)


@contextmanager
def running(image: str, *command: str) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Calls the function, locked in as by Lambda, with an event of that name."""
    locked = ["--read-only", "--user", "65534", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    emulator = ["--volume", f"{interface_emulator()}:/emulator:ro", "--entrypoint", "/emulator"]
    container = docker("run", "--detach", "--publish", "127.0.0.1::8080", *locked, *emulator, image, *command)
    try:
        address = docker("port", container, "8080/tcp").splitlines()[0]
        url = f"http://{address}/2015-03-31/functions/function/invocations"
        yield lambda name: answer(url, EVENTS / f"{name}.json")
    finally:
        docker("rm", "--force", container)


def answer(url: str, event: Path, *, tries: int = 50) -> dict[str, Any]:
    """The emulator listens a moment after the container has started."""
    for _ in range(tries):
        try:
            return dict(httpx.post(url, content=event.read_bytes(), timeout=30).json())
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the emulator does not answer: {url}")


def test_the_function_answers_read_only_and_without_rights(image: str) -> None:
    with running(image, "python3", "-m", "awslambdaric", "app.handler.handler") as invoke:
        assert json.loads(invoke("health")["body"]) == {"status": "ok"}
        assert invoke("upload")["statusCode"] == 201
        assert invoke("schedule") == {}


def test_the_default_stage_stands_on_an_image_laid_out_like_awss_own(base: str) -> None:
    """A stand-in: AWS's registry is not asked. The runtime client is the base's, and so is the entry point."""
    lambdas = "groat-like-aws:local"
    client = ["--build-arg", f"CLIENT={version('awslambdaric')}", "--build-arg", f"BASE={base}"]
    docker("build", "--network", "host", "--tag", lambdas, *client, str(LIKE_AWS))
    image = build(lambdas)
    assert inspected(image)["Config"]["Entrypoint"] == ["/lambda-entrypoint.sh"]
    assert "awslambdaric" not in docker("run", "--rm", "--entrypoint", "ls", image, "/var/task").split()
    with running(image, "/lambda-entrypoint.sh", "app.handler.handler") as invoke:
        assert json.loads(invoke("health")["body"]) == {"status": "ok"}


def test_the_image_says_what_it_runs_and_from_where(image: str) -> None:
    facts = inspected(image)
    assert facts["Config"]["Cmd"] == ["app.handler.handler"]
    assert facts["Config"]["User"] == "", "SAM CLI adds its emulator to the image as this user"
    assert facts["Config"]["Labels"]["org.opencontainers.image.revision"] == "0123abc"
    assert facts["Architecture"] == {"x86_64": "amd64", "arm64": "arm64"}[ARCHITECTURE]


def test_what_is_not_run_is_not_in_the_image(image: str) -> None:
    files = set(
        docker("run", "--rm", "--entrypoint", "find", image, ".", "-type", "f", "-printf", "%P\\n").splitlines()
    )
    assert {"app/handler.py", "app/main.py", "fastapi/__init__.py"} <= files
    assert not [
        file for file in files if re.match(r"app/(frontend|image|Dockerfile|README|requirements)|bin/|pip/", file)
    ]
    assert not [file for file in files if "/tests/" in file or file.endswith((".pyi", "/RECORD"))]
    code = {file.removesuffix(".py") for file in files if file.endswith(".py")}
    compiled = {re.sub(r"__pycache__/(.*)\.cpython-\d+\.pyc$", r"\1", file) for file in files if file.endswith(".pyc")}
    assert compiled == code


def test_a_builder_of_the_other_architecture_stops_and_says_so(base: str) -> None:
    other = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
    with pytest.raises(AssertionError, match=f"ARCHITECTURE asks for: {other}"):
        build(base, "--build-arg", f"ARCHITECTURE={other}")
