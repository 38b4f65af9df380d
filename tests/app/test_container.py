"""The image built and run by a real Docker engine, as Lambda runs it: read-only, without rights, by the runtime client.

No registry is needed, only a base image with Python and pip under a name of your own: GROAT_TEST_BASE.
"""

import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import samcli

ROOT = Path(__file__).parents[2]
EVENTS = Path(__file__).parent / "events"
BASE = os.environ.get("GROAT_TEST_BASE", "")
MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}
ARCHITECTURE = MACHINES[platform.machine()]
EMULATOR = Path(samcli.__file__).parent / "local" / "rapid" / f"aws-lambda-rie-{ARCHITECTURE}"

pytestmark = [
    pytest.mark.docker,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("docker"), reason="needs Docker (apt-get install docker.io)"),
    pytest.mark.skipif(not BASE, reason="needs GROAT_TEST_BASE: the name of a local image with Python and pip"),
]


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def build(*arguments: str) -> str:
    """The id of the image."""
    fixed = ["--quiet", "--network", "host", "--target", "any", "--build-arg", f"BASE={BASE}"]
    return docker("build", *fixed, *arguments, str(ROOT / "app")).splitlines()[-1]


@pytest.fixture(scope="module")
def image() -> str:
    return build("--build-arg", f"ARCHITECTURE={ARCHITECTURE}", "--build-arg", "COMMIT=0123abc")


def inspected(image: str) -> dict[str, Any]:
    (facts,) = json.loads(docker("inspect", image))
    return dict(facts)


@pytest.fixture(scope="module")
def invoke(image: str) -> Iterator[Callable[[str], dict[str, Any]]]:
    locked = ["--read-only", "--user", "65534", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    emulated = ["--publish", "127.0.0.1::8080", "--volume", f"{EMULATOR}:/emulator:ro", "--entrypoint", "/emulator"]
    client = ["python3", "-m", "awslambdaric", "app.handler.handler"]
    container = docker("run", "--detach", *locked, *emulated, image, *client)
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


def test_the_function_answers_read_only_and_without_rights(invoke: Callable[[str], dict[str, Any]]) -> None:
    assert json.loads(invoke("health")["body"]) == {"status": "ok"}
    assert invoke("upload")["statusCode"] == 201
    assert invoke("schedule") == {}


def test_the_image_says_what_it_runs_and_from_where(image: str) -> None:
    facts = inspected(image)
    assert facts["Config"]["Cmd"] == ["app.handler.handler"]
    assert facts["Config"]["User"] == "", "SAM CLI adds its emulator to the image as this user"
    assert facts["Config"]["Labels"]["org.opencontainers.image.revision"] == "0123abc"
    assert facts["Architecture"] == {"x86_64": "amd64", "arm64": "arm64"}[ARCHITECTURE]


def test_the_same_input_is_the_same_layers_built_anew(image: str) -> None:
    again = build("--no-cache", "--build-arg", f"ARCHITECTURE={ARCHITECTURE}", "--build-arg", "COMMIT=0123abc")
    assert inspected(again)["RootFS"] == inspected(image)["RootFS"]


def test_what_is_not_run_is_not_in_the_image(image: str) -> None:
    listed = docker("run", "--rm", "--entrypoint", "python3", image, "-c", "import os; print(*os.listdir('app'))")
    assert {"handler.py", "main.py", "tracks", "__pycache__"} <= set(listed.split())
    assert not {"frontend", "image", "Dockerfile", "README.md", "requirements.txt"} & set(listed.split())


def test_a_builder_of_the_other_architecture_stops_and_says_so() -> None:
    other = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
    with pytest.raises(AssertionError, match=f"ARCHITECTURE asks for: {other}"):
        build("--build-arg", f"ARCHITECTURE={other}")
