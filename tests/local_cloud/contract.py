"""What HTTP owes a site, whatever serves it: requests, what must come back, and what is known to differ.

A way to serve is a base URL. Another way (a container, `sam local start-api`) needs a URL and its own differences here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BINARY = bytes(range(256)) * 40
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="caf\xc3\xa9.gpx"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n" + BINARY + b"\r\n--x--\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`json`, `body` and `length` (of the decoded body) are compared when given; headers as a subset."""

    status: int = 200
    json: Any = None
    body: bytes | None = None
    length: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request; what is expected back everywhere but where `DIFFERENCES` says otherwise.

    `repeated` are header lines of one name.
    """

    target: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    expected: Expected = field(default_factory=Expected)


def _json(value: Any, status: int = 200) -> Expected:
    return Expected(status=status, json=value)


def _post(target: str, content_type: str, body: bytes, expected: Expected) -> Exchange:
    return Exchange(method="POST", target=target, headers={"Content-Type": content_type}, body=body, expected=expected)


EXCHANGES: Mapping[str, Exchange] = {
    **{
        f"{method} reaches the app": Exchange(method=method, target="/api/method", expected=_json({"method": method}))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    },
    "HEAD has the headers and no body": Exchange(
        method="HEAD", target="/api/head", expected=Expected(body=b"", headers={"content-length": "5"})
    ),
    "HEAD of a route without it": Exchange(
        method="HEAD", target="/api/query", expected=Expected(status=405, body=b"", headers={"allow": "GET"})
    ),
    "a JSON body": _post(
        "/api/items", "application/json", '{"name":"é","count":1}'.encode(), _json({"name": "é", "count": 1}, 201)
    ),
    "a form": _post("/api/form", FORM, b"name=caf%C3%A9+1", _json({"name": "café 1"})),
    "a binary upload": _post(
        "/api/upload",
        "multipart/form-data; boundary=x",
        MULTIPART,
        _json({"name": "café.gpx", "sha256": hashlib.sha256(BINARY).hexdigest()}),
    ),
    "binary both ways": _post("/api/bytes", "application/octet-stream", BINARY, Expected(body=BINARY)),
    "an upload in chunks": Exchange(
        method="POST", target="/api/bytes", headers={"Transfer-Encoding": "chunked"}, body=BINARY * 20,
        expected=Expected(body=BINARY * 20),
    ),
    "an upload that asks before it sends": Exchange(
        method="POST", target="/api/bytes", headers={"Expect": "100-continue", "Content-Type": "text/plain"},
        body=b"here", expected=Expected(body=b"here"),
    ),
    "an upload over Lambda's six megabytes": _post(
        "/api/bytes", "application/octet-stream", BINARY * 490, Expected(length=5_017_600)
    ),
    "a body of nothing": _post("/api/bytes", "application/octet-stream", b"", Expected(body=b"")),
    "a binary download": Exchange(
        target="/api/binary/10240", expected=Expected(body=BINARY, headers={"content-type": "image/png", "etag": '"b"'})
    ),
    "repeated query parameters keep their order": Exchange(
        target="/api/query?q=2&q=1&q=2", expected=_json(["2", "1", "2"])
    ),
    "query strings are decoded once": Exchange(
        target="/api/query?q=a%20b&q=a+b&q=a%2Bb&q=%2525&q=caf%C3%A9&q=",
        expected=_json(["a b", "a b", "a+b", "%25", "café", ""]),
    ),
    "a comma in a parameter is no separator": Exchange(target="/api/query?q=1,2", expected=_json(["1,2"])),
    "a non-ASCII path": Exchange(target="/api/path/caf%C3%A9/%E2%82%AC", expected=_json({"name": "café/€"})),
    **{
        f"in the path, {what}": Exchange(target=f"/api/path/{sent}", expected=_json({"name": name}))
        for what, sent, name in (
            ("an encoded slash", "a%2Fb", "a/b"),
            ("an encoded question mark", "a%3Fb%23c", "a?b#c"),
            ("a plus", "a+b", "a+b"),
            ("what needs no encoding", "a;b=c,d@e:f!$&'()*~", "a;b=c,d@e:f!$&'()*~"),
            ("what was encoded twice", "a%252Fb", "a%2Fb"),
        )
    },
    "two slashes in a row are not one": Exchange(target="/api//query", expected=Expected(status=404)),
    "a parameter without a value": Exchange(target="/api/query?q&q=", expected=_json(["", ""])),
    "a space in the path": Exchange(target="/api/path/a%20b", expected=_json({"name": "a b"})),
    "two cookies are set": Exchange(
        target="/api/cookies/set",
        expected=Expected(
            headers={"set-cookie": "one=1; HttpOnly; Path=/; SameSite=lax, two=2; Max-Age=60; Path=/; SameSite=lax"}
        ),
    ),
    "an equals sign in a cookie": Exchange(
        target="/api/cookies", headers={"Cookie": "one=a=b; two=YQ=="}, expected=_json(["a=b", "YQ=="])
    ),
    "two cookies are sent": Exchange(
        target="/api/cookies", headers={"Cookie": "one=1; two=2"}, expected=_json(["1", "2"])
    ),
    "Authorization and headers of one's own": Exchange(
        target="/api/header",
        headers={"Authorization": "Bearer x", "X-Many": "a, b"},
        expected=_json({"authorization": "Bearer x", "many": "a, b"}),
    ),
    "a header that comes twice": Exchange(
        target="/api/header", repeated=(("X-Many", "a"), ("x-many", "b")),
        expected=_json({"authorization": None, "many": "a, b"}),
    ),
    "a preflight of another origin": Exchange(
        method="OPTIONS", target="/api/items",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
        expected=Expected(body=b"OK", headers={"access-control-allow-origin": "https://shop.example"}),
    ),
    "a condition that the app answers": Exchange(
        target="/api/condition", headers={"If-None-Match": '"b"'},
        expected=Expected(status=304, body=b"", headers={"etag": '"b"'}),
    ),
    "a redirect is left to the browser": Exchange(
        target="/api/redirect", expected=Expected(status=303, headers={"location": "/api/query?q=1"})
    ),
    "a missing trailing slash redirects to this host": Exchange(
        target="/api/tracks?a=1", expected=Expected(status=307, headers={"location": "{base}/api/tracks/?a=1"})
    ),
    "no such route": Exchange(target="/api/none", expected=_json({"detail": "Not Found"}, 404)),
    "a 404 of the app": Exchange(target="/api/missing", expected=_json({"detail": "No such track"}, 404)),
    "no such method": Exchange(
        method="DELETE", target="/api/query", expected=Expected(status=405, headers={"allow": "GET"})
    ),
    "an invalid body": _post("/api/items", "application/json", b'{"name":1}', Expected(status=422)),
    "no content": Exchange(target="/api/empty", expected=Expected(status=204, body=b"")),
    "an exception": Exchange(target="/api/boom", expected=Expected(status=500, body=b"Internal Server Error")),
    "text of a megabyte": Exchange(
        target="/api/text/500000",
        expected=Expected(length=1_000_000, headers={"content-type": "text/plain; charset=utf-8"}),
    ),
    "the app's compression": Exchange(
        target="/api/text/5000",
        headers={"Accept-Encoding": "gzip"},
        expected=Expected(length=10_000, headers={"content-encoding": "gzip", "vary": "Accept-Encoding, Origin"}),
    ),
    "a slow answer": Exchange(target="/api/slow/0.5", expected=_json({"slept": 0.5})),
    "an answer over Lambda's six megabytes": Exchange(
        target="/api/binary/6291456", headers={"Accept-Encoding": "identity"}, expected=Expected(length=6_291_456)
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a way answers instead, and why that is so on AWS too."""

    why: str
    expected: Expected


DIFFERENCES: Mapping[str, Mapping[str, Difference]] = {
    "uvicorn": {},
    "edge before uvicorn": {
        "a missing trailing slash redirects to this host": Difference(
            why="the app is called by its origin's name, unless it trusts X-Forwarded-Host",
            expected=Expected(status=307, headers={"location": "http://127.0.0.1/api/tracks/?a=1"}),
        ),
    },
    "edge": {
        "an answer over Lambda's six megabytes": Difference(
            why="a function's answer is at most 6 MB, and binary grows by a third as base64",
            expected=_json({"message": "Internal Server Error"}, 500),
        ),
        "an upload over Lambda's six megabytes": Difference(
            why="a function's event is at most 6 MB, and binary grows by a third as base64",
            expected=_json({"message": "Request Entity Too Large"}, 413),
        ),
        "in the path, what was encoded twice": Difference(
            why="the API decodes the path once, and Mangum what it gets once more",
            expected=_json({"name": "a/b"}),
        ),
        "a missing trailing slash redirects to this host": Difference(
            why="the app is called by the API's name, unless it trusts X-Forwarded-Host",
            expected=Expected(
                status=307,
                headers={"location": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/api/tracks/?a=1"},
            ),
        ),
    },
}
