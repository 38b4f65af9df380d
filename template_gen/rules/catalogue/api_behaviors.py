"""CloudFront in front of an API: what its cache behaviors let through, keep, and send."""

from collections.abc import Iterator, Mapping
from typing import Final

from template_gen.rules.graph import DYNAMIC, Api, Behavior, Graph, Kind
from template_gen.rules.graph.cdn import (
    CACHES,
    CACHING_DISABLED,
    FORWARDS_HOST,
    KEYED_BY_HOST,
    SENDS_NO_QUERY,
    WRITING,
)
from template_gen.rules.graph.paths import may_meet
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, number

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_METHOD_SETS: Final = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
)


@rule(
    "E9101",
    "The visitor's Host header is forwarded to the API",
    symptom='Every request to the API answers 403 {"message":"Forbidden"}, because API Gateway and function URLs know '
    "only their own host name.",
    fix="Set OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac (managed, AllViewerExceptHostHeader).",
    source=f"{_GUIDE}/using-managed-origin-request-policies.html",
)
def api_host_forwarded(graph: Graph) -> Iterator[Place]:
    """By the origin request policy, by ForwardedValues, or by a cache policy: what is in the key is sent, too, unless
    an origin request policy leaves it out (UseOriginCacheControlHeaders needs AllViewerExceptHostHeader beside it)."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        if behavior.keyed_by_host:
            yield _named(behavior.body, "CachePolicyId", KEYED_BY_HOST)
        elif behavior.forwards_host:
            keys = ("OriginRequestPolicyId", "ForwardedValues")
            key = next((key for key in keys if key in behavior.body), "CachePolicyId")
            yield _named(behavior.body, key, FORWARDS_HOST)


def _named(holder: Object, key: str, names: Mapping[str, str]) -> Place:
    """The place of a policy's id, shown by the name that its managed policy has."""
    return at(holder, key, names.get(holder.text(key)))


@rule(
    "E9103",
    "Answers of the API are kept in CloudFront's cache",
    symptom="Visitors see stale answers, or each other's.",
    fix=f"Set CachePolicyId: {CACHING_DISABLED} (managed, CachingDisabled) in the API's behavior.",
    source=f"{_GUIDE}/using-managed-cache-policies.html",
)
def api_cached(graph: Graph) -> Iterator[Place]:
    """A behavior for reading only may be cached on purpose, and so may one whose cache key holds the caller's identity:
    the rule looks at behaviors that also let POST through."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        if "POST" in (behavior.methods or ()):
            yield from _caching(behavior)


def _caching(behavior: Behavior) -> Iterator[Place]:
    key = behavior.key
    identified = "authorization" in {name.lower() for name in key.object("HeadersConfig").texts("Headers")}
    identified |= key.object("CookiesConfig").get("CookieBehavior") == "all"
    if behavior.body.text("CachePolicyId") in CACHES:
        yield _named(behavior.body, "CachePolicyId", CACHES)
    elif (behavior.cache.number("MinTTL") or 0) > 0:
        yield at(behavior.cache, "MinTTL")
    elif (behavior.cache.number("DefaultTTL") or 0) > 0 and not identified:
        yield at(behavior.cache, "DefaultTTL")
    elif "CachePolicyId" not in behavior.body and "ForwardedValues" in behavior.body:
        yield from _caching_by_forwarded_values(behavior)


def _caching_by_forwarded_values(behavior: Behavior) -> Iterator[Place]:
    """The legacy form: without a DefaultTTL CloudFront keeps answers for a day, unless every header is forwarded."""
    forwarded = behavior.body.object("ForwardedValues")
    identified = not behavior.forwarded_headers().isdisjoint({"authorization", "*"})
    identified |= forwarded.object("Cookies").get("Forward") == "all"
    unclear = forwarded.unknown("Headers") or any(behavior.body.unknown(key) for key in ("DefaultTTL", "MaxTTL"))
    default = number(behavior.body.get("DefaultTTL", 86_400)) or 0
    if (behavior.body.number("MinTTL") or 0) > 0:
        yield at(behavior.body, "MinTTL")
    elif default > 0 and behavior.body.number("MaxTTL") != 0 and not identified and not unclear:
        yield at(behavior.body, "DefaultTTL", default)


@rule(
    "E9104",
    "CloudFront does not let the API's methods through",
    symptom="POST, PUT, PATCH or DELETE answer 403: the distribution does not allow the HTTP request method.",
    fix="Set AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE], all seven.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods",
)
def api_methods(graph: Graph) -> Iterator[Place]:
    """A site may be for reading only. So the rule fires when a route of the API names a method that cannot arrive or
    takes every method, and when what is behind `/api/*` is not in the template; but not where answers are kept, as is
    done on purpose for reading."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        allowed = behavior.methods
        if allowed is not None and _needed(graph, behavior) - allowed:
            yield at(behavior.body, "AllowedMethods", "" if "AllowedMethods" in behavior.body else "GET and HEAD only")


def _needed(graph: Graph, behavior: Behavior) -> frozenset[str]:
    api = graph.api(behavior.origin)
    pattern = (behavior.pattern or "").lstrip("/")
    only_read = any(_caching(behavior))
    if api is None or api.routes is None:
        return WRITING if pattern.startswith("api") and not only_read else frozenset()
    methods = {route.method for route in api.routes}
    if "ANY" in methods:
        return frozenset() if behavior.pattern is None and only_read else WRITING
    return WRITING & methods if behavior.pattern is None else _routed(api, behavior)


def _routed(api: Api, behavior: Behavior) -> frozenset[str]:
    """The writing methods of the routes that this behavior's path leads to."""
    return WRITING & {route.method for route in api.routes or () if may_meet(route.path, behavior.pattern or "")}


@rule(
    "E9105",
    "AllowedMethods or CachedMethods is no set that CloudFront offers",
    symptom="The deployment fails: InvalidArgument on AllowedMethods (CachedMethods).",
    fix="Use [GET, HEAD], [GET, HEAD, OPTIONS] or, as AllowedMethods, all seven methods.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods",
)
def methods_set_invalid(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        if behavior.methods is not None and set(behavior.methods) not in _METHOD_SETS:
            yield at(behavior.body, "AllowedMethods", ", ".join(sorted(behavior.methods)))
        cached, unclear = behavior.body.texts("CachedMethods"), behavior.body.unknown("CachedMethods")
        if cached and not unclear and set(cached) not in _METHOD_SETS[:2]:
            yield at(behavior.body, "CachedMethods", ", ".join(cached))


@rule(
    "W9117",
    "Hardly more of the request than its path reaches the API",
    symptom="Query strings, cookies and the Authorization header are missing in the application.",
    fix="Set OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac (managed, AllViewerExceptHostHeader).",
    source=f"{_GUIDE}/controlling-origin-requests.html",
)
def api_without_request_policy(graph: Graph) -> Iterator[Place]:
    """An API that only takes forms (POST and the like) may do without."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        bare = behavior.body.get("CachePolicyId") == CACHING_DISABLED or behavior.has_empty_key
        api = graph.api(behavior.origin)
        reads = api is None or not api.routes or any(route.method in ("GET", "ANY") for route in api.routes)
        if bare and reads and behavior.requests_nothing:
            policy = SENDS_NO_QUERY.get(behavior.body.text("OriginRequestPolicyId"), "")
            yield at(behavior.body, "OriginRequestPolicyId", f"{behavior.name} {policy}".strip())


@rule(
    "I9124",
    "The API redirects plain HTTP instead of refusing it",
    symptom="A POST over http is turned into a GET by many clients, after its body was sent in clear.",
    fix="Set ViewerProtocolPolicy: https-only in the API's behaviors.",
    source=f"{_GUIDE}/using-https-viewers-to-cloudfront.html",
)
def api_redirects_to_https(graph: Graph) -> Iterator[Place]:
    """Informational: browsers that came by https never notice, and most templates are written so."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        if behavior.body.get("ViewerProtocolPolicy") == "redirect-to-https" and "POST" in (behavior.methods or ()):
            yield at(behavior.body, "ViewerProtocolPolicy")


@rule(
    "W9128",
    "The frontend's path rewriting also runs on the API",
    symptom="API paths are rewritten to index.html and answer with a page or a 404.",
    fix="Associate the function with the bucket's behaviors only.",
    source=f"{_GUIDE}/cloudfront-functions.html",
)
def rewrite_on_api(graph: Graph) -> Iterator[Place]:
    """One function may well serve both (to redirect, to authenticate): its code must mention index.html, and no path
    that it leaves alone."""
    for distribution, behavior in graph.behaviors(*DYNAMIC):
        frontend = {name for other in distribution.to(Kind.BUCKET) for name, _ in _viewer_request(other)}
        for name, association in _viewer_request(behavior):
            function = graph.named(name, "AWS::CloudFront::Function")
            code = function.properties.text("FunctionCode") if function else ""
            if name in frontend and "index.html" in code and "/api" not in code:
                yield at(association, "FunctionARN")


def _viewer_request(behavior: Behavior) -> Iterator[tuple[str, Object]]:
    for association in behavior.body.objects("FunctionAssociations"):
        if association.get("EventType") == "viewer-request":
            yield association.text("FunctionARN"), association


@rule(
    "E9123",
    "The behavior has no cache policy",
    symptom="The deployment fails: the parameter ForwardedValues is required.",
    fix=f"Set CachePolicyId: {CACHING_DISABLED} (managed, CachingDisabled) for an API, "
    "658327ea-f89d-4fab-a63d-7e88639e58f6 (CachingOptimized) for files.",
    source=f"{_GUIDE}/controlling-the-cache-key.html",
)
def no_cache_policy(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        if behavior.body and "CachePolicyId" not in behavior.body and "ForwardedValues" not in behavior.body:
            yield at(behavior.body, "CachePolicyId", behavior.name)
