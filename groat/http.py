"""How to make a request: through the machine's proxy to the internet, and never through it to this machine."""

import urllib.request
from http.client import HTTPResponse
from typing import cast

CLOUD = "X-Local-Cloud"  # names the pid of the local cloud that a request is for
MISDIRECTED = 421  # another local cloud's response to it
HERE = ("http://127.0.0.1", "http://localhost")


def request(url: str, body: bytes | None = None, *, content_type: str = "", timeout: float = 30) -> HTTPResponse:
    """The response, ready to be read. Raises urllib's HTTPError for 4xx and 5xx, OSError when nothing answers."""
    headers = {"Content-Type": content_type} if content_type else {}
    proxies = urllib.request.ProxyHandler({} if url.startswith(HERE) else None)
    opener = urllib.request.build_opener(proxies)
    return cast(HTTPResponse, opener.open(urllib.request.Request(url, body, headers), timeout=timeout))
