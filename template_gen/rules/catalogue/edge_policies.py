"""CloudFront's policies and headers: ids that are of another kind, and headers that CloudFront does not take."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph
from template_gen.rules.graph.cdn import CACHE_POLICIES, HEADERS_POLICIES, REQUEST_POLICIES
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
# Key of a behavior -> the type of the template's own policies, AWS's own ones.
_KINDS: Final = {
    "CachePolicyId": ("AWS::CloudFront::CachePolicy", CACHE_POLICIES),
    "OriginRequestPolicyId": ("AWS::CloudFront::OriginRequestPolicy", REQUEST_POLICIES),
    "ResponseHeadersPolicyId": ("AWS::CloudFront::ResponseHeadersPolicy", HEADERS_POLICIES),
}
_TYPES: Final = tuple(kind for kind, _ in _KINDS.values())
_MANAGED: Final = (*CACHE_POLICIES, *REQUEST_POLICIES, *HEADERS_POLICIES)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEVER_ADDED: Final = frozenset(
    {
        "cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "range", "request-range", "te", "trailer", "transfer-encoding",
        "upgrade", "via",
    }
)  # fmt: skip
_RESERVED: Final = ("x-amz-", "x-edge-", "x-real-ip")


@rule(
    "E9252",
    "This is no id of such a policy",
    symptom="The deployment fails: the specified cache policy (origin request policy, response headers policy) does "
    "not exist.",
    fix="Managed are, for files, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 (CachingOptimized); for an API "
    "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad (CachingDisabled) with OriginRequestPolicyId: "
    "b689b0a8-53d0-40ab-baf2-68738e2966ac (AllViewerExceptHostHeader).",
    source=f"{_GUIDE}/using-managed-cache-policies.html",
)
def policy_of_another_kind(graph: Graph) -> Iterator[Place]:
    """The id of a policy of another kind, a policy's name, and an id that differs from one of AWS's by a slip: three
    of its five parts are the same."""
    for _, behavior in graph.behaviors():
        for key, (kind, managed) in _KINDS.items():
            value = behavior.body.text(key)
            named = graph.named(value, *_TYPES) if value.count("${") == 1 else None
            if (named and named.type != kind) or (value and known(value) and not _may_be(value, managed)):
                yield at(behavior.body, key)


def _may_be(value: str, managed: frozenset[str]) -> bool:
    if value.lower() in managed:
        return True
    return _ID.fullmatch(value) is not None and not any(_alike(value.lower(), other) for other in _MANAGED)


def _alike(one: str, other: str) -> bool:
    return sum(left == right for left, right in zip(one.split("-"), other.split("-"), strict=True)) >= 3


@rule(
    "E9253",
    "CloudFront cannot add this header",
    symptom="The deployment fails: the parameter HeaderName is not allowed, or is there twice.",
    fix="Choose a name of your own, such as x-origin-secret; Host is the origin's DomainName, and nothing else.",
    source=f"{_GUIDE}/add-origin-custom-headers.html#add-origin-custom-headers-denylist",
)
def header_never_added(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins():
        seen: set[str] = set()
        for header in origin.body.objects("OriginCustomHeaders"):
            name = header.text("HeaderName").lower()
            if name in _NEVER_ADDED or name.startswith(_RESERVED) or name in seen:
                yield at(header, "HeaderName")
            seen.add(name if known(name) else "")


@rule(
    "E9118",
    "An origin request policy cannot name the Authorization header",
    symptom="The deployment fails: the parameter Headers contains Authorization that is not allowed.",
    fix="Set OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac (managed, AllViewerExceptHostHeader), or put "
    "Authorization into the cache policy.",
    source=f"{_GUIDE}/add-origin-custom-headers.html",
)
def request_policy_authorization(graph: Graph) -> Iterator[Place]:
    for policy in graph.of("AWS::CloudFront::OriginRequestPolicy"):
        headers = policy.properties.object("OriginRequestPolicyConfig").object("HeadersConfig")
        allowed = headers.get("HeaderBehavior") != "allExcept"
        if allowed and "authorization" in {name.lower() for name in headers.texts("Headers")}:
            yield at(headers, "Headers", "Authorization")


@rule(
    "E9119",
    "A cache policy that caches nothing cannot have a cache key",
    symptom="The deployment fails: the parameter is invalid for a policy with caching disabled.",
    fix="Use the managed policy CachingDisabled with an origin request policy, or set MaxTTL to 1.",
    source=f"{_GUIDE}/cache-key-create-cache-policy.html",
)
def no_ttl_with_key(graph: Graph) -> Iterator[Place]:
    for policy in graph.of("AWS::CloudFront::CachePolicy"):
        config = policy.properties.object("CachePolicyConfig")
        if all(config.number(key) == 0 for key in ("MinTTL", "MaxTTL", "DefaultTTL")) and _has_key(config):
            yield at(config.object("ParametersInCacheKeyAndForwardedToOrigin"))


def _has_key(config: Object) -> bool:
    key = config.object("ParametersInCacheKeyAndForwardedToOrigin")
    behaviors = (
        key.object("HeadersConfig").get("HeaderBehavior", "none"),
        key.object("CookiesConfig").get("CookieBehavior", "none"),
        key.object("QueryStringsConfig").get("QueryStringBehavior", "none"),
    )
    encoding = key.flag("EnableAcceptEncodingGzip") or key.flag("EnableAcceptEncodingBrotli")
    return bool(encoding) or any(known(behavior) and behavior != "none" for behavior in behaviors)
