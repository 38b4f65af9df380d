"""The services behind the local cloud, empty before and after each test."""

from collections.abc import Iterator

import pytest

from local_cloud.cloudformation.resources.backed import backed
from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.services import Services
from tests.local_cloud.backed_cloud import TEMPLATE, Cloud


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    services.reset()
    yield services
    services.reset()


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
