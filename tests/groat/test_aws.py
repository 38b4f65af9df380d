"""A client of one local cloud is a client of no other: ports change hands when a local cloud has ended."""

import os
from pathlib import Path

import pytest

from groat.aws import Aws, connect
from groat.config import settings
from groat.errors import GroatError
from local_cloud.daemon import Running

ROOT = Path(__file__).parents[2]


def client_of(endpoint: str, pid: int) -> Aws:
    port = int(endpoint.rpartition(":")[2])
    return connect(settings(ROOT, "local"), cloud=Running(pid=pid, speed=1, port=port, endpoint=endpoint, log=""))


def test_the_local_cloud_that_is_meant_answers(endpoint: str) -> None:
    aws = client_of(endpoint, os.getpid())
    assert aws.account() == "111111111111"
    assert aws.cloudformation("us-east-1").stack("tracks") is None


def test_another_one_on_the_same_port_refuses_every_service_and_nothing_is_made_there(endpoint: str) -> None:
    stranger = client_of(endpoint, 1)
    with pytest.raises(GroatError, match="another one has its port now"):
        stranger.client("s3").create_bucket(Bucket="tracks")
    with pytest.raises(GroatError, match="another one has its port now"):
        stranger.cloudformation("us-east-1").stack("tracks")
    assert client_of(endpoint, os.getpid()).client("s3").list_buckets()["Buckets"] == []
