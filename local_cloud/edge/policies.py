"""CloudFront's policies as values: what of a viewer's request goes on to the origin.

The rule: a policy is data. AWS's managed ones are a table; the template's own are read into the same values. Sources:
"Use managed cache policies", "Use managed origin request policies" in the CloudFront developer guide.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Config = Mapping[str, Any]


class Keep(StrEnum):
    """A policy's behavior word."""

    NONE = "none"
    ONLY = "whitelist"
    EXCEPT = "allExcept"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which names of a kind (headers, cookies, query strings) go to the origin."""

    keep: Keep = Keep.NONE
    names: frozenset[str] = frozenset()

    def __contains__(self, name: str) -> bool:
        match self.keep:
            case Keep.NONE:
                return False
            case Keep.ALL:
                return True
            case Keep.ONLY:
                return name in self.names
            case Keep.EXCEPT:
                return name not in self.names


NOTHING, EVERYTHING = Selection(), Selection(Keep.ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """What a policy lets through of the viewer's request; header names in lower case.

    `adds` are headers that CloudFront itself writes when a policy asks for them.
    """

    headers: Selection = NOTHING
    cookies: Selection = NOTHING
    query: Selection = NOTHING
    adds: Selection = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """What the cache key holds, which goes to the origin too, and whether answers are compressed."""

    forwarding: Forwarding = field(default_factory=Forwarding)
    compresses: bool = False


def only(*names: str) -> Selection:
    """Just these, whatever their case."""
    return Selection(Keep.ONLY, frozenset(name.lower() for name in names))


_CORS = ("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method")
_HTTP = only("CloudFront-Forwarded-Proto", "CloudFront-Viewer-Http-Version", "CloudFront-Viewer-Tls")
_USUAL = only("Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_ALL = Forwarding(headers=EVERYTHING, cookies=EVERYTHING, query=EVERYTHING)

CACHE_POLICIES: Mapping[str, CachePolicy] = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": CachePolicy(),  # CachingDisabled
    "658327ea-f89d-4fab-a63d-7e88639e58f6": CachePolicy(compresses=True),  # CachingOptimized
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": CachePolicy(),  # CachingOptimizedForUncompressedObjects
    # UseOriginCacheControlHeaders, the same with -QueryStrings, Amplify
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": CachePolicy(
        forwarding=Forwarding(headers=_USUAL, cookies=EVERYTHING), compresses=True
    ),
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": CachePolicy(
        forwarding=Forwarding(headers=_USUAL, cookies=EVERYTHING, query=EVERYTHING), compresses=True
    ),
    "2e54312d-136d-493c-8eb9-b001f22f67d2": CachePolicy(
        forwarding=Forwarding(
            headers=only("Authorization", "CloudFront-Viewer-Country", "Host"), cookies=EVERYTHING, query=EVERYTHING
        ),
        compresses=True,
    ),
}

ORIGIN_REQUEST_POLICIES: Mapping[str, Forwarding] = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": _ALL,  # AllViewer
    # AllViewerExceptHostHeader, AllViewerAndCloudFrontHeaders-2022-06
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": Forwarding(
        headers=Selection(Keep.EXCEPT, frozenset({"host"})), cookies=EVERYTHING, query=EVERYTHING, adds=_HTTP
    ),
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": Forwarding(
        headers=EVERYTHING, cookies=EVERYTHING, query=EVERYTHING, adds=EVERYTHING
    ),
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": Forwarding(headers=only(*_CORS)),  # CORS-S3Origin
    "59781a5b-3903-41f3-afcb-af62929ccde1": Forwarding(headers=only("Origin")),  # CORS-CustomOrigin
    "acba4595-bd28-49b8-b9fe-13317c0390fa": Forwarding(headers=only("User-Agent", "Referer")),  # UserAgentReferer…
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": Forwarding(headers=only("Host")),  # HostHeaderOnly
    "775133bc-15f2-49f9-abea-afb2e0bf67d2": Forwarding(  # Elemental-MediaTailor-PersonalizedManifests
        headers=only(*_CORS, "User-Agent", "X-Forwarded-For"), query=EVERYTHING
    ),
}


def cache_policy(config: Config) -> CachePolicy:
    """From an AWS::CloudFront::CachePolicy's CachePolicyConfig."""
    key = config.get("ParametersInCacheKeyAndForwardedToOrigin", {})
    compresses = any(truth(key.get(f"EnableAcceptEncoding{kind}")) for kind in ("Gzip", "Brotli"))
    return CachePolicy(forwarding=origin_request_policy(key), compresses=compresses)


def origin_request_policy(config: Config) -> Forwarding:
    """From an AWS::CloudFront::OriginRequestPolicy's OriginRequestPolicyConfig."""
    headers = config.get("HeadersConfig", {})
    cookies = config.get("CookiesConfig", {})
    query = config.get("QueryStringsConfig", {})
    chosen, adds = _HEADERS[headers.get("HeaderBehavior", "none")](headers.get("Headers", []))
    return Forwarding(
        headers=chosen,
        cookies=_selection(cookies.get("CookieBehavior", "none"), cookies.get("Cookies", [])),
        query=_selection(query.get("QueryStringBehavior", "none"), query.get("QueryStrings", [])),
        adds=adds,
    )


def forwarded_values(config: Config) -> Forwarding:
    """The settings before there were policies (ForwardedValues of a cache behavior); `*` stands for all."""
    headers = config.get("Headers", [])
    cookies = config.get("Cookies", {})
    names = config.get("QueryStringCacheKeys", [])
    query = Selection(Keep.ONLY, frozenset(names)) if names else EVERYTHING
    return Forwarding(
        headers=EVERYTHING if "*" in headers else only(*headers),
        cookies=_selection(cookies.get("Forward", "none"), cookies.get("WhitelistedNames", [])),
        query=query if truth(config.get("QueryString")) else NOTHING,
    )


def truth(value: object) -> bool:
    """A CloudFormation boolean, which may come as the text of one."""
    return str(value).lower() == "true"


def _selection(behavior: str, names: Sequence[str]) -> Selection:
    return Selection(Keep(behavior), frozenset(names))


_HEADERS: Mapping[str, Callable[[Sequence[str]], tuple[Selection, Selection]]] = {
    "none": lambda _: (NOTHING, NOTHING),
    "whitelist": lambda names: (only(*names), only(*names)),
    "allViewer": lambda _: (EVERYTHING, NOTHING),
    "allViewerAndWhitelistCloudFront": lambda names: (EVERYTHING, only(*names)),
    "allExcept": lambda names: (Selection(Keep.EXCEPT, only(*names).names), NOTHING),
}
