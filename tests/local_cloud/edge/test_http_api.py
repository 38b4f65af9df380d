"""Payload format 2.0 both ways, and which route of an HTTP API a request takes."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from local_cloud.edge import FunctionError, Headers, Invoke, Request, Response, TooSlow
from local_cloud.edge.http_api import HttpApi
from local_cloud.edge.invoke import TOO_LARGE
from local_cloud.edge.live import Live
from tests.local_cloud.handmade import (
    API,
    API_DOMAIN,
    FUNCTION_ARN,
    Resource,
    Site,
    added,
    deployed,
    echo,
    site,
    ticked,
    without,
)

ROUTES = [
    "GET /items",
    "ANY /items",
    "GET /items/{id}",
    "ANY /files/{proxy+}",
    "ANY /files/public/{proxy+}",
    "$default",
]


def ask(before: Site, request: Request, invoke: Invoke = echo) -> Response:
    api = HttpApi(before["api"], Live(deployed(before)), invoke)
    return api.handle(request.but(headers=request.headers.setting(("Host", API_DOMAIN))))


def event(request: Request, before: Site | None = None) -> Mapping[str, Any]:
    got: Mapping[str, Any] = json.loads(ask(before or site(), request).body)
    return got


def answering(result: Any) -> Response:
    return ask(site(), Request(), lambda function, event, *, seconds=0: result)


def routed(*keys: str, stage: str = "$default") -> Site:
    """The API with Route and Integration resources instead of an OpenAPI body."""
    integration = Resource(
        type="AWS::ApiGatewayV2::Integration",
        physical_id="int1",
        properties={"ApiId": API, "IntegrationUri": FUNCTION_ARN, "PayloadFormatVersion": "2.0"},
    )
    changed = added(ticked(site(), "api", "Body", value=None), "integration", integration)
    for key in keys:
        properties = {"ApiId": API, "RouteKey": key, "Target": "integrations/int1"}
        changed = added(changed, key, Resource(type="AWS::ApiGatewayV2::Route", physical_id=key, properties=properties))
    return ticked(changed, "stage", "StageName", value=stage)


def test_an_event_has_the_documented_shape() -> None:
    request = Request(
        method="POST",
        path="/api/caf%C3%A9",
        query="b=2&a=1&a=%20",
        headers=Headers((("X-A", "1"), ("x-a", "2"), ("Cookie", "k=v; l=w"), ("Content-Type", "application/json"))),
        body=b'{"a":1}',
        client="192.0.2.1",
    )
    got = event(request)
    context = got["requestContext"]
    trace = got["headers"].pop("x-amzn-trace-id")
    assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", trace)
    assert {key: got[key] for key in got if key != "requestContext"} == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/café",
        "rawQueryString": "b=2&a=1&a=%20",
        "cookies": ["k=v", "l=w"],
        "headers": {
            "content-type": "application/json",
            "host": API_DOMAIN,
            "x-a": "1,2",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"b": "2", "a": "1, "},
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }
    assert context["http"] == {
        "method": "POST",
        "path": "/api/café",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "",
    }
    assert {key: context[key] for key in ("accountId", "apiId", "domainName", "domainPrefix", "routeKey", "stage")} == {
        "accountId": "111111111111",
        "apiId": API,
        "domainName": API_DOMAIN,
        "domainPrefix": API,
        "routeKey": "$default",
        "stage": "$default",
    }
    assert context.keys() >= {"requestId", "time", "timeEpoch"}


def test_empty_parts_are_left_out() -> None:
    assert event(Request()).keys() == {
        "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        ("application/json", b"{}", False),
        ("text/plain; charset=utf-8", "ü".encode(), False),
        ("application/problem+json", b"{}", False),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("multipart/form-data; boundary=x", b"--x", True),
        ("application/octet-stream", b"\x00\xff", True),
        ("text/plain", b"\xff", True),
        ("", b"x", True),
    ],
)
def test_what_is_not_text_travels_as_base64(content_type: str, body: bytes, encoded: bool) -> None:
    got = event(Request(method="POST", headers=Headers((("Content-Type", content_type),)), body=body))
    assert got["isBase64Encoded"] is encoded
    assert (base64.b64decode(got["body"]) if encoded else got["body"].encode()) == body


def test_a_value_without_a_status_is_the_body_of_a_200_as_json() -> None:
    answer = answering({"a": [1, "ü"]})
    assert (answer.status, json.loads(answer.body)) == (200, {"a": [1, "ü"]})
    assert answer.headers.get("Content-Type") == "application/json"
    assert answering("plain").body == b"plain"


def test_a_formatted_response_is_taken_over() -> None:
    answer = answering(
        {
            "statusCode": 201,
            "headers": {"X-A": 1, "Content-Length": "99"},
            "cookies": ["a=1; Path=/", "b=2"],
            "body": base64.b64encode(b"\x00\xff").decode(),
            "isBase64Encoded": True,
        }
    )
    assert (answer.status, answer.body, answer.headers.get("X-A")) == (201, b"\x00\xff", "1")
    assert answer.headers.all("Set-Cookie") == ("a=1; Path=/", "b=2")
    assert "Content-Length" not in answer.headers
    assert answer.headers.get("Content-Type") == "text/plain;charset=UTF-8"


@pytest.mark.parametrize("result", [{"statusCode": "many"}, {"statusCode": 200, "isBase64Encoded": True, "body": "é!"}])
def test_a_malformed_response_is_a_500(result: Any) -> None:
    answer = answering(result)
    assert (answer.status, answer.body) == (500, b'{"message":"Internal Server Error"}')


def test_a_function_that_fails_is_a_500_and_one_that_never_answers_a_503() -> None:
    def fails(function: str, event: Mapping[str, Any], *, seconds: float = 0) -> Any:
        raise FunctionError("ValueError", "boom")

    def hangs(function: str, event: Mapping[str, Any], *, seconds: float = 0) -> Any:
        raise TooSlow(f"No answer within {seconds} s")

    def refuses(function: str, event: Mapping[str, Any], *, seconds: float = 0) -> Any:
        raise FunctionError(TOO_LARGE, "Larger than 6291456 bytes")

    assert ask(site(), Request(), fails).status == 500
    assert ask(site(), Request(), refuses).status == 413
    answer = ask(site(), Request(), hangs)
    assert (answer.status, answer.body) == (503, b'{"message":"Service Unavailable"}')


def test_a_body_over_ten_megabytes_is_refused() -> None:
    body = b"x" * (10 * 1024 * 1024)
    assert ask(site(), Request(method="POST", body=body)).status == 200
    assert ask(site(), Request(method="POST", body=body + b"x")).status == 413


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/items", "GET /items", None),
        ("POST", "/items", "ANY /items", None),
        ("GET", "/items/a%20b", "GET /items/{id}", {"id": "a b"}),
        ("DELETE", "/items/7", "$default", None),
        ("GET", "/items/7/parts", "$default", None),
        ("PUT", "/files/a/b", "ANY /files/{proxy+}", {"proxy": "a/b"}),
        ("GET", "/files/public/a", "ANY /files/public/{proxy+}", {"proxy": "a"}),
        ("GET", "/", "$default", None),
    ],
)
def test_the_most_specific_route_is_taken(
    method: str, path: str, key: str, parameters: Mapping[str, str] | None
) -> None:
    got = event(Request(method=method, path=path), routed(*ROUTES))
    assert (got["routeKey"], got.get("pathParameters")) == (key, parameters)


def test_without_a_route_it_is_not_found() -> None:
    answer = ask(routed("GET /items"), Request(path="/other"))
    assert (answer.status, answer.body) == (404, b'{"message":"Not Found"}')


def test_a_named_stage_is_in_the_path_and_the_app_sees_it() -> None:
    got = event(Request(path="/prod/items"), routed("GET /items", stage="prod"))
    assert (got["rawPath"], got["routeKey"], got["requestContext"]["stage"]) == ("/prod/items", "GET /items", "prod")


def test_without_a_stage_nothing_answers() -> None:
    assert ask(without(site(), "stage"), Request()).status == 404


def test_with_cors_configured_the_api_answers_preflights_and_takes_off_the_apps_headers() -> None:
    config = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "AllowCredentials": True, "MaxAge": 60}
    cors = ticked(site(), "api", "CorsConfiguration", value=config)
    origin = ("Origin", "https://a.example")
    asked = Request(method="OPTIONS", headers=Headers((origin, ("Access-Control-Request-Method", "GET"))))
    preflight = ask(cors, asked)
    assert (preflight.status, preflight.headers.get("Access-Control-Allow-Origin")) == (204, "https://a.example")
    assert preflight.headers.get("Access-Control-Max-Age") == "60"
    theirs = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}, "body": ""}
    answer = ask(cors, Request(headers=Headers((origin,))), lambda function, event, *, seconds=0: theirs)
    assert answer.headers.all("Access-Control-Allow-Origin") == ("https://a.example",)
