"""Response headers policies: what CloudFront adds to, sets on and takes off a response.

The rule: a policy's header replaces the origin's only where its Override says so. AWS's managed policies are a table of
the same configurations that templates hold. Source: "Understand response headers policies" in the developer guide.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.edge.messages import Headers, Request
from local_cloud.edge.policies import truth
from local_cloud.edge.wildcards import matches

Config = Mapping[str, Any]
Field = tuple[str, str, bool]

_SECURITY = {
    "ContentTypeOptions": {"Override": True},
    "FrameOptions": {"FrameOption": "SAMEORIGIN", "Override": False},
    "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": False},
    "StrictTransportSecurity": {"AccessControlMaxAgeSec": 31536000, "Override": False},
    "XSSProtection": {"Protection": True, "ModeBlock": True, "Override": False},
}
_SIMPLE = {"AccessControlAllowOrigins": {"Items": ["*"]}, "OriginOverride": False}
_PREFLIGHT = {
    **_SIMPLE,
    "AccessControlAllowMethods": {"Items": ["GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]},
    "AccessControlExposeHeaders": {"Items": ["*"]},
}

MANAGED: Mapping[str, Config] = {
    "60669652-455b-4ae9-85a4-c4c02393f86c": {"CorsConfig": _SIMPLE},  # SimpleCORS
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": {"CorsConfig": _PREFLIGHT},  # CORS-With-Preflight
    "67f7725c-6f97-4210-82d7-5512b31e9d03": {"SecurityHeadersConfig": _SECURITY},  # SecurityHeadersPolicy
    # CORS-and-SecurityHeadersPolicy, CORS-with-preflight-and-SecurityHeadersPolicy
    "e61eb60c-9c35-4d20-a928-2b84e02af89c": {"CorsConfig": _SIMPLE, "SecurityHeadersConfig": _SECURITY},
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63": {"CorsConfig": _PREFLIGHT, "SecurityHeadersConfig": _SECURITY},
}


def apply(config: Config, request: Request, headers: Headers) -> Headers:
    """The response's headers under a ResponseHeadersPolicyConfig."""
    removed = [each["Header"] for each in config.get("RemoveHeadersConfig", {}).get("Items", [])]
    kept = headers.without(*removed)
    fields = [*_cors(config.get("CorsConfig", {}), request), *_security(config.get("SecurityHeadersConfig", {}))]
    for name, value, override in [*fields, *_custom(config.get("CustomHeadersConfig", {}))]:
        kept = kept.setting((name, value)) if override else kept.default((name, value))
    return kept


def _custom(config: Config) -> Iterator[Field]:
    for each in config.get("Items", []):
        yield each["Header"], str(each["Value"]), truth(each.get("Override"))


def _security(config: Config) -> Iterator[Field]:
    for key, (name, value) in _SECURITY_HEADERS.items():
        if key in config:
            yield name, value(config[key]), truth(config[key].get("Override"))


def _strict_transport(config: Config) -> str:
    parts = [f"max-age={config['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] * truth(config.get("IncludeSubdomains")) + ["preload"] * truth(config.get("Preload"))
    return "; ".join(parts)


def _xss(config: Config) -> str:
    if not truth(config.get("Protection")):
        return "0"
    report = config.get("ReportUri")
    return "; ".join(
        ["1", *(["mode=block"] * truth(config.get("ModeBlock"))), *([f"report={report}"] if report else [])]
    )


_SECURITY_HEADERS: Mapping[str, tuple[str, Any]] = {
    "ContentSecurityPolicy": ("Content-Security-Policy", lambda config: config["ContentSecurityPolicy"]),
    "ContentTypeOptions": ("X-Content-Type-Options", lambda _: "nosniff"),
    "FrameOptions": ("X-Frame-Options", lambda config: config["FrameOption"]),
    "ReferrerPolicy": ("Referrer-Policy", lambda config: config["ReferrerPolicy"]),
    "StrictTransportSecurity": ("Strict-Transport-Security", _strict_transport),
    "XSSProtection": ("X-XSS-Protection", _xss),
}


def _cors(config: Config, request: Request) -> Iterator[Field]:
    origin = request.headers.get("Origin")
    allowed = config.get("AccessControlAllowOrigins", {}).get("Items", [])
    if not origin or not any(matches(each, origin) for each in allowed):
        return
    override = truth(config.get("OriginOverride"))
    yield "Access-Control-Allow-Origin", "*" if "*" in allowed else origin, override
    if truth(config.get("AccessControlAllowCredentials")):
        yield "Access-Control-Allow-Credentials", "true", override
    if items := config.get("AccessControlExposeHeaders", {}).get("Items"):
        yield "Access-Control-Expose-Headers", ", ".join(items), override
    if request.method == "OPTIONS":
        yield from _preflight(config, override=override)


def _preflight(config: Config, *, override: bool) -> Iterator[Field]:
    for name in ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers"):
        if items := config.get(name.replace("-", ""), {}).get("Items"):
            yield name, ", ".join(items), override
    if (age := config.get("AccessControlMaxAgeSec")) is not None:
        yield "Access-Control-Max-Age", str(age), override
