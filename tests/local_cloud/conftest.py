"""The services behind the local cloud, empty before and after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud import compose
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.server import Server
from local_cloud.services import Services
from tests.local_cloud.backed_cloud import TEMPLATE, Cloud


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    services.reset()
    yield services
    services.reset()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A local cloud that hardly takes any time."""
    Services().reset()
    with compose.cloud(state=tmp_path / "state", speed=1_000_000) as server:
        yield server
    Services().reset()


@pytest.fixture
def handlers(services: Services) -> Handlers:
    return backed(services)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    Services().reset()
    cloud = Cloud()
    cloud.call("CreateStack", TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    assert cloud.status() == "CREATE_COMPLETE"
    yield cloud
    Services().reset()
