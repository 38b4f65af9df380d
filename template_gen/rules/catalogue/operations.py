"""Web ACLs, pricing plans, and what costs money."""

import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.catalogue.s3_access import has_identity
from template_gen.rules.graph import DYNAMIC, Behavior, Distribution, Graph, Kind, Resource
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known, symbols

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
UNCOMPRESSED: Final = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"  # the managed CachingOptimizedForUncompressedObjects
_ENCODINGS: Final = ("Gzip", "Brotli")
_PLANS: Final = f"{_GUIDE}/flat-rate-pricing-plan.html"
_SUBSCRIPTION: Final = "AWS::PricingPlanManager::Subscription"
_ACL: Final = re.compile(r"arn:.*|[0-9a-f]{8}-[0-9a-f-]{27}")  # of WAF, or an id of WAF Classic
_WEB_ACL: Final = "AWS::WAFv2::WebACL"
_BEHAVIORS: Final = {"FREE": 5, "PRO": 10}
_PAID_IDLE: Final = (
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
    "AWS::EC2::NatGateway",
    "AWS::CloudFront::MonitoringSubscription",
)
FREE_CAPACITY: Final = 25  # units of reading and writing that DynamoDB gives an account for nothing
_NOT_IN_BEHAVIORS: Final = ("ForwardedValues", "LambdaFunctionAssociations", "RealtimeLogConfigArn")


@rule(
    "E9301",
    "The web ACL is not one for CloudFront",
    symptom="The deployment fails: the web ACL must be of scope CLOUDFRONT, and named by its ARN.",
    fix="Make the web ACL with Scope CLOUDFRONT in us-east-1 and set WebACLId to its Arn.",
    source=f"{_GUIDE}/distribution-web-awswaf.html",
)
def web_acl_scope(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        value = distribution.config.text("WebACLId")
        web_acl = graph.named(value, _WEB_ACL)
        if ":regional/" in value or (web_acl is not None and web_acl.properties.get("Scope") == "REGIONAL"):
            yield at(distribution.config, "WebACLId", "scope REGIONAL")
        elif (web_acl and value != f"${{{web_acl.id}.Arn}}") or (value and known(value) and not _ACL.fullmatch(value)):
            yield at(distribution.config, "WebACLId")
    for web_acl in graph.of(_WEB_ACL) if graph.region != "us-east-1" else ():
        if web_acl.properties.get("Scope") == "CLOUDFRONT":
            yield at(web_acl.properties, "Scope", f"made in {graph.region}")


@rule(
    "I9302",
    "The web ACL is paid by itself",
    symptom="5 dollars a month, and 1 more for each rule.",
    fix="Put distribution and web ACL into a flat-rate plan (AWS::PricingPlanManager::Subscription), or go without.",
    source="https://aws.amazon.com/waf/pricing/",
)
def web_acl_without_plan(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost."""
    covered = {distribution.id for _, distribution in _plans(graph)}
    for distribution in graph.distributions:
        if distribution.config.get("WebACLId") and distribution.id not in covered:
            yield at(distribution.config, "WebACLId")


def _plans(graph: Graph) -> Iterator[tuple[Resource, Distribution]]:
    for plan in graph.of(_SUBSCRIPTION):
        for distribution in graph.distributions:
            if any(distribution.id in _names(arn) for arn in plan.properties.texts("ResourceArns")):
                yield plan, distribution


def _names(value: Any) -> set[str]:
    return {symbol.split(".")[0] for symbol in symbols(value)}


@rule(
    "E9303",
    "The plan does not hold exactly one distribution and one web ACL",
    symptom="The deployment fails: the subscription's resources are not valid for the plan.",
    fix="List the ARNs of one distribution and of one web ACL in ResourceArns (a hosted zone may follow).",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pricingplanmanager-subscription.html",
)
def plan_shape(graph: Graph) -> Iterator[Place]:
    for plan in graph.of(_SUBSCRIPTION):
        arns = plan.properties.texts("ResourceArns")
        kinds = [_kind(arn, graph) for arn in arns]
        if arns and "" not in kinds and (kinds.count("distribution") != 1 or kinds.count("web ACL") != 1):
            yield at(plan.properties, "ResourceArns", ", ".join(kinds))


def _kind(arn: str, graph: Graph) -> str:
    """What an ARN is of; "" when that cannot be told."""
    if ":distribution/" in arn or graph.named(arn, "AWS::CloudFront::Distribution"):
        return "distribution"
    if "/webacl/" in arn or graph.named(arn, _WEB_ACL):
        return "web ACL"
    return "other" if known(arn) or ":hostedzone/" in arn or graph.named(arn) else ""


@rule(
    "E9304",
    "The distribution uses what its plan does not include",
    symptom="The deployment fails: the distribution's configuration is not compatible with the pricing plan.",
    fix="Use managed cache policies, no Lambda@Edge, at most 5 behaviors (FREE) or 10 (PRO), and a web ACL.",
    source=_PLANS,
)
def plan_incompatible(graph: Graph) -> Iterator[Place]:
    for plan, distribution in _plans(graph):
        tier = plan.properties.text("PlanTier")
        if tier in _BEHAVIORS:
            yield from _excluded(distribution, tier)


def _excluded(distribution: Distribution, tier: str) -> Iterator[Place]:
    config = distribution.config
    holders = [
        *((behavior.body, key) for behavior in distribution.behaviors for key in _NOT_IN_BEHAVIORS),
        *((o.body.object("S3OriginConfig"), "OriginAccessIdentity") for o in distribution.origins if has_identity(o)),
        (config, "ContinuousDeploymentPolicyId"),
    ]
    yield from (at(holder, key) for holder, key in holders if holder.get(key))
    yield from (at(found.body, "CachePolicyId") for found in distribution.behaviors if found.cache_policy)
    if config.object("ViewerCertificate").get("SslSupportMethod") in ("vip", "static-ip"):
        yield at(config.object("ViewerCertificate"), "SslSupportMethod")
    if config.flag("Staging"):
        yield at(config, "Staging")
    if len(distribution.behaviors) > _BEHAVIORS[tier]:
        yield at(config, "CacheBehaviors", f"{len(distribution.behaviors)} behaviors")
    if not config.get("WebACLId"):
        yield at(config, "WebACLId", "no web ACL")


@rule(
    "E9305",
    "A function or web ACL of the plan is used by another distribution too",
    symptom="The deployment fails: resources of a plan cannot be shared.",
    fix="Make a function and a web ACL for each distribution.",
    source=_PLANS,
)
def plan_shared_edge(graph: Graph) -> Iterator[Place]:
    for _, distribution in _plans(graph):
        own = _edge(distribution)
        for other in graph.distributions:
            for name, place in _edge(other).items() if other is not distribution else ():
                if name in own:
                    yield place


def _edge(distribution: Distribution) -> dict[str, Place]:
    """The functions and the web ACL of a distribution, and where they are named."""
    found = {}
    for behavior in distribution.behaviors:
        for association in behavior.body.objects("FunctionAssociations"):
            found[association.text("FunctionARN")] = at(association, "FunctionARN")
    if distribution.config.text("WebACLId"):
        found[distribution.config.text("WebACLId")] = at(distribution.config, "WebACLId")
    return found


@rule(
    "I9310",
    "Something is paid for even when nobody visits",
    symptom="A month costs: a secret $0.40, a KMS key $1, a NAT gateway $32, an API's cache $14, a "
    "unit of table capacity up to $0.47.",
    fix="Use SSM SecureString parameters, AWS's own keys, tables billed per request, and no VPC.",
    source="https://aws.amazon.com/pricing/",
)
def paid_idle(graph: Graph) -> Iterator[Place]:
    """Informational, and only beside a website."""
    if graph.is_website:
        yield from (at(resource.properties) for resource in graph.of(*_PAID_IDLE))
        shields = (origin.body.object("OriginShield") for origin in graph.origins())
        yield from (at(shield, "Enabled") for shield in shields if shield.flag("Enabled"))
        stages = graph.of("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Stage")
        settings = (stage.properties.object("DefaultRouteSettings") for stage in stages)
        yield from (at(s, "DetailedMetricsEnabled") for s in settings if s.flag("DetailedMetricsEnabled"))
        cached = (stage.properties for stage in graph.of("AWS::ApiGateway::Stage", "AWS::Serverless::Api"))
        yield from (at(stage, "CacheClusterEnabled") for stage in cached if stage.flag("CacheClusterEnabled"))
        capacity = (table.properties.object("ProvisionedThroughput") for table in graph.of("AWS::DynamoDB::Table"))
        yield from (at(c, key) for c in capacity for key in c if (c.number(key) or 0) > FREE_CAPACITY)


@rule(
    "I9312",
    "An output is exported",
    symptom="The stack can neither change nor delete the value while another stack imports it.",
    fix="Pass the value to the other stack as a parameter.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html",
)
def exports(graph: Graph) -> Iterator[Place]:
    """Informational, and only beside a website: platform stacks export on purpose."""
    outputs = graph.template.get("Outputs")
    for name, output in outputs.items() if isinstance(outputs, dict) and graph.is_website else ():
        if isinstance(output, dict) and "Export" in output:
            yield Place(name, ("Outputs", name, "Export"))


@rule(
    "I9313",
    "The distribution speaks HTTP/1.1 only",
    symptom="Pages with many files load slowly.",
    fix="Set HttpVersion to http2and3.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-distributionconfig.html",
)
def http1(graph: Graph) -> Iterator[Place]:
    """Informational: CloudFormation's default differs from the console's."""
    for distribution in graph.distributions:
        if distribution.config.get("HttpVersion", "http1.1") == "http1.1":
            yield at(distribution.config, "HttpVersion")


@rule(
    "I9314",
    "Text is sent uncompressed",
    symptom="Pages load slowly, and more is transferred than need be.",
    fix="Set Compress to true, with a cache policy that has EnableAcceptEncodingGzip and Brotli.",
    source=f"{_GUIDE}/ServingCompressedFiles.html",
)
def compress(graph: Graph) -> Iterator[Place]:
    """Informational: nothing breaks."""
    for _, behavior in graph.behaviors(Kind.BUCKET, Kind.WEBSITE):
        if not behavior.body.flag("Compress"):
            yield at(behavior.body, "Compress")
        elif behavior.body.get("CachePolicyId") == UNCOMPRESSED or _without_encodings(behavior):
            yield at(behavior.body, "CachePolicyId")


def _without_encodings(behavior: Behavior) -> bool:
    """The template's own cache policy does not ask for compressed files."""
    return bool(behavior.cache) and not any(behavior.key.get(f"EnableAcceptEncoding{name}") for name in _ENCODINGS)


@rule(
    "W9315",
    "The site can be used without TLS",
    symptom="Cookies, tokens and forms cross the network in clear.",
    fix="Set ViewerProtocolPolicy to https-only for an API, to redirect-to-https for pages.",
    source=f"{_GUIDE}/using-https-viewers-to-cloudfront.html",
)
def viewer_http(graph: Graph) -> Iterator[Place]:
    """Public files may be served over plain HTTP on purpose: judged are APIs, and pages that have a certificate."""
    for distribution, behavior in graph.behaviors():
        viewer = distribution.config.object("ViewerCertificate")
        pages = behavior is distribution.default and viewer.keys() & {"AcmCertificateArn", "IamCertificateId"}
        meant = behavior.goes_to(*DYNAMIC) or (bool(pages) and not _only_redirects(behavior, graph))
        if meant and behavior.body.get("ViewerProtocolPolicy") == "allow-all":
            yield at(behavior.body, "ViewerProtocolPolicy")


def _only_redirects(behavior: Behavior, graph: Graph) -> bool:
    """Nothing is shown here: the bucket sends everybody to another name, over TLS; or may, if any does."""
    bucket = graph.bucket(behavior.origin)
    unclear = behavior.origin is None or behavior.origin.kind is Kind.UNKNOWN
    meant = [bucket] if bucket else list(graph.of("AWS::S3::Bucket")) if unclear else []
    return any(_redirects(one.properties) for one in meant)


def _redirects(bucket: Object) -> bool:
    website = bucket.object("WebsiteConfiguration")
    protocol = website.object("RedirectAllRequestsTo").get("Protocol")
    unclear = bucket.unknown("WebsiteConfiguration") or website.unknown("RedirectAllRequestsTo") or not known(protocol)
    return unclear or protocol == "https"
