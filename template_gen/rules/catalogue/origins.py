"""Origins and behaviors together: what nobody is led to, what no path can be, and addresses that do not exist."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import DYNAMIC, Behavior, Distribution, Graph, Kind, Origin
from template_gen.rules.graph.paths import may_meet, takes
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_NO_PATTERN: Final = re.compile(r"[{}^|()\[\]\\=#\s]|://|\$$")
_ADDRESS: Final = re.compile(
    r"(\$\{(?!AWS::)[^}]*\}|[a-z0-9]+)(-\w+)?\.execute-api\.(\$\{[^}]*\}|[a-z]{2}(-[a-z]+)+-\d)\."
    r"(\$\{[^}]*\}|amazonaws\.com(\.cn)?)"
)
_SECRET: Final = re.compile(r"secret|token|verify|api-?key|password", re.IGNORECASE)
_STAGE: Final = re.compile(r"/(\$default|default|dev\w*|prod\w*|stag\w*|test\w*|live|beta|v\d+)", re.IGNORECASE)


@rule(
    "E9329",
    "This is no address of an API",
    symptom="The deployment fails, or requests answer 502: the name cannot be resolved.",
    fix="Write !Sub ${Api}.execute-api.${AWS::Region}.amazonaws.com, with your API's logical id.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesDomainName",
)
def no_address_of_api(graph: Graph) -> Iterator[Place]:
    """What mentions execute-api, or begins with an API of the template; a custom domain name is another matter."""
    apis = {api.id for api in graph.apis}
    for origin in graph.origins():
        begins = re.match(r"\$\{(\w+)\}\.", origin.domain)
        meant = ".execute-api" in origin.domain or (begins is not None and begins[1] in apis)
        if meant and "://" not in origin.domain and "/" not in origin.domain and not _ADDRESS.fullmatch(origin.domain):
            yield at(origin.body, "DomainName")


@rule(
    "W9330",
    "No behavior leads to the API",
    symptom="Requests meant for the API are looked up in the frontend and answer 403 or 404.",
    fix="Add a behavior for its paths to CacheBehaviors: {PathPattern: /api/*, TargetOriginId: <Id of the origin>}.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html",
)
def api_without_behavior(graph: Graph) -> Iterator[Place]:
    """Behaviors and origin groups that only the deployment knows may lead there; so may code at the edge."""
    for distribution in graph.distributions:
        chosen = any(_may_choose(behavior, graph) for behavior in distribution.behaviors)
        for origin in _unused(distribution) if not chosen else ():
            if origin.kind in DYNAMIC:
                yield at(origin.body, "Id")


def _may_choose(behavior: Behavior, graph: Graph) -> bool:
    """Code at the edge may lead the request to another origin."""
    arns = [one.get("FunctionARN") for one in behavior.body.objects("FunctionAssociations")]
    codes = [graph.named(arn, "AWS::CloudFront::Function") for arn in arns]
    unread = behavior.runs_code and not arns
    return unread or any(code is None or "Origin" in code.properties.text("FunctionCode") for code in codes)


def _unused(distribution: Distribution) -> Iterator[Origin]:
    config = distribution.config
    unclear = any(behavior.body.unknown("TargetOriginId") for behavior in distribution.behaviors)
    if not (unclear or config.unknown("CacheBehaviors") or "OriginGroups" in config):
        used = {behavior.body.text("TargetOriginId") for behavior in distribution.behaviors}
        ids = {origin.id for origin in distribution.origins}
        found = (origin for origin in distribution.origins if origin.id not in used and known(origin.id))
        yield from found if used <= ids else ()  # a behavior that leads nowhere is E9122's


@rule(
    "E9331",
    "The path pattern has characters that CloudFront does not take",
    symptom="The deployment fails: the parameter PathPattern contains invalid characters; or no path ever fits.",
    fix="Write a path with * and ? as its only wildcards, such as /api/*: no {proxy+}, no regular expression, no host, "
    "no query string.",
    source=f"{_GUIDE}/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern",
)
def pattern_characters(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        pattern = behavior.pattern or ""
        if known(pattern) and _NO_PATTERN.search(pattern):
            yield at(behavior.body, "PathPattern")


@rule(
    "W9332",
    "The domain itself asks the API for a page",
    symptom="/ answers 404: DefaultRootObject turns it into /index.html, which the API does not have.",
    fix="Remove DefaultRootObject: the API answers / itself.",
    source=f"{_GUIDE}/DefaultRootObject.html",
)
def root_object_of_api(graph: Graph) -> Iterator[Place]:
    """Of a container image (a web framework knows no /index.html), or where no route of the API takes the page; silent
    where a behavior leads the page elsewhere."""
    for distribution in graph.distributions:
        root = distribution.config.text("DefaultRootObject").lstrip("/")
        default = distribution.default
        taken = any(takes(other.pattern or "", f"/{root}") for other in distribution.behaviors[:-1])
        unclear = distribution.config.unknown("CacheBehaviors") or not known(root)
        api = graph.api(default.origin)
        routes = api.routes if api else None
        nowhere = bool(routes) and not any(may_meet(route.path, f"/{root}") for route in routes or ())
        framework = any(function.is_image for function in graph.behind(default.origin))
        if root and default.goes_to(*DYNAMIC) and (nowhere or framework) and not (taken or unclear):
            yield at(distribution.config, "DefaultRootObject")


@rule(
    "E9333",
    "A function URL has no stage",
    symptom="The application sees /prod/... for every path and answers 404.",
    fix="Remove OriginPath of the origin.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html",
)
def stage_of_function_url(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.FUNCTION_URL):
        if _STAGE.fullmatch(origin.body.text("OriginPath")):
            yield at(origin.body, "OriginPath")


@rule(
    "W9334",
    "Any distribution may call the function's URL",
    symptom="Whoever makes a distribution in any account calls the function through it, past this one.",
    fix="Set SourceArn: !Sub arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution} of the permission.",
    source=f"{_GUIDE}/private-content-restricting-access-to-lambda.html",
)
def url_for_every_distribution(graph: Graph) -> Iterator[Place]:
    """Or anybody with an AWS account, where the Principal is everybody though the URL asks for a signature."""
    for permission in graph.of("AWS::Lambda::Permission"):
        properties = permission.properties
        scoped = properties.keys() & {"SourceArn", "SourceAccount", "PrincipalOrgID"}
        signed = properties.get("FunctionUrlAuthType") == "AWS_IAM"
        wide = properties.text("Principal") == "cloudfront.amazonaws.com" or (
            properties.text("Principal") == "*" and signed
        )
        if properties.get("Action") == "lambda:InvokeFunctionUrl" and wide and not scoped:
            yield at(properties, "Principal")


@rule(
    "W9348",
    "The secret that CloudFront sends stands in the template",
    symptom="Whoever may read the template or the stack can call the API past CloudFront.",
    fix="Write '{{resolve:ssm:/<name>}}' or '{{resolve:secretsmanager:<name>}}' as HeaderValue.",
    source=f"{_GUIDE}/add-origin-custom-headers.html",
)
def secret_header(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins():
        for header in origin.body.objects("OriginCustomHeaders"):
            value = header.text("HeaderValue")
            if _SECRET.search(header.text("HeaderName")) and value and known(value) and "{{" not in value:
                yield at(header, "HeaderName")


@rule(
    "W9349",
    "The distribution is switched off",
    symptom="Every page answers 403 or is not found: a disabled distribution serves nothing.",
    fix="Set Enabled: true.",
    source=f"{_GUIDE}/HowToDeleteDistribution.html",
)
def distribution_off(graph: Graph) -> Iterator[Place]:
    """Only where it has aliases: one without may be kept for later."""
    for distribution in graph.distributions:
        if distribution.config.flag("Enabled") is False and distribution.aliases:
            yield at(distribution.config, "Enabled")


@rule(
    "E9354",
    "This is no origin access control for this origin",
    symptom="The deployment fails: the specified origin access control does not exist, or is not for this origin.",
    fix="Write OriginAccessControlId: !Ref of an AWS::CloudFront::OriginAccessControl at a bucket's or function URL's "
    "origin; an API has none (send it a secret header instead).",
    source=f"{_GUIDE}/private-content-restricting-access-to-s3.html",
)
def no_access_control(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins():
        value = origin.body.text("OriginAccessControlId")
        alone = re.fullmatch(r"\$\{[^}]*\}|[A-Z0-9]+", value) is not None
        other = graph.named(value) if alone else None
        wrong = other is not None and other.type != "AWS::CloudFront::OriginAccessControl"
        if value and (not alone or wrong or origin.kind is Kind.API):
            yield at(origin.body, "OriginAccessControlId")
