"""WSGI on one side, the edge's frozen messages on the other.

The rule: what the client sent arrives unchanged (the raw path, repeated headers, any method), and what comes back
leaves unchanged but for a HEAD's body.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from local_cloud.edge.messages import Headers, Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MEGABYTE = 1024 * 1024
LARGEST = 64 * MEGABYTE  # CloudFront takes more; the limits that matter here are those of the API, far below


def wsgi(handle: Callable[[Request], Response]) -> "WSGIApplication":
    """A WSGI application that answers with `handle`."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = read(environ)
        response = handle(request)
        headers = response.headers.default(("Content-Length", str(len(response.body))))
        start_response(_status_line(response.status), [(name, _latin(value)) for name, value in headers])
        return [] if request.method == "HEAD" else [response.body]

    return application


def read(environ: "WSGIEnvironment") -> Request:
    """The request as it came over the wire."""
    path, _, query = _raw_target(environ).partition("?")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=Headers(tuple(_headers(environ))),
        body=_body(environ),
        client=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


def _raw_target(environ: "WSGIEnvironment") -> str:
    raw = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or "")
    if raw:
        return re.sub(r"^https?://[^/]*", "", raw) or "/"
    path = quote(environ.get("PATH_INFO", "/").encode("latin-1"), safe="/:@!$&'()*+,;=-._~")
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _headers(environ: "WSGIEnvironment") -> Iterable[tuple[str, str]]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").title(), value
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield key.replace("_", "-").title(), value


def _body(environ: "WSGIEnvironment") -> bytes:
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read(LARGEST))
    return bytes(environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), LARGEST)))


def _status_line(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"


def _latin(value: str) -> str:
    """WSGI wants header values as latin-1; what is not, travels as its UTF-8 bytes."""
    return value if value.isascii() else value.encode().decode("latin-1")
