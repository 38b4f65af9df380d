"""A deployed site while it is edited: the same distribution, with the app's own server on this machine as the API.

The rule: only the origin of the API is another one. Routes, behaviors, viewer functions, error pages and headers are
the deployed distribution's, so what works here works deployed. A page gets one more script, which asks for the number
of edits so far and reloads when it grows.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from local_cloud.cloudformation import Deployed
from local_cloud.server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DISTRIBUTION = "AWS::CloudFront::Distribution"
HERE = "127.0.0.1"
EDITS, SCRIPT = "/_local_cloud/edits", "/_local_cloud/reload.js"
TAG = f'<script src="{SCRIPT}" defer></script>'.encode()
RELOAD = f"""\
let known;
setInterval(async () => {{
  const now = await fetch('{EDITS}').then(answer => answer.text()).catch(() => known);
  if (known !== undefined && now !== known) location.reload();
  known = now;
}}, 250);
"""

Find = Callable[[str], Sequence[Deployed]]


def developed(find: Find, distribution: str, port: int) -> Find:
    """What is deployed, but for this distribution's API origins: those are the server on that port."""

    def found(type: str) -> list[Deployed]:
        return [moved(each, port) if each.physical_id == distribution else each for each in find(type)]

    return found


def moved(distribution: Deployed, port: int) -> Deployed:
    config = distribution.properties["DistributionConfig"]
    origins = [origin if "S3OriginConfig" in origin else here(origin, port) for origin in config["Origins"]]
    properties = {**distribution.properties, "DistributionConfig": {**config, "Origins": origins}}
    return replace(distribution, properties=properties)


def here(origin: Mapping[str, Any], port: int) -> dict[str, Any]:
    custom = {**origin["CustomOriginConfig"], "OriginProtocolPolicy": "http-only", "HTTPPort": port}
    return {**origin, "DomainName": HERE, "CustomOriginConfig": custom}


class Reloading:
    """A site whose pages reload when `edits` grows."""

    def __init__(self, site: "WSGIApplication") -> None:
        self._site = site
        self.edits = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == EDITS:
            return Response(str(self.edits))(environ, start_response)
        if environ["PATH_INFO"] == SCRIPT:
            return Response(RELOAD, content_type="text/javascript")(environ, start_response)
        answer = Response.from_app(self._site, whole(environ), buffered=True)
        if answer.mimetype == "text/html" and answer.status_code != 304 and environ["REQUEST_METHOD"] == "GET":
            answer.set_data(answer.get_data() + TAG)
        return answer(environ, start_response)


def whole(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """A page is asked for whole and as it is, so that a script can be added to it."""
    accepts = "text/html" in Request(environ).headers.get("Accept", "")
    return {**environ, "HTTP_ACCEPT_ENCODING": "identity"} if accepts else environ


@dataclass(slots=True)
class Bench:
    server: Server
    site: Reloading


class Workbench:
    """The distributions that are edited. `serve(find)` makes the site of a distribution's id."""

    def __init__(self, find: Find, serve: Callable[[Find, str], "WSGIApplication"]) -> None:
        self._find = find
        self._serve = serve
        self._benches: dict[tuple[str, int], Bench] = {}
        self._lock = threading.Lock()

    def edited(self, distribution: str, port: int) -> str:
        """Where the distribution is served with the API on that port. Each call is an edit."""
        with self._lock:
            bench = self._benches.get((distribution, port)) or self._start(distribution, port)
            bench.site.edits += 1
            return bench.server.endpoint

    def stop(self) -> None:
        with self._lock:
            for bench in self._benches.values():
                bench.server.stop()
            self._benches.clear()

    def _start(self, distribution: str, port: int) -> Bench:
        site = Reloading(self._serve(developed(self._find, distribution, port), distribution))
        bench = self._benches[distribution, port] = Bench(Server(site), site)
        bench.server.start()
        return bench
