"""CloudFront in front of an API: the origin's name, path and protocol, error pages, CORS."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import DYNAMIC, Api, Distribution, Graph, Kind, Origin, Protocol
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, differ, known

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_REFERENCE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_STAGE: Final = re.compile(r"/(\$default|default|dev\w*|prod\w*|stag\w*|test\w*|live|beta|v\d+)", re.IGNORECASE)
API_SECONDS: Final = 30  # an HTTP API waits no longer


@rule(
    "E9106",
    "OriginPath does not agree with the API's stage",
    symptom='Every request to the API answers 403 {"message":"Forbidden"} or 404.',
    fix="Set OriginPath: /<stage name>; remove it for the stage $default.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesOriginPath",
)
def origin_path_vs_stage(graph: Graph) -> Iterator[Place]:
    """The stage may also come with the visitor's path (`/prod/*`) or from a function at the edge; and below $default an
    application may well live under a prefix of its own, unless that is called as only a stage would be, or stands in
    the visitor's path already (`/api` before `/api/*`)."""
    for distribution in graph.distributions:
        for origin in distribution.origins:
            api = graph.api(origin)
            users = [behavior for behavior in distribution.behaviors if behavior.origin == origin]
            patterns = [user.pattern or "" for user in users]
            rewritten = any(user.runs_code for user in users)
            judged = origin.kind is Kind.API and not rewritten and not _open(distribution)
            if api and api.stages and judged and _wrong_path(origin, api, patterns):
                path = origin.body.text("OriginPath") or "no OriginPath"
                yield at(origin.body, "OriginPath", f"{path}; stage {', '.join(api.stages)}")


def _open(distribution: Distribution) -> bool:
    """Which paths lead where is decided only when deployed."""
    keys = ("PathPattern", "TargetOriginId")
    unclear = any(b.body.unknown(key) for b in distribution.behaviors for key in keys)
    unnamed = not all(known(origin.id) for origin in distribution.origins)
    return unclear or unnamed or distribution.config.unknown("CacheBehaviors")


def _wrong_path(origin: Origin, api: Api, patterns: list[str]) -> bool:
    path, stages = origin.body.text("OriginPath"), api.stages or ()
    if not path:
        by_visitor = any(pattern.lstrip("/").startswith(stage) for pattern in patterns for stage in stages)
        return all(map(known, stages)) and not by_visitor and "$default" not in stages
    if stages == ("$default",):
        paths = {route.path for route in api.routes or ()}
        written = any(found.startswith(path) for found in paths)
        routed = written or "$default" in paths or "/{proxy+}" in paths
        doubled = any(f"/{pattern.lstrip('/')}".startswith(f"{path}/") for pattern in patterns)
        as_stage = _STAGE.fullmatch(path) is not None and not written
        return known(path) and (as_stage or doubled or not routed)
    after = [path.removeprefix(f"/{stage}") for stage in stages if path == f"/{stage}" or path.startswith(f"/{stage}/")]
    if not after:
        return all(differ(f"/{stage}", path) for stage in stages)
    again = any(rest == f"/{stage}" for rest in after for stage in stages)
    return again or (known(path) and any(rest and _stands_before(rest, patterns, api) for rest in after))


def _stands_before(rest: str, patterns: list[str], api: Api) -> bool:
    """What follows the stage stands in the visitor's path already (`/api` before `/api/*`); no route has it twice."""
    doubled = any(f"/{pattern.lstrip('/')}".startswith(f"{rest}/") for pattern in patterns)
    return doubled and not any(route.path.startswith(f"{rest}{rest}") for route in api.routes or ())


@rule(
    "E9107",
    "OriginPath is not written as CloudFront wants it",
    symptom="The deployment fails: the parameter OriginPath is not valid.",
    fix="Begin with a slash and end without one; a page is no folder (DefaultRootObject: index.html).",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesOriginPath",
)
def origin_path_shape(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins():
        path = origin.body.text("OriginPath")
        if path and (not path.startswith(("/", "${")) or path.endswith(("/", ".html"))):
            yield at(origin.body, "OriginPath")


@rule(
    "E9110",
    "The frontend's error page also replaces the API's errors",
    symptom="A 403 or 404 of the API arrives as 200 with index.html, so the frontend cannot parse it.",
    fix="Remove the CustomErrorResponses and rewrite paths in a CloudFront Function on the bucket's behaviors.",
    source=f"{_GUIDE}/GeneratingCustomErrorResponses.html",
)
def spa_errors_eat_api(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        for response in distribution.config.objects("CustomErrorResponses") if any(distribution.to(*DYNAMIC)) else ():
            if response.number("ErrorCode") in (403, 404) and response.number("ResponseCode") == 200:
                yield at(response, "ErrorCode")


@rule(
    "E9111",
    "The custom error response is incomplete, or there twice",
    symptom="The deployment fails: InvalidArgument on CustomErrorResponses.",
    fix="Give ResponseCode and ResponsePagePath together, the path beginning with a slash, once for each ErrorCode.",
    source=f"{_REFERENCE}/aws-properties-cloudfront-distribution-customerrorresponse.html",
)
def error_page_path(graph: Graph) -> Iterator[Place]:
    """A ResponseCode without a page is cfn-lint's own to find (E3021)."""
    for distribution in graph.distributions:
        seen: set[int | None] = {None}
        for response in distribution.config.objects("CustomErrorResponses"):
            path, code = response.text("ResponsePagePath"), response.number("ErrorCode")
            if path and ("ResponseCode" not in response or not path.startswith(("/", "${", "http"))):
                yield at(response, "ResponsePagePath")
            elif code in seen and code is not None:
                yield at(response, "ErrorCode", f"{code} twice")
            seen.add(code)


@rule(
    "E9112",
    "CloudFront talks to the API without TLS",
    symptom="Requests answer 502 or 504: API Gateway and function URLs listen on port 443 only, for TLS 1.2 and later.",
    fix="Set CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2]} without ports.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesOriginProtocolPolicy",
)
def api_origin_http(graph: Graph) -> Iterator[Place]:
    """match-viewer only fails where visitors may come by plain HTTP."""
    for distribution in graph.distributions:
        for origin in distribution.origins:
            viewers = {b.body.text("ViewerProtocolPolicy") for b in distribution.behaviors if b.origin == origin}
            policy = origin.custom.get("OriginProtocolPolicy")
            plain = policy == "http-only" or (policy == "match-viewer" and "allow-all" in viewers)
            if origin.kind in DYNAMIC and plain:
                yield at(origin.custom, "OriginProtocolPolicy")
            elif origin.kind in DYNAMIC:
                yield from _other_tls(origin.custom)


def _other_tls(custom: Object) -> Iterator[Place]:
    protocols = custom.texts("OriginSSLProtocols")
    if protocols and not custom.unknown("OriginSSLProtocols") and "TLSv1.2" not in protocols:
        yield at(custom, "OriginSSLProtocols", ", ".join(protocols))
    if custom.number("HTTPSPort") not in (None, 443):
        yield at(custom, "HTTPSPort")


@rule(
    "E9113",
    "The origin does not say how to reach it",
    symptom="The deployment fails: one of CustomOriginConfig, VpcOriginConfig, S3OriginConfig must be there; "
    "with S3OriginConfig: the origin's DomainName does not refer to a valid S3 bucket.",
    fix="Set CustomOriginConfig: {OriginProtocolPolicy: https-only} (and no S3OriginConfig).",
    source=f"{_REFERENCE}/aws-properties-cloudfront-distribution-origin.html",
)
def origin_needs_config(graph: Graph) -> Iterator[Place]:
    """S3OriginConfig is for buckets alone; MediaStore and the like are not judged."""
    for origin in graph.origins(*DYNAMIC, Kind.WEBSITE, Kind.OTHER):
        if not origin.body.keys() & {"CustomOriginConfig", "VpcOriginConfig", "S3OriginConfig"}:
            yield at(origin.body)
        elif origin.kind in DYNAMIC and "S3OriginConfig" in origin.body:
            yield at(origin.body, "S3OriginConfig", origin.domain)


@rule(
    "E9114",
    "The origin is no host name",
    symptom="The deployment fails: the parameter origin name cannot be empty or contain a colon or a slash.",
    fix="Write !Sub ${Api}.execute-api.${AWS::Region}.amazonaws.com; for a function URL "
    '!Select [2, !Split ["/", !GetAtt Url.FunctionUrl]].',
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesDomainName",
)
def origin_is_url(graph: Graph) -> Iterator[Place]:
    """A Ref is none either: of a load balancer it is an ARN, of a bucket or an API a bare name."""
    for origin in graph.origins():
        literal = re.sub(r"\$\{[^}]*\}", "", origin.domain)
        referred = graph.named(origin.domain) if re.fullmatch(r"\$\{\w+\}", origin.domain) else None
        bare = referred is not None and not referred.type.endswith("::DomainName")
        if "/" in literal or ":" in literal or bare or origin.body.get("DomainName") == "":
            yield at(origin.body, "DomainName")


@rule(
    "E9115",
    "The API's own address is disabled, but CloudFront uses it",
    symptom='Every request to the API answers 403 or 404 {"message":"Not Found"}.',
    fix="Remove DisableExecuteApiEndpoint, or use a custom domain name of the API as origin.",
    source=f"{_GATEWAY}/http-api-disable-default-endpoint.html",
)
def execute_api_disabled(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.API):
        api = graph.api(origin)
        if api and api.disabled:
            yield api.disabled


@rule(
    "I9116",
    "The API can be called past CloudFront and its web ACL",
    symptom="What the web ACL would stop arrives at the API's own address, and is billed.",
    fix="Send a secret header in OriginCustomHeaders and check it in the application.",
    source=f"{_GUIDE}/restrict-access-to-load-balancer.html",
)
def execute_api_open(graph: Graph) -> Iterator[Place]:
    """Informational: a site works all the same, and a secret in a template is none; only with a web ACL is it a gap."""
    for distribution in graph.distributions:
        for origin in distribution.origins if "WebACLId" in distribution.config else ():
            if origin.kind is Kind.API and "OriginCustomHeaders" not in origin.body:
                yield at(origin.body)


@rule(
    "E9122",
    "The behavior leads to an origin that is not there",
    symptom="The deployment fails: one or more of your origins or origin groups do not exist.",
    fix="Set TargetOriginId to the Id of an origin of this distribution.",
    source=f"{_REFERENCE}/aws-properties-cloudfront-distribution-cachebehavior.html",
)
def behavior_target(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        groups = distribution.config.object("OriginGroups").objects("Items")
        ids = [*(origin.id for origin in distribution.origins), *(group.text("Id") for group in groups)]
        open_ended = distribution.config.unknown("Origins") or graph.resources.unclear(
            distribution.config.get("OriginGroups")
        )
        listed = not open_ended and not graph.resources.unclear(ids)
        for behavior in distribution.behaviors[:-1] if listed else ():
            target = behavior.body.text("TargetOriginId")
            if known(target) and target not in ids:
                yield at(behavior.body, "TargetOriginId")


@rule(
    "W9125",
    "The function may take longer than CloudFront waits",
    symptom="Slow requests answer 504 while the function runs on and is billed.",
    fix="Lower the function's Timeout, or raise OriginReadTimeout.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesOriginResponseTimeout",
)
def read_timeout(graph: Graph) -> Iterator[Place]:
    """An HTTP API itself gives up after 30 seconds (W9182), so for it only a shorter OriginReadTimeout counts."""
    for origin in graph.origins(*DYNAMIC):
        waits = origin.custom.number("OriginReadTimeout") if "OriginReadTimeout" in origin.custom else 30
        for function in graph.behind(origin):
            seconds = function.properties.number("Timeout") or 3
            longest = min(seconds, API_SECONDS - 1) if origin.kind is Kind.API else seconds
            if waits is not None and longest > waits:
                yield at(function.properties, "Timeout", f"{seconds} s; CloudFront waits {waits} s")


@rule(
    "I9126",
    "CORS is set up for an API that needs none",
    symptom="API Gateway's CORS answers override the application's own; under one domain none are needed.",
    fix="Remove CorsConfiguration: frontend and API are one origin behind this distribution.",
    source=f"{_GATEWAY}/http-api-cors.html",
)
def cors_on_same_origin(graph: Graph) -> Iterator[Place]:
    """Informational: another site, or a frontend served locally, may use the API too."""
    for distribution in graph.distributions:
        for origin in distribution.origins if distribution.serves_both else ():
            api = graph.api(origin)
            if api and api.protocol is Protocol.HTTP and (api.cors[0] or api.properties.get("CorsConfiguration")):
                yield at(api.cors[0])


@rule(
    "E9127",
    "CORS allows credentials for every origin",
    symptom="The deployment fails: allow-credentials is not supported with the origin *.",
    fix="Name the origins in AllowOrigins, or remove AllowCredentials.",
    source=f"{_GATEWAY}/http-api-cors.html",
)
def cors_star_credentials(graph: Graph) -> Iterator[Place]:
    for api in graph.apis:
        cors, origins = api.cors
        credentials = cors.flag("AllowCredentials") or cors.flag("allowCredentials")
        if credentials and {"*", "'*'"} & set(cors.texts(origins)):
            yield at(cors, origins, "*")
