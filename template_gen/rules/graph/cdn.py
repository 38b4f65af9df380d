"""CloudFront: a distribution, its behaviors in the order of their matching, the origin of each, and their policies."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, known

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHES: Final = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": "CachingOptimized",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "CachingOptimizedForUncompressedObjects",
    "2e54312d-136d-493c-8eb9-b001f22f67d2": "Amplify",
}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
FORWARDS_HOST: Final = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": "AllViewer",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": "AllViewerAndCloudFrontHeaders-2022-06",
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": "HostHeaderOnly",
}
# Every managed policy, by kind.
CACHE_POLICIES: Final = frozenset(
    {
        CACHING_DISABLED, *CACHES, "83da9c7e-98b4-4e11-a168-04f0df8e2c65", "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        "08627262-05a9-4f76-9ded-b50ca2e3a84f", "1c6db51a-a33f-469a-8245-dae26771f530",
        "7e5fad67-ee98-4ad0-b05a-394999eefc1a",
    }
)  # fmt: skip
REQUEST_POLICIES: Final = frozenset(
    {
        *FORWARDS_HOST, "59781a5b-3903-41f3-afcb-af62929ccde1", "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "acba4595-bd28-49b8-b9fe-13317c0390fa", "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "775133bc-15f2-49f9-abea-afb2e0bf67d2",
    }
)  # fmt: skip
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
HEADERS_POLICIES: Final = frozenset(
    {
        "60669652-455b-4ae9-85a4-c4c02393f86c", "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd", "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    }
)  # fmt: skip
# These send a header or two, and neither cookies nor the query string.
SENDS_NO_QUERY: Final = {
    "59781a5b-3903-41f3-afcb-af62929ccde1": "CORS-CustomOrigin",
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": "CORS-S3Origin",
    "acba4595-bd28-49b8-b9fe-13317c0390fa": "UserAgentRefererHeaders",
}
# What is in the cache key goes to the origin too, and these put the Host header there.
KEYED_BY_HOST: Final = {
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": "UseOriginCacheControlHeaders",
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": "UseOriginCacheControlHeaders-QueryStrings",
    "2e54312d-136d-493c-8eb9-b001f22f67d2": "Amplify",
}
WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Kind(StrEnum):
    """What stands behind an origin, told by its domain name."""

    API = "API Gateway"
    FUNCTION_URL = "function URL"
    BUCKET = "S3 bucket"
    WEBSITE = "S3 website endpoint"
    OTHER = "other server"
    UNKNOWN = "unknown"


DYNAMIC: Final = frozenset({Kind.API, Kind.FUNCTION_URL})
_KINDS: Final = (
    (re.compile(r"\.execute-api\."), Kind.API),
    (re.compile(r"\.lambda-url\."), Kind.FUNCTION_URL),
    (re.compile(r"\.s3-website[.-]"), Kind.WEBSITE),
    (re.compile(r"\.s3([.-][a-z0-9-]+)*\.amazonaws\.com"), Kind.BUCKET),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """An origin; `target` is the logical id that its domain name mentions, "" when none is in the template."""

    id: str
    body: Object
    domain: str
    kind: Kind
    target: str

    @property
    def custom(self) -> Object:
        return self.body.object("CustomOriginConfig")


@dataclass(frozen=True, slots=True)
class Behavior:
    """A cache behavior; `pattern` is None for the default one, `origin` None when an origin group or unknown."""

    body: Object
    pattern: str | None
    origin: Origin | None
    cache_policy: Resource | None
    request_policy: Resource | None

    @property
    def name(self) -> str:
        return "default behavior" if self.pattern is None else f"behavior {self.pattern}"

    def goes_to(self, *kinds: Kind) -> bool:
        return self.origin is not None and self.origin.kind in kinds

    @property
    def methods(self) -> frozenset[str] | None:
        """The methods CloudFront lets through; None when unknown."""
        if self.body.unknown("AllowedMethods"):
            return None
        return frozenset(self.body.texts("AllowedMethods") or ("GET", "HEAD"))

    @property
    def runs_code(self) -> bool:
        """A function at the edge sees the request, and may rewrite or sign it."""
        return not self.body.keys().isdisjoint({"FunctionAssociations", "LambdaFunctionAssociations"})

    def forwarded_headers(self) -> frozenset[str]:
        """Lower-case names of viewer headers that reach the origin, `*` for all of them."""
        listed = [*self.body.object("ForwardedValues").texts("Headers")]
        if self.body.text("OriginRequestPolicyId") in FORWARDS_HOST:
            listed.append("*")
        for headers in (self.request.object("HeadersConfig"), self.key.object("HeadersConfig")):
            excepted = {name.lower() for name in headers.texts("Headers")}
            if headers.get("HeaderBehavior") in ("allViewer", "allViewerAndWhitelistCloudFront"):
                listed.append("*")
            elif headers.get("HeaderBehavior") == "allExcept" and not headers.unknown("Headers"):
                listed += [] if "host" in excepted else ["host"]
            elif headers.get("HeaderBehavior") == "whitelist":
                listed += headers.texts("Headers")
        return frozenset(header.lower() for header in listed)

    @property
    def request(self) -> Object:
        """The template's own origin request policy."""
        return self.request_policy.properties.object("OriginRequestPolicyConfig") if self.request_policy else Object()

    @property
    def cache(self) -> Object:
        """The template's own cache policy."""
        return self.cache_policy.properties.object("CachePolicyConfig") if self.cache_policy else Object()

    @property
    def key(self) -> Object:
        """What the template's own cache policy puts into the cache key (and sends to the origin)."""
        return self.cache.object("ParametersInCacheKeyAndForwardedToOrigin")

    @property
    def has_empty_key(self) -> bool:
        """The template's own cache policy surely puts neither headers nor cookies nor the query string into the key."""
        return _all_none(self.key)

    @property
    def requests_nothing(self) -> bool:
        """The origin request policy, if any, sends neither cookies nor the query string."""
        if "OriginRequestPolicyId" not in self.body:
            return True
        return self.body.text("OriginRequestPolicyId") in SENDS_NO_QUERY or _all_none(self.request)

    @property
    def forwards_host(self) -> bool:
        return not self.forwarded_headers().isdisjoint({"*", "host"})

    @property
    def keyed_by_host(self) -> bool:
        """The managed cache policy sends Host along with its key, and no origin request policy says otherwise."""
        return self.body.text("CachePolicyId") in KEYED_BY_HOST and "OriginRequestPolicyId" not in self.body


def _all_none(policy: Object) -> bool:
    parts = (("HeadersConfig", "HeaderBehavior"), ("CookiesConfig", "CookieBehavior"),
             ("QueryStringsConfig", "QueryStringBehavior"))  # fmt: skip
    return all(policy.object(part).get(key) == "none" for part, key in parts)


@dataclass(frozen=True, slots=True)
class Distribution:
    resource: Resource
    config: Object
    origins: tuple[Origin, ...]
    behaviors: tuple[Behavior, ...]

    @property
    def id(self) -> str:
        return self.resource.id

    @property
    def default(self) -> Behavior:
        return self.behaviors[-1]

    @property
    def aliases(self) -> tuple[str, ...]:
        return self.config.texts("Aliases")

    def to(self, *kinds: Kind) -> Iterator[Behavior]:
        return (behavior for behavior in self.behaviors if behavior.goes_to(*kinds))

    @property
    def serves_both(self) -> bool:
        """Frontend and API under one name: some behaviors go to a bucket, others to a function."""
        return any(self.to(Kind.BUCKET, Kind.WEBSITE)) and any(self.to(*DYNAMIC))


def distributions(resources: Resources) -> tuple[Distribution, ...]:
    return tuple(
        _distribution(resource, config, resources)
        for resource in resources.of("AWS::CloudFront::Distribution")
        if isinstance(config := resource.properties.get("DistributionConfig"), Object)
    )


def _distribution(resource: Resource, config: Object, resources: Resources) -> Distribution:
    origins = tuple(_origin(body, resources) for body in config.objects("Origins"))
    by_id = {origin.id: origin for origin in origins}
    ordered = [*config.objects("CacheBehaviors"), config.object("DefaultCacheBehavior")]
    behaviors = (_behavior(body, by_id, resources, is_default=body is ordered[-1]) for body in ordered)
    return Distribution(resource, config, origins, tuple(behaviors))


def _behavior(body: Object, origins: Mapping[str, Origin], resources: Resources, *, is_default: bool) -> Behavior:
    return Behavior(
        body,
        None if is_default else body.text("PathPattern"),
        origins.get(body.text("TargetOriginId")),
        resources.named(body.get("CachePolicyId"), "AWS::CloudFront::CachePolicy"),
        resources.named(body.get("OriginRequestPolicyId"), "AWS::CloudFront::OriginRequestPolicy"),
    )


def _origin(body: Object, resources: Resources) -> Origin:
    domain = body.text("DomainName")
    kind = next((kind for pattern, kind in _KINDS if pattern.search(domain)), None)
    if kind is None and not known(domain):
        kind = Kind.BUCKET if "S3OriginConfig" in body else Kind.UNKNOWN
    return Origin(body.text("Id"), body, domain, kind or Kind.OTHER, _target(domain, resources))


def _target(domain: str, resources: Resources) -> str:
    """The logical id in front of the domain; a bucket may also be meant by its literal name."""
    if first := re.match(r"(?:https?://)?\$\{(\w+)\}", domain):
        return first[1]
    name = re.split(r"\.s3[.-]", domain)[0]
    buckets = resources.of("AWS::S3::Bucket")
    return next((bucket.id for bucket in buckets if bucket.properties.get("BucketName") == name), "")
