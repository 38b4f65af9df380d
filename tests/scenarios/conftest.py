"""The local cloud that the scenarios of real clients talk to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.real_clients import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served
