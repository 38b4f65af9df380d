"""CloudFront in front of a function URL: who may call it."""

from collections.abc import Iterable, Iterator
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
    for origin, url in _urls(graph) if _clear(graph) else ():
        given = [one for one in _of_url(url, graph) if one.text("Principal") in _EVERYBODY]
        missing = _missing(one for one in given if not _for_another(one, origin, graph))
        if url.auth == "AWS_IAM" and has_oac(origin) and missing:
            yield at(url.config, "AuthType", f"missing {', '.join(missing)}")


def _clear(graph: Graph) -> bool:
    """Whom each permission is for can be told, and no SAM connector writes others."""
    permissions = [permission.properties for permission in graph.of("AWS::Lambda::Permission")]
    keys = ("Action", "FunctionName", "Principal")
    unclear = any(graph.resources.unclear(found.get(key)) for found in permissions for key in keys)
    return not unclear and not graph.resources.connected


def _of_url(url: FunctionUrl, graph: Graph) -> Iterator[Object]:
    """The permissions of the function, or of its alias, that the URL calls; none that is for the other AuthType."""
    for permission in (found.properties for found in graph.of("AWS::Lambda::Permission")):
        function = graph.function(permission.get("FunctionName"))
        same = same_target(permission.get("FunctionName"), url.target, graph.resources)
        if (
            function
            and function.id == url.function
            and same
            and permission.text("FunctionUrlAuthType") in ("", url.auth)
        ):
            yield permission


def _missing(permissions: Iterable[Object]) -> list[str]:
    """Which of the two actions nobody is granted."""
    granted = {permission.text("Action").lower() for permission in permissions}
    return [action for action in _ACTIONS if not granted & {action.lower(), "lambda:*"}]


def _for_another(permission: Object, origin: Origin, graph: Graph) -> bool:
    """Its SourceArn cannot be any distribution that has the origin."""
    users = [distribution.id for distribution in graph.distributions if origin in distribution.origins]
    arn = permission.text("SourceArn")
    return bool(arn) and all(excludes("ArnLike", arn, user, graph.resources) for user in users)


@rule(
    "E9233",
    "A function URL for everybody that nobody may call",
    symptom='Every request answers 403 {"Message":"Forbidden"}. AuthType NONE alone lets nobody in, and since October '
    "2025 a new function URL asks for two permissions.",
    fix="Add two AWS::Lambda::Permission with Principal '*': Action lambda:InvokeFunctionUrl with FunctionUrlAuthType "
    "NONE, and Action lambda:InvokeFunction with InvokedViaFunctionUrl true.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
)
def url_for_nobody(graph: Graph) -> Iterator[Place]:
    """SAM grants both for its own FunctionUrlConfig. Where a permission names a principal, the URL is for that one."""
    for url in graph.urls.values() if _clear(graph) else ():
        given = list(_of_url(url, graph)) if url.id in graph.resources else []
        missing = _missing(one for one in given if one.text("Principal") == "*")
        named = any(one.text("Principal") != "*" for one in given if one.text("Action") == _ACTIONS[0])
        if url.auth == "NONE" and url.function and url.id in graph.resources and missing and not named:
            yield at(url.config, "AuthType", f"missing {', '.join(missing)}")


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
