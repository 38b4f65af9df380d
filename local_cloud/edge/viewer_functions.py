"""CloudFront Functions at the edge: messages as the event the code gets, and back.

The rule: the event has the documented shape and nothing more (no body, cookies apart from headers), and what comes back
is checked as CloudFront checks it. Source: "CloudFront Functions event structure", "Restrictions on edge functions".
"""

import base64
import re
import uuid
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from local_cloud.edge.distribution import Distribution
from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.javascript import call_handler

Event = dict[str, Any]
READ_ONLY = ("content-length", "host", "transfer-encoding", "via")
FORBIDDEN = re.compile(
    r"connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-edge-.*|x-real-ip"
)


class InvalidResult(ValueError):
    """What the function returned is no request and no response, or changes what it may not."""


def viewer_request(code: str, request: Request, site: Distribution) -> Request | Response:
    """What the function makes of the request: another request, or an answer at once.

    Raises JavaScriptError, InvalidResult.
    """
    result = call_handler(code, _event("viewer-request", request, site))
    if not isinstance(result, Mapping):
        raise InvalidResult("neither a request nor a response")
    return _answer(result) if "statusCode" in result else _request(result, request)


def viewer_response(code: str, request: Request, response: Response, site: Distribution) -> Response:
    """The response as the function leaves it; bodies are not its business. Raises JavaScriptError, InvalidResult."""
    event = {**_event("viewer-response", request, site), "response": _response_event(response)}
    result = call_handler(code, event)
    if not isinstance(result, Mapping) or "statusCode" not in result:
        raise InvalidResult("not a response")
    fixed = [(name, value) for name, value in response.headers if name.lower() in READ_ONLY]
    changed = Headers(tuple(_fields(result))).without(*READ_ONLY).adding(*fixed)
    return response.but(status=int(result["statusCode"]), headers=changed)


def _event(kind: str, request: Request, site: Distribution) -> Event:
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": site.domain,
            "distributionId": site.id,
            "eventType": kind,
            "requestId": uuid.uuid4().hex,
        },
        "viewer": {"ip": request.client},
        "request": {
            "method": request.method,
            "uri": request.path,
            "querystring": _values(part.partition("=")[::2] for part in request.query.split("&") if part),
            "headers": _values((name.lower(), value) for name, value in request.headers if _shown(name.lower())),
            "cookies": _values(each.partition("=")[::2] for each in request.cookies),
        },
    }


def _response_event(response: Response) -> Event:
    headers = ((name.lower(), value) for name, value in response.headers if name.lower() != "set-cookie")
    return {
        "statusCode": response.status,
        "statusDescription": _phrase(response.status),
        "headers": _values(headers),
        "cookies": {name: cookie for name, cookie in map(_set_cookie, response.headers.all("Set-Cookie"))},
    }


def _request(result: Mapping[str, Any], before: Request) -> Request:
    uri = result.get("uri")
    if not isinstance(uri, str) or not uri.startswith("/"):
        raise InvalidResult(f"uri must start with a slash: {uri!r}")
    headers = tuple(_headers(result))
    for name in READ_ONLY:
        if Headers(headers).get(name) != before.headers.get(name):
            raise InvalidResult(f"the header is read-only: {name}")
    cookies = "; ".join(f"{name}={value}" for name, value in _pairs(result.get("cookies", {})))
    return before.but(
        path=uri,
        query=_query(result.get("querystring", {})),
        headers=Headers((*headers, *([("cookie", cookies)] if cookies else []))),
    )


def _query(querystring: object) -> str:
    if isinstance(querystring, str):
        return querystring
    pairs = _pairs(querystring if isinstance(querystring, Mapping) else {})
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def _answer(result: Mapping[str, Any]) -> Response:
    body = result.get("body", "")
    if isinstance(body, Mapping):
        data = str(body.get("data", ""))
        raw = base64.b64decode(data) if body.get("encoding") == "base64" else data.encode()
    else:
        raw = str(body).encode()
    return Response(status=int(result["statusCode"]), headers=Headers(tuple(_fields(result))), body=raw)


def _fields(result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield from _headers(result)
    for name, cookie in result.get("cookies", {}).items():
        for each in cookie.get("multiValue", [cookie]):
            attributes = each.get("attributes")
            yield "set-cookie", f"{name}={each['value']}" + (f"; {attributes}" if attributes else "")


def _headers(result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in _pairs(result.get("headers", {})):
        if FORBIDDEN.fullmatch(name.lower()):
            raise InvalidResult(f"the header is reserved: {name}")
        yield name, value


def _shown(name: str) -> bool:
    return name != "cookie" and not FORBIDDEN.fullmatch(name)


def _pairs(values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, entry in values.items():
        if not isinstance(entry, Mapping) or "value" not in entry:
            raise InvalidResult(f"not of the form {{value: …}}: {name}")
        for each in entry.get("multiValue", [entry]):
            yield name, str(each["value"])


def _values(pairs: Iterable[tuple[str, ...]]) -> Event:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return {name: _value(values) for name, values in gathered.items()}


def _value(values: list[str]) -> Event:
    last = {"value": values[-1]}
    return last if len(values) == 1 else {**last, "multiValue": [{"value": value} for value in values]}


def _set_cookie(line: str) -> tuple[str, Event]:
    pair, _, attributes = line.partition(";")
    name, _, value = pair.strip().partition("=")
    return name, {"value": value, **({"attributes": attributes.strip()} if attributes else {})}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
