"""CloudFront in front of a function URL: who may call it."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.catalogue.s3_access import excludes, has_oac
from template_gen.rules.graph import FunctionUrl, Graph, Kind, Origin
from template_gen.rules.graph.permission import same_target
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at

_OAC: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html"
_ACTIONS: Final = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
_EVERYBODY: Final = ("cloudfront.amazonaws.com", "*")


def _urls(graph: Graph) -> Iterator[tuple[Origin, FunctionUrl]]:
    for origin in graph.origins(Kind.FUNCTION_URL):
        url = graph.url(origin)
        if url:
            yield origin, url


def _signed_at_edge(origin: Origin, graph: Graph) -> bool:
    """A Lambda@Edge function of a behavior may sign the request itself."""
    users = (behavior for _, behavior in graph.behaviors() if behavior.origin == origin)
    return any("LambdaFunctionAssociations" in behavior.body for behavior in users)


@rule(
    "W9151",
    "The function URL can be called past CloudFront",
    symptom="Anybody who learns the URL reaches the function past CloudFront's cache and web ACL, and it is billed.",
    fix="Set AuthType to AWS_IAM with an origin access control, or send a secret header in OriginCustomHeaders.",
    source=_OAC,
)
def url_without_auth(graph: Graph) -> Iterator[Place]:
    """A warning: the site works, but its one door is not the only one."""
    for origin, url in _urls(graph):
        if url.auth == "NONE" and "OriginCustomHeaders" not in origin.body:
            yield at(url.config, "AuthType")


@rule(
    "E9152",
    "CloudFront may not call the function URL",
    symptom="Every request answers 403 Forbidden. Since October 2025 a function URL asks for two permissions.",
    fix="Add two AWS::Lambda::Permission for cloudfront.amazonaws.com with the distribution's SourceArn: "
    "lambda:InvokeFunctionUrl, and lambda:InvokeFunction with InvokedViaFunctionUrl; of the alias if the URL has one.",
    source=_OAC,
)
def url_permissions(graph: Graph) -> Iterator[Place]:
    permissions = [permission.properties for permission in graph.of("AWS::Lambda::Permission")]
    keys = ("Action", "FunctionName", "Principal")
    clear = not any(graph.resources.unclear(found.get(key)) for found in permissions for key in keys)
    for origin, url in _urls(graph) if clear else ():
        granted = {
            permission.text("Action").lower()
            for permission in permissions
            if permission.text("Principal") in _EVERYBODY
            and (function := graph.function(permission.get("FunctionName")))
            and function.id == url.function
            and same_target(permission.get("FunctionName"), url.target, graph.resources)
            and not _for_another(permission, origin, graph)
        }
        missing = [action for action in _ACTIONS if not granted & {action.lower(), "lambda:*"}]
        if url.auth == "AWS_IAM" and has_oac(origin) and missing:
            yield at(url.config, "AuthType", f"missing {', '.join(missing)}")


def _for_another(permission: Object, origin: Origin, graph: Graph) -> bool:
    """Its SourceArn cannot be any distribution that has the origin."""
    users = [distribution.id for distribution in graph.distributions if origin in distribution.origins]
    arn = permission.text("SourceArn")
    return bool(arn) and all(excludes("ArnLike", arn, user, graph.resources) for user in users)


@rule(
    "I9153",
    "Requests with a body must carry their hash",
    symptom="POST and PUT answer 403 InvalidSignatureException unless the client sends x-amz-content-sha256.",
    fix="Send the header from the frontend, or use an HTTP API.",
    source=_OAC,
)
def url_body_hash(graph: Graph) -> Iterator[Place]:
    """Informational: the template cannot tell whether the frontend sends the header."""
    for _, behavior in graph.behaviors(Kind.FUNCTION_URL):
        url, origin = graph.url(behavior.origin), behavior.origin
        writes = (behavior.methods or frozenset()) & {"POST", "PUT", "PATCH"}
        if (
            url
            and origin
            and url.auth == "AWS_IAM"
            and has_oac(origin)
            and writes
            and not _signed_at_edge(origin, graph)
        ):
            yield at(behavior.body, "AllowedMethods", "POST")


@rule(
    "E9154",
    "CloudFront calls a function URL that wants signed requests without signing",
    symptom="Every request answers 403 Forbidden.",
    fix="Add an AWS::CloudFront::OriginAccessControl of type lambda and set OriginAccessControlId.",
    source=_OAC,
)
def url_without_access_control(graph: Graph) -> Iterator[Place]:
    for origin, url in _urls(graph):
        if url.auth == "AWS_IAM" and not has_oac(origin) and not _signed_at_edge(origin, graph):
            yield at(origin.body, "OriginAccessControlId")
