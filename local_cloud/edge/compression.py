"""What CloudFront compresses: gzip here, where it might also choose Brotli.

The rule: all of AWS's conditions must hold. Source: "Serve compressed files" in the CloudFront developer guide.
"""

import gzip

from local_cloud.edge.messages import Request, Response

SIZES = range(1_000, 10_000_000)  # bytes
STATUSES = (200, 403, 404)
TYPES = ("text/", "font/opentype", "image/svg+xml", "image/bmp", "application/wasm", "application/manifest+json")
APPLICATIONS = ("javascript", "json", "xml", "x-javascript", "xhtml+xml", "rss+xml", "vnd.ms-fontobject")


def compressed(response: Response, request: Request) -> Response:
    """The response as a viewer who accepts gzip gets it."""
    if "gzip" not in request.headers.get("Accept-Encoding") or not _compressible(response):
        return response
    etag = response.headers.get("ETag").removeprefix("W/")
    headers = response.headers.without("Content-Length", "Accept-Ranges", "ETag").adding(
        ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"), *([("ETag", f"W/{etag}")] if etag else [])
    )
    return response.but(headers=headers, body=gzip.compress(response.body, 6, mtime=0))


def _compressible(response: Response) -> bool:
    kind = response.headers.get("Content-Type").partition(";")[0].strip().lower()
    return (
        response.status in STATUSES
        and len(response.body) in SIZES
        and "Content-Encoding" not in response.headers
        and (kind.startswith(TYPES) or kind in {f"application/{each}" for each in APPLICATIONS})
    )
