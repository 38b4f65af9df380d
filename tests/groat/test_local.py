"""`groat local`: what it says of a local cloud that runs already, or cannot run as it is asked to."""

import os
import socket
import subprocess
import sys
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


def test_any_client_of_aws_finds_it_by_what_env_prints(checkout: Checkout) -> None:
    (checkout.root / "samconfig.toml").write_text(
        'version = 0.1\n[local.deploy.parameters]\nstack_name = "shop"\nregion = "eu-west-1"\n', encoding="utf-8"
    )
    assert "local up" in checkout.refused("local", "env").partition("hint: ")[2]
    checkout.groat("local", "up", "--speed", "1000")
    printed = dict(line.split("=", 1) for line in checkout.run("local", "env").stdout.splitlines())
    code = "import boto3; print(boto3.client('sns').create_topic(Name='news')['TopicArn'])"
    made = subprocess.check_output([sys.executable, "-c", code], env=os.environ | printed, text=True)
    assert made.startswith("arn:aws:sns:eu-west-1:")


def test_a_port_that_is_taken_is_left_to_who_has_it(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        said = checkout.refused("local", "up", "--port", str(listener.getsockname()[1]))
    assert "Port in use by another program" in said
    assert "local up" in said.partition("hint: ")[2]
