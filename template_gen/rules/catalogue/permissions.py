"""Who may call a function: API Gateway, and every other service that has it as its target."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from template_gen.rules.graph import Api, Graph, Route
from template_gen.rules.graph.api import api_id
from template_gen.rules.graph.permission import is_call, lets_authorize, lets_through, same_target
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known, symbols

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"


@rule(
    "E9205",
    "API Gateway may not call the function",
    symptom='Requests answer 500 {"message":"Internal Server Error"}, and the function has no log.',
    fix="Add an AWS::Lambda::Permission with FunctionName: !Ref Function, Action: lambda:InvokeFunction, Principal: "
    "apigateway.amazonaws.com, SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*.",
    source=f"{_GATEWAY}/http-api-develop-integrations-lambda.html",
)
def no_permission(graph: Graph) -> Iterator[Place]:
    """SAM grants it for its own events; integrations that are written out need their own grant. Its SourceArn must fit
    the API, the stage and every route that leads to the function; and it must be of the alias that is called. A Lambda
    authorizer needs one as well."""
    for function_id, api, place in _integrations(graph) if not graph.resources.connected else ():
        given = list(_permissions(function_id, graph))
        granted = [p for p in given if same_target(p.get("FunctionName"), place.value, graph.resources)]
        routes = [route for route in api.routes or () if route.function == function_id and not route.credentials]
        asked: list[Route | None] = [*routes] or [None]
        if place.path[-1] == "AuthorizerUri":
            called = any(lets_authorize(p, api, graph.resources) for p in granted)
        else:
            called = all(any(lets_through(p, api, route, graph.resources) for p in granted) for route in asked)
        if not called:
            meant = [p for p in given if is_call(p) and _may_mean(p, api, graph)]
            key = "SourceArn" if granted else "FunctionName"
            yield at(meant[0], key) if len(meant) == 1 and key in meant[0] else replace(place, value=function_id)


def _may_mean(permission: Object, api: Api, graph: Graph) -> bool:
    """Its SourceArn is of no other API of the template."""
    named = {symbol.split(".")[0] for symbol in symbols(permission.text("SourceArn"))}
    return api.id in named or named.isdisjoint(other.id for other in graph.apis)


def _integrations(graph: Graph) -> Iterator[tuple[str, Api, Place]]:
    """(function, API, place) of every integration without SAM and without credentials."""
    apis = {api.id: api for api in graph.apis}
    for function_id, name, place in (*_http(graph), *_rest(graph), *_documented(graph), *_authorizers(graph)):
        if name in apis:
            yield function_id, apis[name], place


def _http(graph: Graph) -> Iterator[tuple[str, str, Place]]:
    for found in graph.of("AWS::ApiGatewayV2::Integration"):
        function = graph.function(found.properties.get("IntegrationUri"))
        if function and "CredentialsArn" not in found.properties:
            yield function.id, api_id(found.properties), at(found.properties, "IntegrationUri")


def _rest(graph: Graph) -> Iterator[tuple[str, str, Place]]:
    for found in graph.of("AWS::ApiGateway::Method"):
        integration = found.properties.object("Integration")
        function = graph.function(integration.get("Uri"))
        if function and "Credentials" not in integration:
            yield function.id, api_id(found.properties), at(integration, "Uri")


def _authorizers(graph: Graph) -> Iterator[tuple[str, str, Place]]:
    for found in graph.of("AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::Authorizer"):
        function = graph.function(found.properties.get("AuthorizerUri"))
        by_role = found.properties.keys() & {"AuthorizerCredentialsArn", "AuthorizerCredentials"}
        if function and not by_role:
            yield function.id, api_id(found.properties), at(found.properties, "AuthorizerUri")


def _documented(graph: Graph) -> Iterator[tuple[str, str, Place]]:
    plain = [api for api in graph.apis if api.resource and not api.resource.type.startswith("AWS::Serverless")]
    for api in plain:
        for route in api.routes or () if api.document or "Target" in api.properties else ():
            if route.function and not route.credentials:
                yield route.function, api.id, route.place


def _permissions(function_id: str, graph: Graph) -> Iterator[Object]:
    for permission in graph.of("AWS::Lambda::Permission"):
        function = graph.function(permission.properties.get("FunctionName"))
        unclear = function is None and not known(permission.properties.get("FunctionName"))
        if unclear or (function and function.id == function_id):
            yield permission.properties


@rule(
    "I9206",
    "Any API of the account may call the function",
    symptom="The permission names no SourceArn.",
    fix="Set SourceArn to arn:aws:execute-api:<region>:<account>:<api>/*.",
    source=f"{_GATEWAY}/http-api-develop-integrations-lambda.html",
)
def permission_unscoped(graph: Graph) -> Iterator[Place]:
    """Informational: within one account that is rarely a door."""
    for permission in graph.of("AWS::Lambda::Permission"):
        properties = permission.properties
        if properties.text("Principal") == "apigateway.amazonaws.com" and "SourceArn" not in properties:
            yield at(properties, "SourceArn")
