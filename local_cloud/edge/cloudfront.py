"""One request through one distribution, from the viewer's side and back.

The rule: CloudFront's order. Host name; behavior by the viewer's path; method; viewer-request function; origin; error
pages; response headers policy; viewer-response function; compression. What a step refuses, the later ones do not see.
"""

import gzip
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from local_cloud.edge import policies, response_headers, viewer_functions
from local_cloud.edge.answers import (
    BAD_REQUEST,
    FUNCTION_FAILED,
    FUNCTION_INVALID,
    METHOD_NOT_ALLOWED,
    cloudfront_error,
)
from local_cloud.edge.distribution import Behavior, Distribution, match
from local_cloud.edge.live import Live
from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.edge.origin_request import origin_request
from local_cloud.edge.origins import Origins
from local_cloud.edge.policies import CachePolicy, Forwarding
from local_cloud.javascript import JavaScriptError

COMPRESSED = range(1_000, 10_000_000)  # bytes; "Serve compressed files" in the developer guide, like the types
COMPRESSIBLE = ("text/", "font/opentype", "image/svg+xml", "image/bmp", "application/wasm", "application/manifest+json")
COMPRESSIBLE_APPLICATIONS = ("javascript", "json", "xml", "x-javascript", "xhtml+xml", "rss+xml", "vnd.ms-fontobject")


@dataclass(frozen=True, slots=True)
class CloudFront:
    """One deployed distribution."""

    site: Distribution
    live: Live
    origins: Origins

    def handle(self, request: Request) -> Response:
        """What the viewer gets."""
        request_id = uuid.uuid4().hex
        behavior = match(self.site.behaviors, request.path)
        response = self._answered(request, behavior, request_id)
        response = compressed(response, request, behavior, self._cache_policy(behavior))
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
            changed = self._viewer_request(request, behavior)
            if isinstance(changed, Response):
                return changed.but(
                    headers=changed.headers.setting(("X-Cache", "FunctionGeneratedResponse from cloudfront"))
                )
            return self._viewer_response(changed, self._from_origin(changed, behavior, request_id), behavior)
        except JavaScriptError as error:
            text = f"{FUNCTION_FAILED} {error}"
            return cloudfront_error(503, text, request_id=request_id, cache="FunctionExecutionError")
        except viewer_functions.InvalidResult as error:
            text = f"{FUNCTION_INVALID}{error}."
            return cloudfront_error(502, text, request_id=request_id, cache="FunctionValidationError")

    def _from_origin(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        response = self._fetched(request, behavior, request_id)
        if response.status >= 400:
            response = self._error_page(request, response, request_id)
        config = self._headers_policy(behavior)
        return response.but(headers=response_headers.apply(config, request, response.headers)) if config else response

    def _fetched(self, request: Request, behavior: Behavior, request_id: str) -> Response:
        at_root = request.path == "/" and self.site.root_object
        viewer = request.but(path=f"/{self.site.root_object}") if at_root else request
        response = self._failed_over(viewer, behavior, request_id)
        failed = [("X-Cache", "Error from cloudfront")] if response.status >= 400 else []
        return response.but(headers=response.headers.setting(*failed))

    def _failed_over(self, viewer: Request, behavior: Behavior, request_id: str) -> Response:
        """The origin's answer; of a group, the second's where the first fails and the method may be repeated."""
        group = self.site.groups.get(behavior.origin_id)
        first, *others = group.origins if group else (behavior.origin_id,)
        response = self._asked(viewer, first, behavior, request_id)
        repeatable = viewer.method in ("GET", "HEAD", "OPTIONS")
        if group and others and repeatable and response.status in group.statuses:
            return self._asked(viewer, others[0], behavior, request_id)
        return response

    def _asked(self, viewer: Request, origin_id: str, behavior: Behavior, request_id: str) -> Response:
        origin = self.site.origins[origin_id]
        sent = origin_request(viewer, origin, self._forwardings(behavior), site=self.site, request_id=request_id)
        return self.origins.fetch(origin, sent, self.site)

    def _error_page(self, request: Request, response: Response, request_id: str) -> Response:
        """The page configured for the status, by its own behavior; a page that fails answers for itself."""
        page = self.site.error_pages.get(response.status)
        if not page or not page.path:
            return response
        asked = request.but(method="GET", path=page.path, query="", body=b"", headers=Headers())
        found = self._fetched(asked, match(self.site.behaviors, page.path), request_id)
        if found.status >= 400:
            return found
        return found.but(status=page.answer, headers=found.headers.setting(("X-Cache", "Error from cloudfront")))

    def _viewer_request(self, request: Request, behavior: Behavior) -> Request | Response:
        code = self._code(behavior, "viewer-request")
        return viewer_functions.viewer_request(code, request, self.site) if code else request

    def _viewer_response(self, request: Request, response: Response, behavior: Behavior) -> Response:
        """CloudFront leaves a viewer-response function out when the response is an error."""
        code = self._code(behavior, "viewer-response")
        if not code or response.status >= 400:
            return response
        return viewer_functions.viewer_response(code, request, response, self.site)

    def _code(self, behavior: Behavior, event_type: str) -> str | None:
        arn = behavior.functions.get(event_type)
        if not arn:
            return None
        function = self.live.one("AWS::CloudFront::Function", arn)
        return str(function.properties["FunctionCode"]) if function else f"throw new Error('no such function: {arn}')"

    def _cache_policy(self, behavior: Behavior) -> CachePolicy:
        if not behavior.cache_policy:
            return CachePolicy(forwarding=policies.forwarded_values(behavior.forwarded_values or {}), compresses=True)
        if managed := policies.CACHE_POLICIES.get(behavior.cache_policy):
            return managed
        own = self.live.one("AWS::CloudFront::CachePolicy", behavior.cache_policy)
        return policies.cache_policy(own.properties["CachePolicyConfig"]) if own else CachePolicy()

    def _forwardings(self, behavior: Behavior) -> Sequence[Forwarding]:
        cached = self._cache_policy(behavior).forwarding
        if not behavior.origin_request_policy:
            return (cached,)
        if managed := policies.ORIGIN_REQUEST_POLICIES.get(behavior.origin_request_policy):
            return (cached, managed)
        own = self.live.one("AWS::CloudFront::OriginRequestPolicy", behavior.origin_request_policy)
        return (
            (cached, policies.origin_request_policy(own.properties["OriginRequestPolicyConfig"])) if own else (cached,)
        )

    def _headers_policy(self, behavior: Behavior) -> response_headers.Config | None:
        if not behavior.response_headers_policy:
            return None
        if managed := response_headers.MANAGED.get(behavior.response_headers_policy):
            return managed
        own = self.live.one("AWS::CloudFront::ResponseHeadersPolicy", behavior.response_headers_policy)
        config: response_headers.Config | None = own.properties["ResponseHeadersPolicyConfig"] if own else None
        return config


def compressed(response: Response, request: Request, behavior: Behavior, policy: CachePolicy) -> Response:
    """Gzip, where CloudFront would compress (it may also choose Brotli)."""
    if not (behavior.compress and policy.compresses and _compressible(response)):
        return response
    if "gzip" not in request.headers.get("Accept-Encoding"):
        return response
    weak = "W/" + response.headers.get("ETag").removeprefix("W/")
    headers = response.headers.without("Content-Length", "Accept-Ranges", "ETag").adding(
        *([("ETag", weak)] if "ETag" in response.headers else []),
        ("Content-Encoding", "gzip"),
        ("Vary", "Accept-Encoding"),
    )
    return response.but(headers=headers, body=gzip.compress(response.body, 6, mtime=0))


def _compressible(response: Response) -> bool:
    kind = response.headers.get("Content-Type").partition(";")[0].strip().lower()
    main, _, sub = kind.partition("/")
    return (
        response.status in (200, 403, 404)
        and len(response.body) in COMPRESSED
        and "Content-Encoding" not in response.headers
        and (kind.startswith(COMPRESSIBLE) or (main == "application" and sub in COMPRESSIBLE_APPLICATIONS))
    )


def _on_this_host(headers: Headers, request: Request) -> Headers:
    """Here http plays https: a redirect to https on the viewer's own host must come back."""
    host = request.headers.get("Host")
    location = headers.get("Location")
    if not host or not location.startswith(f"https://{host}"):
        return headers
    return headers.setting(("Location", "http" + location.removeprefix("https")))
