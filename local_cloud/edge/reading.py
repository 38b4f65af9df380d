"""Reads a deployed AWS::CloudFront::Distribution, and all that it refers to, into one value.

The rule: a reference to nothing means what it would do at a request: a policy that is not there lets nothing through, a
function that is not there fails.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.edge import policies, response_headers
from local_cloud.edge.distribution import Behavior, Distribution, ErrorPage, Failover, Origin
from local_cloud.edge.live import Deployed, Live, account
from local_cloud.edge.policies import CachePolicy, Forwarding, truth

Config = Mapping[str, Any]


def read(deployed: Deployed, live: Live) -> Distribution:
    config = deployed.properties["DistributionConfig"]
    behaviors = [*config.get("CacheBehaviors", []), {**config["DefaultCacheBehavior"], "PathPattern": "*"}]
    return Distribution(
        id=deployed.physical_id,
        domain=deployed.attributes.get("DomainName", f"{deployed.physical_id.lower()}.cloudfront.net"),
        aliases=tuple(config.get("Aliases", ())),
        account=account(deployed),
        root_object=config.get("DefaultRootObject", ""),
        behaviors=tuple(_behavior(behavior, live) for behavior in behaviors),
        origins={origin["Id"]: _origin(origin, live) for origin in config["Origins"]},
        groups={group["Id"]: _group(group) for group in config.get("OriginGroups", {}).get("Items", [])},
        error_pages={page.status: page for page in map(_error_page, config.get("CustomErrorResponses", []))},
    )


def _behavior(config: Config, live: Live) -> Behavior:
    cache = _cache_policy(config, live)
    functions = {each["EventType"]: each["FunctionARN"] for each in config.get("FunctionAssociations", [])}
    return Behavior(
        pattern=config["PathPattern"],
        origin_id=config["TargetOriginId"],
        methods=tuple(config.get("AllowedMethods", ("GET", "HEAD"))),
        forwardings=(cache.forwarding, *_origin_request_policy(config, live)),
        compresses=truth(config.get("Compress")) and cache.compresses,
        viewer_request=_code(functions.get("viewer-request"), live),
        viewer_response=_code(functions.get("viewer-response"), live),
        headers_policy=_headers_policy(config, live),
    )


def _cache_policy(config: Config, live: Live) -> CachePolicy:
    id = config.get("CachePolicyId")
    if not id:
        return CachePolicy(forwarding=policies.forwarded_values(config.get("ForwardedValues", {})), compresses=True)
    own = live.one("AWS::CloudFront::CachePolicy", id)
    managed = policies.CACHE_POLICIES.get(id, CachePolicy())
    return policies.cache_policy(own.properties["CachePolicyConfig"]) if own else managed


def _origin_request_policy(config: Config, live: Live) -> Iterator[Forwarding]:
    id = config.get("OriginRequestPolicyId") or ""
    if managed := policies.ORIGIN_REQUEST_POLICIES.get(id):
        yield managed
    elif id and (own := live.one("AWS::CloudFront::OriginRequestPolicy", id)):
        yield policies.origin_request_policy(own.properties["OriginRequestPolicyConfig"])


def _headers_policy(config: Config, live: Live) -> Config | None:
    id = config.get("ResponseHeadersPolicyId")
    own = live.one("AWS::CloudFront::ResponseHeadersPolicy", id) if id else None
    return own.properties["ResponseHeadersPolicyConfig"] if own else response_headers.MANAGED.get(str(id))


def _code(arn: str | None, live: Live) -> str | None:
    if not arn:
        return None
    function = live.one("AWS::CloudFront::Function", arn)
    return str(function.properties["FunctionCode"]) if function else f"throw new Error('No such function: {arn}')"


def _origin(config: Config, live: Live) -> Origin:
    custom = config.get("CustomOriginConfig")
    return Origin(
        id=config["Id"],
        domain=config["DomainName"],
        path=config.get("OriginPath", ""),
        headers=tuple((each["HeaderName"], each["HeaderValue"]) for each in config.get("OriginCustomHeaders", [])),
        signs=_signs(config.get("OriginAccessControlId"), live),
        protocol=custom["OriginProtocolPolicy"] if custom else None,
        http_port=int((custom or {}).get("HTTPPort", 80)),
        read_timeout=float((custom or {}).get("OriginReadTimeout", 30)),
    )


def _signs(access_control: str | None, live: Live) -> str | None:
    found = live.one("AWS::CloudFront::OriginAccessControl", access_control) if access_control else None
    config = found.properties["OriginAccessControlConfig"] if found else {}
    return config.get("OriginAccessControlOriginType") if config.get("SigningBehavior") == "always" else None


def _group(config: Config) -> Failover:
    return Failover(
        origins=tuple(member["OriginId"] for member in config["Members"]["Items"]),
        statuses=frozenset(map(int, config["FailoverCriteria"]["StatusCodes"]["Items"])),
    )


def _error_page(config: Config) -> ErrorPage:
    status = int(config["ErrorCode"])
    return ErrorPage(
        status=status, path=config.get("ResponsePagePath") or None, answer=int(config.get("ResponseCode") or status)
    )
