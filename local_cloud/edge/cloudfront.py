"""One request through one distribution, from the viewer's side and back.

The rule: CloudFront's order. Host name; behavior by the viewer's path; method; viewer-request function; origin; error
pages; response headers policy; viewer-response function; compression. What a step refuses, the later ones do not see.
"""

import uuid
from dataclasses import dataclass

from local_cloud.edge import response_headers, viewer_functions
from local_cloud.edge.answers import (
    BAD_REQUEST,
    FUNCTION_FAILED,
    FUNCTION_INVALID,
    METHOD_NOT_ALLOWED,
    cloudfront_error,
)
from local_cloud.edge.compression import compressed
from local_cloud.edge.distribution import Behavior, Distribution, match
from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.edge.origin_request import origin_request
from local_cloud.edge.origins import Origins
from local_cloud.javascript import JavaScriptError

REPEATABLE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class CloudFront:
    """A distribution and what can stand behind it."""

    site: Distribution
    origins: Origins

    def handle(self, request: Request) -> Response:
        """What the viewer gets."""
        request_id = uuid.uuid4().hex
        behavior = match(self.site.behaviors, request.path)
        response = self._answered(request, behavior, request_id)
        if behavior.compresses:
            response = compressed(response, request)
        headers = response.headers.default(("X-Cache", "Miss from cloudfront")).setting(
            ("Via", f"1.1 {self.site.domain} (CloudFront)"), ("X-Amz-Cf-Id", request_id)
        )
        return response.but(headers=_on_this_host(headers, request))

    def _answered(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        if not self.site.has_name(request.headers.get("Host")) or (request.method == "GET" and request.body):
            return cloudfront_error(403, BAD_REQUEST, request_id=request_id)
        if request.method not in behavior.methods:
            return cloudfront_error(403, METHOD_NOT_ALLOWED, request_id=request_id)
        try:
            return self._through_functions(request, behavior, request_id)
        except JavaScriptError as error:
            text = f"{FUNCTION_FAILED} {error}"
            return cloudfront_error(503, text, request_id=request_id, cache="FunctionExecutionError")
        except viewer_functions.InvalidResult as error:
            text = f"{FUNCTION_INVALID}{error}."
            return cloudfront_error(502, text, request_id=request_id, cache="FunctionValidationError")

    def _through_functions(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        """An answer of 400 and above passes the viewer-response function by."""
        if behavior.viewer_request:
            changed = viewer_functions.viewer_request(behavior.viewer_request, request, self.site)
            if isinstance(changed, Response):
                return changed.but(headers=_cache(changed.headers, "FunctionGeneratedResponse"))
            request = changed
        response = self._from_origin(request, behavior, request_id)
        if not behavior.viewer_response or response.status >= 400:
            return response
        return viewer_functions.viewer_response(behavior.viewer_response, request, response, self.site)

    def _from_origin(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        response = self._fetched(request, behavior, request_id)
        if response.status >= 400:
            response = self._error_page(request, response, request_id)
            response = response.but(headers=_cache(response.headers, "Error"))
        if not behavior.headers_policy:
            return response
        return response.but(headers=response_headers.apply(behavior.headers_policy, request, response.headers))

    def _fetched(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        """The origin's answer; of a group, the second's where the first fails and the method may be repeated."""
        at_root = request.path == "/" and self.site.root_object
        viewer = request.but(path=f"/{self.site.root_object}") if at_root else request
        group = self.site.groups.get(behavior.origin_id)
        if not group:
            return self._asked(viewer, behavior.origin_id, behavior, request_id)
        response = self._asked(viewer, group.origins[0], behavior, request_id)
        if response.status in group.statuses and viewer.method in REPEATABLE:
            return self._asked(viewer, group.origins[1], behavior, request_id)
        return response

    def _asked(self, viewer: Request, origin_id: str, behavior: Behavior, request_id: str) -> Response:
        origin = self.site.origins[origin_id]
        sent = origin_request(viewer, origin, behavior.forwardings, site=self.site, request_id=request_id)
        return self.origins.fetch(origin, sent, self.site)

    def _error_page(self, request: Request, response: Response, request_id: str) -> Response:
        """The page configured for the status, by its own behavior; a page that fails answers for itself."""
        page = self.site.error_pages.get(response.status)
        if not page or not page.path:
            return response
        asked = request.but(method="GET", path=page.path, query="", body=b"", headers=Headers())
        found = self._fetched(asked, match(self.site.behaviors, page.path), request_id)
        return found if found.status >= 400 else found.but(status=page.answer)


def _cache(headers: Headers, said: str) -> Headers:
    return headers.setting(("X-Cache", f"{said} from cloudfront"))


def _on_this_host(headers: Headers, request: Request) -> Headers:
    """Here http plays https: a redirect to https on the viewer's own host must come back."""
    host = request.headers.get("Host")
    location = headers.get("Location")
    if not host or not location.startswith(f"https://{host}"):
        return headers
    return headers.setting(("Location", "http" + location.removeprefix("https")))
