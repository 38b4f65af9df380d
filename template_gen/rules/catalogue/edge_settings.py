"""Settings of distributions and their policies that exclude or need one another: origin groups, times, lists, keys."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from template_gen.rules.graph import Distribution, Graph, Object
from template_gen.rules.graph.cdn import WRITING
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, flag, known, number

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_API: Final = "https://docs.aws.amazon.com/cloudfront/latest/APIReference"
_DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
_FAILURES: Final = frozenset({400, 403, 404, 416, 429, 500, 502, 503, 504})
_COUNTED: Final = ("FailoverCriteria.StatusCodes", "Members")
# Type, way to a choice, the choices that need a list, the list's key beside it.
_KEY: Final = "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin"
_REQUEST: Final = "OriginRequestPolicyConfig"
_LISTED: Final = frozenset({"whitelist", "allExcept", "allViewerAndWhitelistCloudFront"})
_LISTS: Final = (
    *(
        (kind, f"{way}.{part}.{choice}", key)
        for kind, way in (("AWS::CloudFront::CachePolicy", _KEY), ("AWS::CloudFront::OriginRequestPolicy", _REQUEST))
        for part, choice, key in (
            ("HeadersConfig", "HeaderBehavior", "Headers"),
            ("CookiesConfig", "CookieBehavior", "Cookies"),
            ("QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
        )
    ),
    (_DISTRIBUTION, "DistributionConfig.*.ForwardedValues.Cookies.Forward", "WhitelistedNames"),
    (_DISTRIBUTION, "DistributionConfig.Restrictions.GeoRestriction.RestrictionType", "Locations"),
)


@rule(
    "E9361",
    "The origin group cannot be used so",
    symptom="The deployment fails: AllowedMethods cannot include POST, PUT, PATCH or DELETE for an origin group, the "
    "origin does not exist, or Quantity does not match the number of Items.",
    fix="List two Ids of Origins as Members, as many Items as Quantity says, status codes out of 400, 403, 404, 416, "
    "429, 500, 502, 503 and 504, and lead behaviors that write to an origin itself.",
    source=f"{_GUIDE}/high_availability_origin_failover.html",
)
def origin_group(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        groups = list(distribution.config.object("OriginGroups").objects("Items"))
        names = {group.text("Id") for group in groups}
        for group in groups:
            yield from _of_group(group, distribution)
        for behavior in distribution.behaviors:
            target, writes = behavior.body.text("TargetOriginId"), (behavior.methods or frozenset()) & WRITING
            if known(target) and target in names and writes:
                yield at(behavior.body, "AllowedMethods", f"behavior of the origin group {target}")


def _of_group(group: Object, distribution: Distribution) -> Iterator[Place]:
    ids = {origin.id for origin in distribution.origins}
    listed = all(map(known, ids)) and not distribution.config.unknown("Origins")
    for member in group.object("Members").objects("Items"):
        if listed and known(name := member.text("OriginId")) and name not in ids:
            yield at(member, "OriginId")
    for way in _COUNTED:
        for holder, key in below(group, f"{way}.Items"):
            items, count = holder.get(key), holder.number("Quantity")
            if isinstance(items, list) and count is not None and not holder.unknown(key) and count != len(items):
                yield at(holder, "Quantity", f"{count} for {len(items)} Items")
    codes = group.object("FailoverCriteria").object("StatusCodes")
    written = codes.get("Items")
    for code in map(number, written if isinstance(written, list) else ()):
        if code is not None and code not in _FAILURES:
            yield at(codes, "Items", str(code))


@rule(
    "E9362",
    "Two origins have the same Id",
    symptom="The deployment fails: origin Ids must be unique.",
    fix="Give each origin an Id of its own, and let TargetOriginId of its behaviors name it.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesId",
)
def origin_twice(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        groups = distribution.config.object("OriginGroups").objects("Items")
        bodies = [*(origin.body for origin in distribution.origins), *groups]
        counted = Counter(body.text("Id") for body in bodies)
        twice = {name for name, count in counted.items() if count > 1 and known(name) and name}
        yield from (at(body, "Id") for body in bodies[1:] if body.text("Id") in twice)


@rule(
    "E9363",
    "An origin request policy goes with a cache policy only",
    symptom="The deployment fails: OriginRequestPolicyId cannot be used without a CachePolicyId.",
    fix="Replace ForwardedValues by CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad (managed, CachingDisabled), or "
    "remove OriginRequestPolicyId.",
    source=f"{_GUIDE}/origin-request-understand-origin-request-policy.html",
)
def request_policy_alone(graph: Graph) -> Iterator[Place]:
    """A behavior with neither of the two is E9123's."""
    for _, behavior in graph.behaviors():
        body = behavior.body
        if "ForwardedValues" in body and "CachePolicyId" not in body and "OriginRequestPolicyId" in body:
            yield at(body, "OriginRequestPolicyId")


@rule(
    "E9364",
    "The times to live are not in order",
    symptom="The deployment fails: MinTTL must be at most DefaultTTL, and DefaultTTL at most MaxTTL.",
    fix="Raise MaxTTL, or lower MinTTL and DefaultTTL.",
    source=f"{_API}/API_CachePolicyConfig.html",
)
def times_to_live(graph: Graph) -> Iterator[Place]:
    """Of cache policies, and of behaviors with ForwardedValues; a time that is not written down is not judged."""
    policies = (policy.properties.object("CachePolicyConfig") for policy in graph.of("AWS::CloudFront::CachePolicy"))
    legacy = (found.body for _, found in graph.behaviors() if "CachePolicyId" not in found.body)
    for holder in (*policies, *legacy):
        given = {key: holder.number(key) for key in ("MinTTL", "DefaultTTL", "MaxTTL") if key in holder}
        keys = [key for key, seconds in given.items() if seconds is not None]
        for low, high in pairwise(keys):
            if (holder.number(low) or 0) > (holder.number(high) or 0):
                yield at(holder, low, f"{low} {holder.number(low)}, {high} {holder.number(high)}")


@rule(
    "E9365",
    "A list is asked for, and is not there",
    symptom="The deployment fails: the parameter ... is required, or must have at least one item.",
    fix="Write the list beside it (Headers, Cookies, QueryStrings, WhitelistedNames, Locations), or choose none.",
    source=f"{_API}/API_OriginRequestPolicyHeadersConfig.html",
)
def list_missing(graph: Graph) -> Iterator[Place]:
    for kind, way, key in _LISTS:
        for resource in graph.of(kind):
            for holder, choice in below(resource.properties, way):
                wants = holder.text(choice) in _LISTED or (key == "Locations" and holder.get(choice) == "blacklist")
                if wants and holder.get(key) in (None, []):
                    yield at(holder, choice)


@rule(
    "E9366",
    "These headers cannot be added so",
    symptom="The deployment fails: the parameter CustomHeaders contains a security header, or Access-Control-Allow-"
    "Headers (or Origins) cannot contain * when allowCredentials is true.",
    fix="Write security headers into SecurityHeadersConfig; with AccessControlAllowCredentials name the origins and "
    "headers one by one.",
    source=f"{_GUIDE}/understanding-response-headers-policies.html",
)
def headers_policy(graph: Graph) -> Iterator[Place]:
    for policy in graph.of("AWS::CloudFront::ResponseHeadersPolicy"):
        config = policy.properties.object("ResponseHeadersPolicyConfig")
        for header in config.object("CustomHeadersConfig").objects("Items"):
            if header.text("Header").lower() in _SECURITY:
                yield at(header, "Header")
        cors = config.object("CorsConfig")
        for key in ("AccessControlAllowOrigins", "AccessControlAllowHeaders"):
            if flag(cors.get("AccessControlAllowCredentials")) and "*" in cors.object(key).texts("Items"):
                yield at(cors.object(key), "Items", f"* in {key}")


_SECURITY: Final = frozenset(
    {
        "content-security-policy", "referrer-policy", "strict-transport-security", "x-content-type-options",
        "x-frame-options", "x-xss-protection",
    }
)  # fmt: skip
