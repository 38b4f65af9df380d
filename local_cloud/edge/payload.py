"""Payload format 2.0: an HTTP request as the event that a function gets, and what it returns as an HTTP response.

The rule: shapes exactly as AWS writes them. Sources: "Create AWS Lambda proxy integrations for HTTP APIs" (API Gateway
developer guide), "Invoking Lambda function URLs" (Lambda developer guide). Measured on AWS by others: an HTTP API gives
`rawPath` percent-decoded, a Function URL as sent; form posts arrive base64-encoded from both.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local_cloud.edge.messages import Headers, Request, Response

Event = dict[str, Any]
TEXT = re.compile(r"^(text/.*|application/(json|javascript|xml|.*\+json|.*\+xml))$")
NOT_IN_RESPONSES = ("connection", "content-length", "transfer-encoding", "keep-alive", "upgrade")


class PayloadError(ValueError):
    """What the function returned is not a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Where a request came in: what the event says besides the request itself."""

    account: str
    api_id: str
    domain: str
    stage: str
    route_key: str
    raw_path: str
    request_id: str
    at: datetime
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)


def event(request: Request, call: Call) -> Event:
    """The event; keys without a value are left out, as AWS does."""
    full: Event = {
        "version": "2.0",
        "routeKey": call.route_key,
        "rawPath": call.raw_path,
        "rawQueryString": request.query,
        "cookies": request.cookies,
        "headers": _headers(request, call),
        "queryStringParameters": _joined(parse_qsl(request.query, keep_blank_values=True)),
        "requestContext": _context(request, call),
        "pathParameters": dict(call.path_parameters),
        "stageVariables": dict(call.stage_variables),
        **_body(request),
    }
    optional = ("cookies", "queryStringParameters", "pathParameters", "stageVariables")
    return {key: value for key, value in full.items() if value or key not in optional}


def response(result: Any) -> Response:
    """The HTTP response. Without a `statusCode` the whole value is the body of a 200, as JSON. Raises PayloadError."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return Response(headers=Headers((("Content-Type", "application/json"),)), body=_json(result))
    try:
        return Response(
            status=int(result["statusCode"]),
            headers=Headers(tuple(_response_headers(result))).default(("Content-Type", "text/plain;charset=UTF-8")),
            body=_response_body(result),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise PayloadError(f"Not a response of payload format 2.0: {error}") from error


def _context(request: Request, call: Call) -> Event:
    return {
        "accountId": call.account,
        "apiId": call.api_id,
        "domainName": call.domain,
        "domainPrefix": call.domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": call.raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": _source(request),
            "userAgent": request.headers.get("User-Agent"),
        },
        "requestId": call.request_id,
        "routeKey": call.route_key,
        "stage": call.stage,
        "time": call.at.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(call.at.timestamp() * 1000),
    }


def _headers(request: Request, call: Call) -> dict[str, str]:
    """Lower-cased and comma-joined, cookies apart, and with what AWS's own front writes into every request."""
    written = (
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "443"),
        ("X-Amzn-Trace-Id", f"Root=1-{int(call.at.timestamp()):08x}-{call.request_id.replace('-', '')[:24]}"),
    )
    headers = request.headers.setting(*written).default(("X-Forwarded-For", request.client))
    names = sorted({name.lower() for name, _ in headers} - {"cookie"})
    return {name: ",".join(headers.all(name)) for name in names}


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {name: ",".join(value for key, value in pairs if key == name) for name in dict(pairs)}


def _body(request: Request) -> Event:
    if not request.body:
        return {"isBase64Encoded": False}
    kind = request.headers.get("Content-Type").partition(";")[0].strip().lower()
    if TEXT.match(kind) and "Content-Encoding" not in request.headers:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # text by its header only: it travels as bytes, like the rest
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def _source(request: Request) -> str:
    """CloudFront's address on AWS; the last one that X-Forwarded-For names here."""
    return request.headers.get("X-Forwarded-For", request.client).rpartition(",")[2].strip()


def _response_headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = [
        (name, _scalar(value))
        for name, value in (result.get("headers") or {}).items()
        if name.lower() not in NOT_IN_RESPONSES
    ]
    return [*headers, *(("Set-Cookie", str(cookie)) for cookie in result.get("cookies") or ())]


def _response_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if result.get("isBase64Encoded"):
        return _decoded(body)
    return body.encode() if isinstance(body, str) else _json(body)


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise PayloadError(f"isBase64Encoded is true, and the body is not base64: {error}") from error


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value, separators=(",", ":")).encode()
