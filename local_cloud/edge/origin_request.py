"""The request that CloudFront makes of an origin: pure, from the viewer's request and the behavior's policies.

The rule: what no policy names does not travel. Always sent: method, path, body, Host, User-Agent, Via, X-Amz-Cf-Id,
X-Forwarded-For, the body's own headers, Range and conditions, and the origin's custom headers.
Source: "Control origin requests with a policy" in the CloudFront developer guide.
"""

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from local_cloud.edge.distribution import Distribution, Origin
from local_cloud.edge.messages import Headers, Request
from local_cloud.edge.policies import Forwarding

ALWAYS = {"content-type", "content-length", "range", "if-range", "if-none-match", "if-modified-since"}
NEVER = {
    *("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "x-amz-cf-id"),
    *("proxy-authenticate", "proxy-authorization", "proxy-connection", "via", "x-real-ip", "x-forwarded-proto"),
    *("cookie", "x-forwarded-for"),
}

# What CloudFront can write about the viewer, as far as one machine knows it; places and TLS ciphers are not known here.
CLOUDFRONT_HEADERS: Sequence[tuple[str, Callable[[Request], str]]] = (
    ("CloudFront-Forwarded-Proto", lambda _: "https"),
    ("CloudFront-Viewer-Http-Version", lambda _: "1.1"),
    ("CloudFront-Viewer-Address", lambda request: f"{request.client}:443"),
    ("CloudFront-Is-Mobile-Viewer", lambda request: str(_mobile(request)).lower()),
    ("CloudFront-Is-Desktop-Viewer", lambda request: str(not _mobile(request)).lower()),
)


def origin_request(
    viewer: Request, origin: Origin, forwardings: Sequence[Forwarding], *, site: Distribution, request_id: str
) -> Request:
    """`viewer` is what the viewer-request function left of the request; all its forwardings together let through."""
    return viewer.but(
        path=origin.path + viewer.path,
        query=_query(viewer.query, lambda name: any(name in each.query for each in forwardings)),
        headers=Headers(tuple(_forwarded(viewer, forwardings)))
        .default(("Host", origin.domain), ("User-Agent", "Amazon CloudFront"))
        .adding(
            ("X-Forwarded-For", ", ".join([*viewer.headers.all("X-Forwarded-For"), viewer.client])),
            ("Via", f"1.1 {site.domain} (CloudFront)"),
            ("X-Amz-Cf-Id", request_id),
        )
        .setting(*origin.headers),
    )


def _forwarded(viewer: Request, forwardings: Sequence[Forwarding]) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in viewer.headers if _travels(name.lower(), forwardings)]
    cookies = "; ".join(each for each in viewer.cookies if _keeps_cookie(each.partition("=")[0], forwardings))
    added = [
        (name, value(viewer))
        for name, value in CLOUDFRONT_HEADERS
        if any(name.lower() in each.adds for each in forwardings)
    ]
    return [*kept, *([("Cookie", cookies)] if cookies else []), *added]


def _travels(name: str, forwardings: Sequence[Forwarding]) -> bool:
    if name in NEVER or name.startswith(("x-edge-", "cloudfront-")):
        return False
    return name in ALWAYS or any(name in each.headers for each in forwardings)


def _query(query: str, keeps: Callable[[str], bool]) -> str:
    return "&".join(part for part in query.split("&") if part and keeps(unquote(part.partition("=")[0])))


def _keeps_cookie(name: str, forwardings: Sequence[Forwarding]) -> bool:
    return any(name in each.cookies for each in forwardings)


def _mobile(request: Request) -> bool:
    return "Mobile" in request.headers.get("User-Agent")
