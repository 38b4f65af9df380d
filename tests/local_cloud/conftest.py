"""The services behind the local cloud, empty before and after each test."""

from collections.abc import Iterator

import pytest

from local_cloud.cloudformation.handlers import Handlers
from local_cloud.cloudformation.resources import backed
from local_cloud.services import Services


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    services.reset()
    yield services
    services.reset()


@pytest.fixture
def handlers(services: Services) -> Handlers:
    return backed(services)
