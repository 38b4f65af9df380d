"""The HTTP contract (tests/local_cloud/contract.py) with the app in a container: behind the edge, and by SAM CLI."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from local_cloud.images import Images
from local_cloud.runtime import Runtime
from tests.containers.machine import ARCHITECTURE, ROOT, free_port, running
from tests.local_cloud import handmade
from tests.local_cloud.contract import DIFFERENCES, EXCHANGES, Difference, Expected
from tests.local_cloud.test_http_contract import URI, answered, expect, served

pytestmark = [pytest.mark.docker, pytest.mark.slow]
IMAGE = "groat-contract:local"
DOCKERFILE = f"""\
ARG BASE
FROM ${{BASE}} AS build
RUN python3 -m pip install --quiet --target /more python-multipart=={version("python-multipart")}
FROM {IMAGE}-app
COPY --from=build /more /var/task/
COPY contract_app /var/task/contract_app
CMD ["contract_app.handler"]
"""
TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: {IMAGE}
      Architectures: [{ARCHITECTURE}]
      Timeout: 20
      MemorySize: 512
      Events:
        Api: {{Type: HttpApi}}
"""


@pytest.fixture(scope="module")
def image(base: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The contract's app on the image of the demo website."""
    arguments = ["--build-arg", f"BASE={base}"]
    built("--target", "any", "--tag", f"{IMAGE}-app", *arguments, str(ROOT / "app"))
    file = tmp_path_factory.mktemp("image") / "Dockerfile"
    file.write_text(DOCKERFILE, encoding="utf-8")
    built("--file", str(file), "--tag", IMAGE, *arguments, str(ROOT / "tests" / "local_cloud"))
    return IMAGE


def built(*arguments: str) -> None:
    done = subprocess.run(["docker", "build", "--quiet", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def by_container(folder: Path) -> Iterator[str]:
    """The edge, and behind it the container under the interface emulator."""
    ours = handmade.running(handmade.site(), URI)
    images = Images(folder / "images", container=lambda _: IMAGE)
    runtime = Runtime(handmade.deployed(ours), images, endpoint=lambda: "http://127.0.0.1:1", logs=folder / "logs")
    with served(ours, runtime.invoke) as base:
        yield base
    runtime.close()


@contextmanager
def by_sam(folder: Path) -> Iterator[str]:
    """`sam local start-api`, with warm containers."""
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    port = free_port()
    program = [str(Path(sys.executable).with_name("sam")), "local", "start-api", "--warm-containers", "EAGER"]
    command = [*program, "--template", str(folder / "template.yaml"), "--port", str(port)]
    with running(command, folder, f"http://127.0.0.1:{port}/api/query", seconds=120):
        yield f"http://127.0.0.1:{port}"


WAYS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"container": by_container, "sam": by_sam}
BINARY = Difference(
    why="SAM CLI reads a body as UTF-8 unless the API declares binary media types, which an HTTP API cannot do",
    expected=Expected(status=502),
)
OURS: Mapping[str, Mapping[str, Difference]] = {
    "container": DIFFERENCES["edge"],
    "sam": {
        **dict.fromkeys(
            ("a binary upload", "binary both ways", "an upload in chunks", "an upload over Lambda's six megabytes"),
            BINARY,
        ),
        "in the path, what was encoded twice": DIFFERENCES["edge"]["in the path, what was encoded twice"],
        "an answer over Lambda's six megabytes": Difference(
            why="the interface emulator has Lambda's limit", expected=Expected(status=500)
        ),
    },
}


@pytest.fixture(scope="module", params=WAYS)
def way(
    request: pytest.FixtureRequest, image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, httpx.Client]]:
    with WAYS[request.param](tmp_path_factory.mktemp("way")) as base, httpx.Client(base_url=base, timeout=60) as client:
        yield request.param, client


@pytest.mark.parametrize("name", EXCHANGES)
def test_every_way_keeps_the_contract(way: tuple[str, httpx.Client], name: str) -> None:
    kind, client = way
    difference = OURS[kind].get(name)
    expected: Expected = difference.expected if difference else EXCHANGES[name].expected
    expect(answered(client, EXCHANGES[name]), expected, str(client.base_url).rstrip("/"))
