"""SAM CLI, unmodified, on a clone: build, validate, serve, call; and by `groat sam`, with a base image of one's own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from groat.project import Project
from groat.sam import template as sam_template
from groat.sam import with_image
from tests.checkout import Checkout
from tests.containers.checkout import ACCOUNT, asked, checkout
from tests.containers.machine import ARCHITECTURE, free_port

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests" / "app" / "events"
pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def clone(base: str, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = checkout(
        tmp_path_factory.mktemp("clone"), architecture=ARCHITECTURE, base=base,
        environment={**ACCOUNT, "SAM_CLI_TELEMETRY": "0"},
    )  # fmt: skip
    made.groat("templates")
    website = made.root / "templates" / "website.yaml"
    website.write_text(sam_template(Project(made.root)).read_text("utf-8"), "utf-8")  # a base that is on this machine
    return made


def sam(clone: Checkout, *words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("sam")
    return subprocess.run(
        [program, *words], cwd=clone.root, env={**os.environ, **clone.environment},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@contextmanager
def api(clone: Checkout) -> Iterator[str]:
    port = free_port()
    program = [str(Path(sys.executable).with_name("sam")), "local", "start-api", "--port", str(port)]
    with (clone.root / "api.log").open("wb") as log:
        process = subprocess.Popen(
            program, cwd=clone.root, env={**os.environ, **clone.environment}, stdout=log, stderr=log
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/api/health", process, clone.root / "api.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=60):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8")[-2000:])


def test_plain_sam_validates_builds_invokes_and_serves_a_clone(clone: Checkout) -> None:
    valid = sam(clone, "validate")
    assert valid.returncode == 0, valid.stdout + valid.stderr
    built = sam(clone, "build")
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    called = sam(clone, "local", "invoke", "--event", str(EVENTS / "health.json"))
    assert json.loads(json.loads(called.stdout.splitlines()[-1])["body"]) == {"status": "ok"}, called.stderr
    with api(clone) as url:
        assert asked(f"{url}/api/health") == (200, b'{"status":"ok"}')
        status, body = asked(f"{url}/api/activities", (clone.root / "app/frontend/sample.gpx").read_bytes())
        assert (status, json.loads(body)["summary"]["distance"] > 0) == (201, True)
    log = (clone.root / "api.log").read_text(encoding="utf-8")
    assert log.count("Building image") == 1, "warm containers: SAM builds its emulator in once, not for every request"


def test_groat_sam_calls_the_function_in_an_image_on_a_base_of_ones_own(base: str, tmp_path: Path) -> None:
    """Of the Site as it is: its templates are older."""
    done = checkout(tmp_path, architecture=ARCHITECTURE, base=base, environment={}).run(
        "sam", "invoke", str(EVENTS / "health.json")
    )
    assert done.returncode == 0, done.stderr
    assert '"statusCode": 200' in done.stdout


def test_a_base_that_is_not_to_be_had_is_told_as_that(tmp_path: Path, docker: None) -> None:
    nothing = checkout(tmp_path, architecture=ARCHITECTURE, base="groat-nothing.invalid/base", environment={})
    said = nothing.refused("sam", "build")
    assert "The app's image does not build, see above" in said
    assert "BASE in pyproject's [tool.groat.image]" in said


def test_a_function_for_another_processor_is_said_to_be_that(base: str, tmp_path: Path) -> None:
    other = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
    clone = checkout(tmp_path, architecture=other, base=base, environment={})
    said = clone.refused("sam", "build")
    without_base = "name a base image that this machine can get"  # containerd's image store looks for one of the other
    assert f"The function is for {other}, and this machine is: {ARCHITECTURE}" in said or without_base in said


def test_the_image_table_becomes_what_sam_reads() -> None:
    text = "Resources:\n  Function:\n    Metadata:\n      DockerTag: x\n    Properties: {}\n"
    lines = with_image(text, {"target": "any", "arguments": {"BASE": "python:3.13-slim"}}).splitlines()
    assert lines[4:6] == ['      DockerBuildTarget: "any"', '      DockerBuildArgs: {"BASE": "python:3.13-slim"}']


def test_sam_package_pushes_and_names_the_image_in_the_template(clone: Checkout, cloud: str, registry: str) -> None:
    aws = Checkout(clone.root, {**clone.environment, "AWS_ENDPOINT_URL": cloud})
    assert sam(clone, "build").returncode == 0
    own = ["--config-env", "local", "--image-repository", f"{registry}/tracks"]
    packaged = sam(aws, "package", *own, "--output-template-file", "out.yaml")
    assert packaged.returncode == 0, packaged.stdout[-2000:] + packaged.stderr[-2000:]
    assert f"ImageUri: {registry}/tracks:function-" in (clone.root / "out.yaml").read_text(encoding="utf-8")


def test_plain_sam_package_finds_bucket_and_repository_by_itself(clone: Checkout, cloud: str) -> None:
    """As far as the host of ECR, which is AWS's own."""
    aws = Checkout(clone.root, {**clone.environment, "AWS_ENDPOINT_URL": cloud})
    assert sam(clone, "build").returncode == 0
    packaged = sam(aws, "package", "--output-template-file", "out.yaml")
    told = packaged.stdout + packaged.stderr
    assert "The push refers to repository [111111111111.dkr.ecr.us-east-1.amazonaws.com/" in told, told[-2000:]
