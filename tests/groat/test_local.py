"""`groat local`: what it says of a local cloud that runs already, or cannot run as it is asked to."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n", encoding="utf-8")
    checkout = Checkout(tmp_path)
    yield checkout
    checkout.groat("local", "down")


def test_one_that_runs_otherwise_is_stopped_first(checkout: Checkout) -> None:
    checkout.groat("local", "up", "--speed", "50")
    for words in (("--speed", "3"), ("--port", "1")):
        said = checkout.refused("local", "up", *words)
        assert "already running" in said
        assert "local down" in said.partition("hint: ")[2]
    assert checkout.groat("local", "up") == checkout.groat("local", "up", "--speed", "50")


def test_a_port_that_is_taken_is_left_to_who_has_it(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        said = checkout.refused("local", "up", "--port", str(listener.getsockname()[1]))
    assert "Port in use by another program" in said
    assert "local up" in said.partition("hint: ")[2]
