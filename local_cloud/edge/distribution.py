"""A deployed distribution as values, and the cache behavior that a path gets.

The rule: behaviors are tried in their order and the first match decides; the default behavior comes last.
Source: "Cache behavior settings" in the CloudFront developer guide (path patterns: `*` any characters, `?` exactly one,
case-sensitive, the leading slash optional; the query string takes no part).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local_cloud.edge.live import Deployed, account
from local_cloud.edge.policies import truth

Config = Mapping[str, Any]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """`functions` are CloudFront Function ARNs by event type (`viewer-request`, `viewer-response`)."""

    pattern: str
    origin_id: str
    methods: tuple[str, ...]
    compress: bool
    functions: Mapping[str, str]
    cache_policy: str | None
    origin_request_policy: str | None
    response_headers_policy: str | None
    forwarded_values: Config | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`access_control` is the id of an origin access control; `protocol` is None for an S3 origin."""

    id: str
    domain: str
    path: str
    headers: tuple[tuple[str, str], ...]
    access_control: str | None
    protocol: str | None
    http_port: int
    read_timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """An origin group: the second origin is asked when the first answers with one of these."""

    origins: tuple[str, ...]
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    status: int
    path: str | None
    answer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    id: str
    domain: str
    aliases: tuple[str, ...]
    account: str
    root_object: str
    behaviors: tuple[Behavior, ...]
    origins: Mapping[str, Origin]
    groups: Mapping[str, Failover]
    error_pages: Mapping[int, ErrorPage]

    def has_name(self, host: str) -> bool:
        """Whether a viewer may call the distribution so; this machine's own names are always right."""
        name = re.sub(r":\d+$", "", host.lower())
        own = (self.domain, *self.aliases)
        return name in ("", *LOOPBACK) or any(fnmatchcase(name, each.lower()) for each in own)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:distribution/{self.id}"


def distribution(deployed: Deployed) -> Distribution:
    config = deployed.properties["DistributionConfig"]
    behaviors = [*config.get("CacheBehaviors", []), {**config["DefaultCacheBehavior"], "PathPattern": "*"}]
    return Distribution(
        id=deployed.physical_id,
        domain=deployed.attributes.get("DomainName", f"{deployed.physical_id.lower()}.cloudfront.net"),
        aliases=tuple(config.get("Aliases", ())),
        account=account(deployed),
        root_object=config.get("DefaultRootObject", ""),
        behaviors=tuple(map(_behavior, behaviors)),
        origins={origin["Id"]: _origin(origin) for origin in config["Origins"]},
        groups={group["Id"]: _group(group) for group in config.get("OriginGroups", {}).get("Items", [])},
        error_pages={page.status: page for page in map(_error_page, config.get("CustomErrorResponses", []))},
    )


def match(behaviors: Sequence[Behavior], path: str) -> Behavior:
    """The first behavior whose pattern covers the path."""
    return next(each for each in behaviors if covers(each.pattern, path))


def covers(pattern: str, path: str) -> bool:
    translated = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern.lstrip("/"))
    return re.fullmatch(translated, path.removeprefix("/"), re.DOTALL) is not None


def _behavior(config: Config) -> Behavior:
    return Behavior(
        pattern=config["PathPattern"],
        origin_id=config["TargetOriginId"],
        methods=tuple(config.get("AllowedMethods", ("GET", "HEAD"))),
        compress=truth(config.get("Compress")),
        functions={each["EventType"]: each["FunctionARN"] for each in config.get("FunctionAssociations", [])},
        cache_policy=config.get("CachePolicyId"),
        origin_request_policy=config.get("OriginRequestPolicyId"),
        response_headers_policy=config.get("ResponseHeadersPolicyId"),
        forwarded_values=config.get("ForwardedValues"),
    )


def _origin(config: Config) -> Origin:
    custom = config.get("CustomOriginConfig")
    return Origin(
        id=config["Id"],
        domain=config["DomainName"],
        path=config.get("OriginPath", ""),
        headers=tuple((each["HeaderName"], each["HeaderValue"]) for each in config.get("OriginCustomHeaders", [])),
        access_control=config.get("OriginAccessControlId") or None,
        protocol=custom["OriginProtocolPolicy"] if custom else None,
        http_port=int((custom or {}).get("HTTPPort", 80)),
        read_timeout=float((custom or {}).get("OriginReadTimeout", 30)),
    )


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
