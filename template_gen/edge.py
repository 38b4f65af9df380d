"""The edge: one CloudFront distribution in front of frontend and API, so that a browser sees a single origin.

So there is no CORS, no second name and one certificate. The API's behaviors never cache and forward everything but
Host; the frontend's cache as the files' own Cache-Control says.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, cloudfront

from template_gen.api import Door
from template_gen.edge_functions import api_code, edge_function
from template_gen.frontend import MANAGED_CACHING_OPTIMIZED, Files
from template_gen.frontend import ORIGIN_ID as FRONTEND
from template_gen.names import site_names, site_url
from template_gen.options import Api, Frontend, Plan
from template_gen.plan import Guard
from template_gen.secrets import Secrets
from template_gen.site import MAX_TIMEOUT, Site
from template_gen.suppressions import suppress
from template_gen.template import Template

MANAGED_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
MANAGED_ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
API = "api"
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
HSTS_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class Edge:
    """The distribution, and the address that visitors use."""

    distribution: cloudfront.Distribution
    url: Any


def add_edge(
    template: Template, site: Site, door: Door, *, secrets: Secrets, files: Files | None, guard: Guard | None
) -> Edge:
    template.section("Edge: one address in front of frontend and API")
    headers = template.add(
        _security_headers(site), "Sent with every response; where Override is false, the app's own header wins."
    )
    forward = template.add(edge_function("ApiRequests", "api", api_code(site)))
    config = cloudfront.DistributionConfig(
        Comment=Ref("AWS::StackName"),
        Enabled=True,
        HttpVersion="http2and3",
        IPV6Enabled=True,
        **_names(template, site),
        **({"WebACLId": guard.web_acl_arn} if guard else {}),
        **_routes(site, _api_behavior(headers, forward), headers, files),
        Origins=[*([files.origin] if files else []), _api_origin(site, door, secrets)],
        **(files.error_pages if files else {}),
    )
    distribution = template.add(
        cloudfront.Distribution("Distribution", DistributionConfig=config, **_without(site)), _why(files)
    )
    url = site_url(site.domain) if site.domain else Sub(f"https://${{{distribution.title}.DomainName}}")
    return Edge(distribution, url)


def _why(files: Files | None) -> str:
    """Names AWS's managed policies, which a reader cannot tell by their ids."""
    cached = f"{MANAGED_CACHING_OPTIMIZED[:8]}… is CachingOptimized, " if files else ""
    return (
        f"AWS's managed policies: {cached}{MANAGED_CACHING_DISABLED[:8]}… CachingDisabled; "
        f"{MANAGED_ALL_VIEWER_EXCEPT_HOST[:8]}… forwards everything but Host, because the API only knows its own name."
    )


_OWN_CERTIFICATE = "CLOUDFRONT_MINIMUM_PROTOCOL_VERSION_RULE CLOUDFRONT_CUSTOM_SSL_CERTIFICATE CLOUDFRONT_SNI_ENABLED"


def _without(site: Site) -> dict[str, Any]:
    reasons = {
        "CKV_AWS_86 CLOUDFRONT_ACCESSLOGS_ENABLED": "access logs hold visitors' addresses and cost storage; the "
        "function logs what it answers",
        "CLOUDFRONT_ORIGIN_FAILOVER_ENABLED": "bucket and function are each spread over three data centers already",
    }
    if site.frontend is Frontend.NONE:
        reasons["CLOUDFRONT_DEFAULT_ROOT_OBJECT_CONFIGURED"] = "the app answers / itself"
    else:
        reasons["CLOUDFRONT_ORIGIN_ACCESS_IDENTITY_ENABLED"] = "an origin access control has taken its place"
    if site.plan is Plan.PAY_AS_YOU_GO:
        reasons["CKV_AWS_68"] = "a web ACL outside of a plan is $6 a month; the API's throttle is the ceiling"
    if site.domain is None:
        reasons[f"CKV_AWS_174 {_OWN_CERTIFICATE}"] = (
            "without a domain the certificate and its TLS policy are CloudFront's own"
        )
    return suppress(reasons, cfn_lint=_advice_not_taken(site))


def _advice_not_taken(site: Site) -> dict[str, str]:
    advice: dict[str, str] = {}
    if site.frontend is Frontend.NONE:
        advice["I9124"] = "people type the addresses of the app's pages, and browsers may begin with http"
    if site.api is Api.FUNCTION_URL:
        advice["I9153"] = "the frontend sends x-amz-content-sha256; that is the price of a function URL"
    return advice


def _routes(site: Site, api: dict[str, Any], headers: Any, files: Files | None) -> dict[str, Any]:
    """The default behavior and those before it, one for `/api` itself, which would otherwise go to the bucket."""
    if files is None:
        pages = {**api, "ViewerProtocolPolicy": "redirect-to-https"}
        return {"DefaultCacheBehavior": cloudfront.DefaultCacheBehavior(**pages)}
    patterns = (site.api_prefix, f"{site.api_prefix}/*")
    return {
        "DefaultRootObject": "index.html",
        "DefaultCacheBehavior": cloudfront.DefaultCacheBehavior(**_files_behavior(headers, files)),
        "CacheBehaviors": [cloudfront.CacheBehavior(PathPattern=pattern, **api) for pattern in patterns],
    }


def _files_behavior(headers: Any, files: Files) -> dict[str, Any]:
    return {
        "TargetOriginId": FRONTEND,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
        "CachePolicyId": MANAGED_CACHING_OPTIMIZED,
        "Compress": True,
        "ResponseHeadersPolicyId": Ref(headers),
        "FunctionAssociations": _before(files.rewrite),
    }


def _api_behavior(headers: Any, forward: cloudfront.Function) -> dict[str, Any]:
    return {
        "TargetOriginId": API,
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ALL_METHODS,
        "CachePolicyId": MANAGED_CACHING_DISABLED,
        "OriginRequestPolicyId": MANAGED_ALL_VIEWER_EXCEPT_HOST,
        "Compress": True,
        "ResponseHeadersPolicyId": Ref(headers),
        "FunctionAssociations": _before(forward),
    }


def _before(function: cloudfront.Function) -> list[cloudfront.FunctionAssociation]:
    arn = GetAtt(function, "FunctionMetadata.FunctionARN")
    return [cloudfront.FunctionAssociation(EventType="viewer-request", FunctionARN=arn)]


def _api_origin(site: Site, door: Door, secrets: Secrets) -> cloudfront.Origin:
    control = {"OriginAccessControlId": GetAtt(door.access_control, "Id")} if door.access_control else {}
    return cloudfront.Origin(
        Id=API,
        DomainName=door.domain_name,
        CustomOriginConfig=cloudfront.CustomOriginConfig(
            OriginProtocolPolicy="https-only",
            OriginSSLProtocols=["TLSv1.2"],
            OriginReadTimeout=30 if site.api is Api.HTTP_API else MAX_TIMEOUT[site.api],
        ),
        **control,
        **secrets.origin_headers,
    )


def _names(template: Template, site: Site) -> dict[str, Any]:
    if site.domain is None:
        return {}
    certificate = template.parameter(
        "CertificateArn",
        Type="String",
        Description="Output CertificateArn of the certificate stack; CloudFront only accepts certificates of us-east-1",
        AllowedPattern=r"^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+$",
        ConstraintDescription="must be the ARN of a certificate in us-east-1",
    )
    return {
        "Aliases": [*site_names(template, site.domain).values()],
        "ViewerCertificate": cloudfront.ViewerCertificate(
            AcmCertificateArn=certificate, MinimumProtocolVersion="TLSv1.2_2021", SslSupportMethod="sni-only"
        ),
    }


def _security_headers(site: Site) -> cloudfront.ResponseHeadersPolicy:
    config = cloudfront.SecurityHeadersConfig(
        ContentSecurityPolicy=cloudfront.ContentSecurityPolicy(
            ContentSecurityPolicy=site.content_security_policy, Override=False
        ),
        ContentTypeOptions=cloudfront.ContentTypeOptions(Override=True),
        FrameOptions=cloudfront.FrameOptions(FrameOption="DENY", Override=False),
        ReferrerPolicy=cloudfront.ReferrerPolicy(ReferrerPolicy="strict-origin-when-cross-origin", Override=False),
        StrictTransportSecurity=cloudfront.StrictTransportSecurity(
            AccessControlMaxAgeSec=HSTS_SECONDS, IncludeSubdomains=False, Override=True
        ),
    )
    return cloudfront.ResponseHeadersPolicy(
        "SecurityHeaders",
        ResponseHeadersPolicyConfig=cloudfront.ResponseHeadersPolicyConfig(
            Name=Sub("${AWS::StackName}-${AWS::Region}-security"), SecurityHeadersConfig=config
        ),
    )
