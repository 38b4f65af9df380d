"""The same requests get the same answers from uvicorn and from the local edge (CloudFront, HTTP API, Lambda)."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from local_cloud.edge import Edge, Invoke
from local_cloud.images import Images
from local_cloud.runtime import Runtime
from local_cloud.server import Server
from local_cloud.services import Services
from tests.local_cloud.contract import DIFFERENCES, EXCHANGES, Exchange, Expected
from tests.local_cloud.contract_app import app
from tests.local_cloud.handmade import (
    BUCKET,
    SITE,
    Site,
    deployed,
    echo,
    running,
    site,
    ticked,
)
from tests.waiting import until

HERE = Path(__file__).parent
URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:" + "c" * 64
PAGE = b"<!doctype html><title>Tracks</title>"


@contextmanager
def by_uvicorn(_: Path) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def by_edge(folder: Path) -> Iterator[str]:
    """A bucket, an HTTP API and a function behind a distribution, deployed by hand."""
    images = Images(folder / "images")
    images.register(URI, HERE, "contract_app.handler")
    ours = running(site(), URI)
    runtime = Runtime(deployed(ours), images, endpoint=lambda: "http://127.0.0.1:1", logs=folder / "logs")
    with served(ours, runtime.invoke) as base:
        yield base
    runtime.close()


@contextmanager
def by_edge_before_uvicorn(folder: Path) -> Iterator[str]:
    """The same distribution with uvicorn on this machine as the API's origin: how a developer's edits show at once."""
    with by_uvicorn(folder) as base:
        custom = {"OriginProtocolPolicy": "http-only", "HTTPPort": base.rpartition(":")[2]}
        origin = {"Id": "api", "DomainName": "127.0.0.1", "CustomOriginConfig": custom}
        with served(ticked(site(), "distribution", "DistributionConfig", "Origins", 1, value=origin), echo) as edge:
            yield edge


@contextmanager
def served(ours: Site, invoke: Invoke) -> Iterator[str]:
    services = Services()
    services.reset()
    services.client("s3").create_bucket(Bucket=BUCKET)
    services.client("s3").put_object(Bucket=BUCKET, Key="index.html", Body=PAGE, ContentType="text/html")
    with Server(Edge(deployed(ours), services=services, invoke=invoke).wsgi(SITE)) as server:
        yield server.endpoint
    services.reset()


WAYS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "uvicorn": by_uvicorn,
    "edge": by_edge,
    "edge before uvicorn": by_edge_before_uvicorn,
}


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, httpx.Client]]:
    """A way to serve the app, by its name, and a client that asks it."""
    with WAYS[request.param](tmp_path_factory.mktemp("way")) as base, httpx.Client(base_url=base, timeout=30) as client:
        yield request.param, client


def answered(client: httpx.Client, exchange: Exchange) -> httpx.Response:
    body = iter([exchange.body]) if exchange.body and "Transfer-Encoding" in exchange.headers else exchange.body
    headers = [*exchange.headers.items(), *exchange.repeated]
    return client.request(exchange.method, exchange.target, headers=headers, content=body)


def expect(answer: httpx.Response, expected: Expected, base: str) -> None:
    assert answer.status_code == expected.status
    for name, value in expected.headers.items():
        assert answer.headers.get(name) == value.replace("{base}", base)
    if expected.json is not None:
        assert answer.json() == expected.json
    if expected.body is not None:
        assert answer.content == expected.body
    if expected.length is not None:
        assert len(answer.content) == expected.length


@pytest.mark.parametrize("name", EXCHANGES)
def test_every_way_keeps_the_contract(way: tuple[str, httpx.Client], name: str) -> None:
    kind, client = way
    exchange = EXCHANGES[name]
    difference = DIFFERENCES[kind].get(name)
    expected = difference.expected if difference else exchange.expected
    expect(answered(client, exchange), expected, str(client.base_url).rstrip("/"))


def test_the_edge_serves_the_bucket_beside_the_api(tmp_path: Path) -> None:
    with by_edge(tmp_path) as base, httpx.Client(base_url=base) as client:
        assert client.get("/").content == PAGE
        assert client.head("/index.html").headers["content-length"] == str(len(PAGE))
        assert client.get("/none.html").status_code == 404


def test_the_differences_are_of_exchanges_that_exist() -> None:
    assert DIFFERENCES.keys() == WAYS.keys()
    assert all(known.keys() <= EXCHANGES.keys() for known in DIFFERENCES.values())
