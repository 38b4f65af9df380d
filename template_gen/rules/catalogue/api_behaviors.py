"""CloudFront in front of an API: what its cache behaviors let through, keep, and send where."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from template_gen.rules.graph import DYNAMIC, Api, Behavior, Graph, Kind
from template_gen.rules.graph.cdn import CACHES, CACHING_DISABLED, WRITING
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known, number

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
    fix="Use the managed origin request policy AllViewerExceptHostHeader (b689b0a8-53d0-40ab-baf2-68738e2966ac).",
    source=f"{_GUIDE}/using-managed-origin-request-policies.html",
)
def api_host_forwarded(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors(*DYNAMIC):
        if behavior.forwards_host:
            yield _policy_place(behavior)


def _policy_place(behavior: Behavior) -> Place:
    key = next((key for key in ("OriginRequestPolicyId", "ForwardedValues") if key in behavior.body), "CachePolicyId")
    return at(behavior.body, key)


@rule(
    "E9103",
    "Answers of the API are kept in CloudFront's cache",
    symptom="Visitors see stale answers, or each other's.",
    fix=f"Use the managed cache policy CachingDisabled ({CACHING_DISABLED}) for the API.",
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
        yield at(behavior.body, "CachePolicyId", CACHES[behavior.body.text("CachePolicyId")])
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
    fix="Set AllowedMethods to all seven: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE].",
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
    prefix = _literal_prefix(behavior.pattern or "")
    return WRITING & {route.method for route in api.routes or () if _compatible(route.path, prefix)}


@rule(
    "E9105",
    "AllowedMethods is no set that CloudFront offers",
    symptom="The deployment fails: InvalidArgument on AllowedMethods.",
    fix="Use [GET, HEAD], [GET, HEAD, OPTIONS] or all seven methods.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods",
)
def methods_set_invalid(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        if behavior.methods is not None and set(behavior.methods) not in _METHOD_SETS:
            yield at(behavior.body, "AllowedMethods", ", ".join(sorted(behavior.methods)))


@rule(
    "W9108",
    "No route of the API begins with the path of the behavior",
    symptom="Requests answer 404: CloudFront sends the whole path, it does not strip the prefix.",
    fix="Give the API a $default or /{proxy+} route, or routes that begin with the prefix.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern",
)
def prefix_not_routed(graph: Graph) -> Iterator[Place]:
    """A function at the edge may rewrite the path; then the rule stays silent."""
    for _, behavior in graph.behaviors(Kind.API):
        api = graph.api(behavior.origin)
        prefix = _literal_prefix(behavior.pattern or "")
        if api is None or not api.routes or not prefix or behavior.runs_code or not known(behavior.pattern):
            continue
        path = _after_stage(behavior, api)
        if path is not None and not any(_compatible(route.path, path + prefix) for route in api.routes):
            yield at(behavior.body, "PathPattern")


def _literal_prefix(pattern: str) -> str:
    """`/api` of `/api/*`; "" when the pattern begins with a wildcard."""
    head = re.split(r"[*?]", "/" + pattern.lstrip("/"))[0]
    return head.rstrip("/") if "/" in head[1:] or head == pattern else ""


def _after_stage(behavior: Behavior, api: Api) -> str | None:
    """What CloudFront puts before the path and API Gateway does not take as its stage; None when they disagree."""
    path = behavior.origin.body.text("OriginPath") if behavior.origin else ""
    stages = [f"/{stage}" for stage in api.stages or () if stage != "$default"]
    otherwise = path if api.stages == ("$default",) or not path else None
    return next((path.removeprefix(stage) for stage in stages if path.startswith(stage)), otherwise)


def _compatible(route: str, prefix: str) -> bool:
    """Requests below the prefix can match the route; a variable matches anything."""
    if route == "$default" or not known(route):
        return True
    pairs = zip(route.strip("/").split("/"), prefix.strip("/").split("/"), strict=False)
    return all(left == right or left.startswith("{") or not known(right) for left, right in pairs)


@rule(
    "W9109",
    "The path without its slash goes to another origin",
    symptom="The API answers below the prefix, but the prefix itself is looked up in the frontend.",
    fix="Add a behavior for the exact path beside the one with /*.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern",
)
def bare_prefix(graph: Graph) -> Iterator[Place]:
    """Most APIs have nothing at the prefix itself: the rule fires when a route of the API is exactly there."""
    for distribution, behavior in graph.behaviors(Kind.API):
        pattern, api = behavior.pattern or "", graph.api(behavior.origin)
        prefix = "/" + pattern.lstrip("/").removesuffix("/*")
        others = {("/" + (other.pattern or "*").lstrip("/")): other.origin for other in distribution.behaviors[:-1]}
        covered = any(fnmatchcase(prefix, other) for other in others)
        wanted = api is not None and any(route.path == prefix for route in api.routes or ())
        if pattern.endswith("/*") and wanted and not covered and distribution.default.origin != behavior.origin:
            yield at(behavior.body, "PathPattern")


@rule(
    "W9117",
    "Nothing of the request but its path reaches the API",
    symptom="Query strings, cookies and the Authorization header are missing in the application.",
    fix="Add the managed origin request policy AllViewerExceptHostHeader (b689b0a8-53d0-40ab-baf2-68738e2966ac).",
    source=f"{_GUIDE}/controlling-origin-requests.html",
)
def api_without_request_policy(graph: Graph) -> Iterator[Place]:
    """An API that only takes forms (POST and the like) may do without."""
    for _, behavior in graph.behaviors(*DYNAMIC):
        bare = behavior.body.get("CachePolicyId") == CACHING_DISABLED or behavior.has_empty_key
        api = graph.api(behavior.origin)
        reads = api is None or not api.routes or any(route.method in ("GET", "ANY") for route in api.routes)
        if bare and reads and "OriginRequestPolicyId" not in behavior.body:
            yield at(behavior.body, "OriginRequestPolicyId")


@rule(
    "I9124",
    "The API redirects plain HTTP instead of refusing it",
    symptom="A POST over http is turned into a GET by many clients, after its body was sent in clear.",
    fix="Set ViewerProtocolPolicy of the API's behaviors to https-only.",
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
    "E9120",
    "An earlier behavior already takes this path",
    symptom="The behavior never matches: CloudFront takes the first pattern that fits.",
    fix="Move the more specific pattern before the more general one.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern",
)
def behavior_order(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        seen: list[str] = []
        for behavior in distribution.behaviors[:-1]:
            pattern = behavior.pattern or ""
            if any(_includes(earlier, pattern) for earlier in seen) and pattern not in seen:
                yield at(behavior.body, "PathPattern")
            seen.append(pattern)


def _includes(general: str, special: str) -> bool:
    """Every path of the special pattern fits the general one; a wildcard of the special one only fits a `*`.

    `api/*` and `/api/*` are the same to CloudFront.
    """
    regex = re.escape(general.lstrip("/")).replace(r"\*", ".*").replace(r"\?", "[^*]")
    return known(general) and known(special) and re.fullmatch(regex, special.lstrip("/")) is not None


@rule(
    "E9121",
    "Two behaviors have the same path pattern",
    symptom="The deployment fails: the parameter PathPattern contains duplicates.",
    fix="Keep one of the two behaviors.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern",
)
def duplicate_pattern(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        patterns = [behavior.pattern for behavior in distribution.behaviors[:-1]]
        for index, behavior in enumerate(distribution.behaviors[:-1]):
            if behavior.pattern and behavior.pattern in patterns[:index]:
                yield at(behavior.body, "PathPattern")


@rule(
    "E9123",
    "The behavior has no cache policy",
    symptom="The deployment fails: the parameter ForwardedValues is required.",
    fix=f"Set CachePolicyId, for an API to CachingDisabled ({CACHING_DISABLED}).",
    source=f"{_GUIDE}/controlling-the-cache-key.html",
)
def no_cache_policy(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        if behavior.body and "CachePolicyId" not in behavior.body and "ForwardedValues" not in behavior.body:
            yield at(behavior.body, "CachePolicyId")
