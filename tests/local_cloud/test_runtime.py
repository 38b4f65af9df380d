"""Functions run by the official runtime client under the interface emulator."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local_cloud.images import Images
from local_cloud.runtime import FunctionError, Runtime, TooSlow
from local_cloud.runtime_worker import interface_emulator
from tests.local_cloud.handmade import FUNCTION, FUNCTION_ARN, Resource, Site, deployed, ticked

URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:"
CODE = """\
import os, time
calls = 0
print("imported", flush=True)

def handler(event, context):
    global calls
    calls += 1
    match event:
        case {"raise": text}: raise ValueError(text)
        case {"exit": code}: os._exit(code)
        case {"sleep": seconds}: time.sleep(seconds)
        case {"large": size}: return "x" * size
    return {"calls": calls, "pid": os.getpid(), "env": dict(os.environ), "left": context.get_remaining_time_in_millis(),
            "name": context.function_name, "event": event}
"""

pytestmark = pytest.mark.skipif(not interface_emulator(), reason="the runtime interface emulator runs on Linux only")


class World:
    """One function, deployed in turn with other boxes."""

    def __init__(self, folder: Path) -> None:
        self.images = Images(folder / "images")
        self.logs = folder / "logs"
        self.site: Site = {"function": self.function(self.image("1", CODE))}
        self.runtime = Runtime(self.deployed, self.images, endpoint=lambda: "http://127.0.0.1:4566", logs=self.logs)

    def deployed(self, type: str) -> Sequence[Resource]:
        return deployed(self.site)(type)

    def image(self, digit: str, code: str) -> str:
        """The URI of an image with this code."""
        source = self.logs.parent / f"source{digit}"
        source.joinpath("app").mkdir(parents=True)
        source.joinpath("app", "handler.py").write_text(code)  # no __init__.py: the repository's own `app` has one
        return self.images.register(URI + digit * 64, source, "app.handler.handler").uri

    def function(self, uri: str) -> Resource:
        properties = {
            "PackageType": "Image",
            "Code": {"ImageUri": uri},
            "Timeout": 10,
            "MemorySize": 512,
            "Environment": {"Variables": {"TABLE": "tracks", "AWS_REGION": "not-this"}},
        }
        attributes = {"Arn": FUNCTION_ARN}
        return Resource(
            type="AWS::Lambda::Function", physical_id=FUNCTION, properties=properties, attributes=attributes
        )

    def tick(self, *path: str, value: Any) -> None:
        self.site = ticked(self.site, "function", *path, value=value)

    def invoke(self, **event: Any) -> Any:
        return self.runtime.invoke(FUNCTION, event)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.runtime.close()


def test_a_function_runs_as_it_is_deployed_and_stays_warm(world: World) -> None:
    first, second = world.invoke(a="ü"), world.invoke()
    assert first["event"] == {"a": "ü"}
    assert (first["name"], first["left"] > 5000) == (FUNCTION, True)
    assert (second["calls"], second["pid"]) == (2, first["pid"])
    expected = {
        "TABLE": "tracks",
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }
    assert {name: first["env"].get(name) for name in expected} == expected
    assert "imported" in world.logs.joinpath(f"{FUNCTION}.log").read_text()


def test_a_function_is_found_by_its_arn_too(world: World) -> None:
    assert world.runtime.invoke(FUNCTION_ARN, {})["calls"] == 1


def test_a_changed_function_is_started_anew(world: World) -> None:
    before = world.invoke()["pid"]
    world.tick("Environment", "Variables", value={"TABLE": "other"})
    after = world.invoke()
    assert (after["env"]["TABLE"], after["calls"], after["pid"] != before) == ("other", 1, True)
    world.tick("Code", value={"ImageUri": world.image("2", "def handler(event, context): return 'new code'")})
    assert world.invoke() == "new code"


def test_the_functions_own_command_replaces_the_images_handler(world: World) -> None:
    code = f"{CODE}\ndef other(event, context): return 'other'"
    world.tick("Code", value={"ImageUri": world.image("5", code)})
    world.tick("ImageConfig", value={"Command": ["app.handler.other"]})
    assert world.invoke() == "other"


def test_concurrent_events_get_processes_of_their_own(world: World) -> None:
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda _: world.invoke(sleep=0.5), range(3)))
    assert len({result["pid"] for result in results}) == 3


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"raise": "boom"}, "ValueError: boom"),
        ({"exit": 3}, "Runtime.ExitError"),
        ({"large": 7_000_000}, "Function.ResponseSizeTooLarge"),
        ({"input": "x" * 7_000_000}, "RequestTooLargeException"),
    ],
)
def test_a_failure_is_one_and_the_next_event_is_served(world: World, event: dict[str, Any], kind: str) -> None:
    with pytest.raises(FunctionError, match=kind):
        world.invoke(**event)
    assert world.invoke()["calls"] >= 1


def test_a_function_over_its_timeout_fails(world: World) -> None:
    world.tick("Timeout", value=1)
    with pytest.raises(FunctionError, match=r"Task timed out after 1\.00 seconds"):
        world.invoke(sleep=3)
    assert world.invoke()["calls"] == 1


def test_a_caller_may_give_up_first(world: World) -> None:
    world.invoke()
    with pytest.raises(TooSlow):
        world.runtime.invoke(FUNCTION, {"sleep": 5}, seconds=0.3)
    assert world.invoke()["calls"] == 1


def test_code_that_cannot_be_imported_says_so(world: World) -> None:
    world.tick("Code", value={"ImageUri": world.image("3", "import not_installed")})
    with pytest.raises(FunctionError, match=r"Runtime\.ImportModuleError.*not_installed"):
        world.invoke()


def test_what_is_not_deployed_or_not_registered_is_said(world: World) -> None:
    with pytest.raises(FunctionError, match="Function not found: other"):
        world.runtime.invoke("other", {})
    world.tick("Code", value={"ImageUri": URI + "f" * 64})
    with pytest.raises(FunctionError, match=r"ImageNotRegistered.*ffff"):
        world.invoke()


def test_closing_stops_the_processes(world: World) -> None:
    process = Path("/proc", str(world.invoke()["pid"]))
    assert process.exists()
    world.runtime.close()
    assert not process.exists()
