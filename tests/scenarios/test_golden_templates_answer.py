"""Every shape of website answers its visitors: the deployed distribution, functions, policies and permissions at work.

The app is one that tells what it was asked; everything in front of it is what the template says.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from local_cloud.edge import Edge, Headers, Request, Response
from tests.scenarios.account import DOMAINS, SERVICES, SHAPES, Account

FILES = {"index.html": "home", "about/index.html": "about", "404.html": "lost", "app.js": "code"}
PREFIX = {"snap-start": "/v1/api"}
NO_FRONTEND = {"no-frontend"}
PAGES = {"pages-with-domain", "free-plan", "everything"}
SINGLE_PAGE = set(SHAPES) - PAGES - NO_FRONTEND
WITH_SECRET = {"free-plan", "everything"}


def app(function: str, event: Mapping[str, Any], *, seconds: float = 900.0) -> Any:
    """Answers what it was asked; 404 below `/missing`."""
    status = 404 if event["rawPath"].endswith("/missing") else 200
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


class Visitor:
    """A browser at a deployed shape."""

    def __init__(self, shape: str) -> None:
        account = Account(shape)
        account.create("registry")
        account.push("a")
        if account.has_certificate:
            account.create("certificate")
        account.create("website")
        self.id = account.values["DistributionId"]
        self.host = account.values["Url"].removeprefix("https://")
        self.edge = Edge(account.engine.deployed, services=SERVICES, invoke=app)
        self.upload(account.values.get("FrontendBucketName"))

    def upload(self, bucket: str | None) -> None:
        for key, text in FILES.items() if bucket else ():
            kind = "text/javascript" if key.endswith(".js") else "text/html"
            SERVICES.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=kind)

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", host: str = "", **headers: str) -> Response:
        path, _, query = path.partition("?")
        given = {"Host": host or self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body:
            given["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
        request = Request(method=method, path=path, query=query, body=body, headers=Headers(tuple(given.items())))
        return self.edge.handle(self.id, request)


@pytest.fixture(scope="module", params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def visitor(shape: str) -> Visitor:
    return Visitor(shape)


def asked(answer: Response) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    event: dict[str, Any] = json.loads(answer.body)
    return event


def test_the_root_is_the_home_page(visitor: Visitor, shape: str) -> None:
    answer = visitor.ask("/")
    if shape in NO_FRONTEND:
        assert asked(answer)["rawPath"] == "/"
    else:
        assert (answer.status, answer.body) == (200, b"home")
        assert visitor.ask("/app.js").body == b"code"


def test_every_answer_carries_the_security_headers(visitor: Visitor, shape: str) -> None:
    for path in ("/", PREFIX.get(shape, "/api") + "/things"):
        headers = visitor.ask(path).headers
        assert headers.get("Strict-Transport-Security") == "max-age=31536000"
        assert headers.get("X-Content-Type-Options") == "nosniff"
        assert headers.get("X-Frame-Options") == "DENY"
        assert "frame-ancestors 'none'" in headers.get("Content-Security-Policy")


def test_the_app_gets_the_request_whole(visitor: Visitor, shape: str) -> None:
    prefix = PREFIX.get(shape, "/api")
    event = asked(visitor.ask(f"{prefix}/things?a=1&b=2", Cookie="s=1", X_Mine="yes"))
    assert event["rawPath"] == f"{prefix}/things"
    assert event["rawQueryString"] == "a=1&b=2"
    assert event["cookies"] == ["s=1"]
    assert event["headers"]["x-mine"] == "yes"
    assert event["headers"]["x-forwarded-host"] == visitor.host
    assert event["headers"]["host"] != visitor.host


def test_the_bare_prefix_is_the_apps_too(visitor: Visitor, shape: str) -> None:
    prefix = PREFIX.get(shape, "/api")
    assert asked(visitor.ask(prefix))["rawPath"] == prefix


def test_the_app_takes_what_is_posted(visitor: Visitor, shape: str) -> None:
    event = asked(visitor.ask(f"{PREFIX.get(shape, '/api')}/things", method="POST", body=b"hello"))
    assert event["requestContext"]["http"]["method"] == "POST"


def test_an_error_of_the_app_stays_the_apps(visitor: Visitor, shape: str) -> None:
    answer = visitor.ask(f"{PREFIX.get(shape, '/api')}/missing")
    assert answer.status == 404
    assert json.loads(answer.body)["rawPath"].endswith("/missing")


def test_only_the_distribution_knows_the_origins_secret(visitor: Visitor, shape: str) -> None:
    event = asked(visitor.ask(PREFIX.get(shape, "/api"), x_origin_secret="guess"))
    expected = "unguessable" if shape in WITH_SECRET else "guess"
    assert event["headers"]["x-origin-secret"] == expected


def test_paths_without_a_file(visitor: Visitor, shape: str) -> None:
    if shape in SINGLE_PAGE:
        assert (visitor.ask("/some/place").status, visitor.ask("/some/place").body) == (200, b"home")
        assert visitor.ask("/missing.js").status == 404
    if shape in PAGES:
        assert visitor.ask("/about?x=1").status == 308
        assert visitor.ask("/about?x=1").headers.get("Location") == "/about/?x=1"
        assert visitor.ask("/about/").body == b"about"
        assert (visitor.ask("/missing/").status, visitor.ask("/missing/").body) == (404, b"lost")


def test_the_domains_other_name_redirects(visitor: Visitor, shape: str) -> None:
    if shape in DOMAINS and shape not in NO_FRONTEND:
        other = visitor.host.removeprefix("www.") if visitor.host.startswith("www.") else f"www.{visitor.host}"
        answer = visitor.ask("/about/?x=1", host=other)
        assert answer.status == 308
        assert answer.headers.get("Location").endswith(f"//{visitor.host}/about/?x=1")
