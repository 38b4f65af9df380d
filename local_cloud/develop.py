"""A deployed site while it is being edited: the same distribution, with another app behind it.

The app is a server on this machine that replaces the API's origin, or a container image that replaces the function's.
The rule: nothing else differs. Routes, behaviors, viewer functions, error pages and headers are the deployed
distribution's, so what works here works when deployed. A page gets one more script. It knows the number of edits that
the page includes and reloads it when there are more, even if an edit came while the page was loading.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, assert_never

from werkzeug.wrappers import Request, Response

from local_cloud.cloudformation import Deployed, Find
from local_cloud.daemon import alive
from local_cloud.server import Server, on_first_free

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DISTRIBUTION = "AWS::CloudFront::Distribution"
HERE = "127.0.0.1"
PORTS = range(8000, 8080)  # one that stays the same, so that a browser's tab and what it keeps are found again
EDITS, SCRIPT = "/_local_cloud/edits", "/_local_cloud/reload.js"
RELOAD = f"""\
const known = document.currentScript.src.split('?')[1];
setInterval(async () => {{
  const now = await fetch('{EDITS}').then(answer => answer.text()).catch(() => known);
  if (now !== known) location.reload();
}}, 100);
"""
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")

LOOK = 0.5  # seconds between two checks of who is still editing

Key = tuple[str, object]  # the distribution, and where its app is


@dataclass(frozen=True, slots=True)
class Port:
    """The app's own server on this machine."""

    number: int


@dataclass(frozen=True, slots=True)
class Container:
    """An image, by the name that Docker knows here, and the function (its physical id) that runs it."""

    image: str
    function: str


App = Port | Container


def developed(find: Find, distribution: str, app: Callable[[], App]) -> Find:
    """What is deployed, but with `app()`, evaluated each time, behind this distribution."""

    def found(type: str) -> list[Deployed]:
        return [edited(each, distribution, app()) for each in find(type)]

    return found


def edited(resource: Deployed, distribution: str, app: App) -> Deployed:
    """The resource with the app in place of its own, if it has one."""
    match app:
        case Port(number):
            return moved(resource, number) if resource.physical_id == distribution else resource
        case Container(image, function):
            return containing(resource, image) if resource.physical_id == function else resource
        case _:
            assert_never(app)


def moved(distribution: Deployed, port: int) -> Deployed:
    config = distribution.properties["DistributionConfig"]
    origins = [origin if "S3OriginConfig" in origin else here(origin, port) for origin in config["Origins"]]
    return replace(
        distribution, properties={**distribution.properties, "DistributionConfig": {**config, "Origins": origins}}
    )


def containing(function: Deployed, image: str) -> Deployed:
    return replace(function, properties={**function.properties, "Code": {"ImageUri": image}})


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
        tag = f'<script src="{SCRIPT}?{self.edits}" defer></script>'  # before the page is made
        answer = Response.from_app(self._site, whole(environ), buffered=True)
        if answer.mimetype == "text/html" and answer.status_code != 304 and environ["REQUEST_METHOD"] == "GET":
            answer.set_data(answer.get_data() + tag.encode())
        return answer(environ, start_response)


def whole(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """Request a page whole and current: a script is added to it, and the browser's copy may have an older one."""
    if "text/html" not in Request(environ).headers.get("Accept", ""):
        return environ
    asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
    return {**asked, "HTTP_ACCEPT_ENCODING": "identity"}


@dataclass(slots=True)
class EditedSite:
    """`owners` are the processes that edit the site; `ends` removes what serves it."""

    app: App
    pages: Reloading
    server: Server
    ends: ExitStack
    owners: set[int]


class EditedSites:
    """The distributions being edited, each for as long as a process that edits it lives (even if that one is killed).

    `serve(find, id)` serves the site of a distribution as `find` finds it; what runs for it ends with that context.
    """

    def __init__(self, find: Find, serve: Callable[[Find, str], AbstractContextManager["WSGIApplication"]]) -> None:
        self._find = find
        self._serve = serve
        self._sites: dict[Key, EditedSite] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def edited(self, distribution: str, app: App, owner: int) -> str:
        """The URL at which the distribution is served with that app.

        Each call is an edit, perhaps with another image.
        """
        key = distribution, app if isinstance(app, Port) else app.function
        with self._lock:
            site = self._sites.get(key) or self._start(key, app)
            site.app = app
            site.owners.add(owner)
            site.pages.edits += 1
            return site.server.endpoint

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            sites = list(self._sites.values())
            self._sites.clear()
        for site in sites:
            site.ends.close()

    def _start(self, key: Key, app: App) -> EditedSite:
        distribution, _ = key
        find, ends = developed(self._find, distribution, lambda: site.app), ExitStack()
        pages = Reloading(ends.enter_context(self._serve(find, distribution)))
        site = self._sites[key] = EditedSite(app, pages, ends.enter_context(on_first_free(pages, PORTS)), ends, set())
        threading.Thread(target=self._until_left, args=(key, site), daemon=True).start()
        return site

    def _until_left(self, key: Key, site: EditedSite) -> None:
        while not self._left(key, site):
            if self._stopped.wait(LOOK):
                return
        site.ends.close()

    def _left(self, key: Key, site: EditedSite) -> bool:
        """Is nobody editing the site any more? Then the next editor gets a new one."""
        with self._lock:
            left = not any(map(alive, site.owners))
            if left:
                self._sites.pop(key, None)
            return left
