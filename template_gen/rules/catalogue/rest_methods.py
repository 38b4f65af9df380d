"""REST APIs method by method: preflight answers, headers that are mapped, parents, paths and private APIs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from template_gen.rules.graph import Graph, Object, Protocol
from template_gen.rules.graph.api import Operation, api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_METHOD: Final = "AWS::ApiGateway::Method"
_HEADER: Final = "method.response.header."
_REST: Final = ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
_RESPONSES: Final = frozenset(
    {
        "ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE",
        "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN",
        "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE",
        "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED",
        "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
    }
)  # fmt: skip
_LOG_ID: Final = re.compile(r"\$context\.(requestId|extendedRequestId)")


@rule(
    "E9269",
    "The mocked answer says no status",
    symptom='OPTIONS answers 500 {"message":"Internal Server Error"}, and so requests from another site end with a '
    "CORS error.",
    fix="Set RequestTemplates: {application/json: '{\"statusCode\": 200}'} in the method's Integration.",
    source=f"{_GATEWAY}/how-to-mock-integration.html",
)
def mock_without_status(graph: Graph) -> Iterator[Place]:
    methods = ((method.properties.object("Integration"), "Type", "RequestTemplates") for method in graph.of(_METHOD))
    documented = ((one.integration, "type", "requestTemplates") for api in graph.apis for one in api.operations)
    for integration, kind, key in (*methods, *documented):
        templates = integration.object(key)
        unclear = integration.unknown(key) or graph.resources.unclear(templates)
        status = any("statusCode" in str(template) for template in templates.values())
        if integration.text(kind).upper() == "MOCK" and not status and not unclear:
            yield at(integration, key, "MOCK")


@rule(
    "E9270",
    "A header is set that the method's response does not declare",
    symptom="The deployment fails: Invalid mapping expression parameter specified: method.response.header...",
    fix="Add ResponseParameters: {method.response.header.<name>: true} to the MethodResponses of that StatusCode.",
    source=f"{_GATEWAY}/api-gateway-method-settings-method-response.html",
)
def header_undeclared(graph: Graph) -> Iterator[Place]:
    for method in graph.of(_METHOD):
        declared = {_status(one): set(one.object("ResponseParameters")) for one in _answers(method.properties)}
        unclear = method.properties.unknown("MethodResponses")
        for answer in method.properties.object("Integration").objects("IntegrationResponses"):
            missing = set(answer.object("ResponseParameters")) - declared.get(_status(answer), set())
            if missing and not unclear and known(_status(answer)):
                yield at(answer, "ResponseParameters", min(missing))
    for operation in (one for api in graph.apis for one in api.operations):
        yield from _undeclared(operation)


def _undeclared(operation: Operation) -> Iterator[Place]:
    """The same in an OpenAPI document."""
    answers = operation.body.object("responses")
    for answer in operation.integration.object("responses").values():
        status = str(answer.get("statusCode", "")) if isinstance(answer, Object) else ""
        declared = {name.lower() for name in answers.object(status).object("headers")}
        judged = status in answers and not answers.unknown(status) and not answers.object(status).unknown("headers")
        for name in answer.object("responseParameters") if judged else ():
            if name.startswith(_HEADER) and name.removeprefix(_HEADER).lower() not in declared:
                yield at(answer.object("responseParameters"), name, name)


def _answers(properties: Object) -> Iterator[Object]:
    return properties.objects("MethodResponses")


def _status(answer: Object) -> str:
    return str(answer.get("StatusCode", ""))


@rule(
    "E9271",
    "The resource's parent is the API, not a resource",
    symptom="The deployment fails: Invalid Resource identifier specified.",
    fix="Write ParentId: !GetAtt Api.RootResourceId for the first part of a path, with your API's logical id.",
    source=f"{_GATEWAY}/rest-api-develop.html",
)
def parent_is_api(graph: Graph) -> Iterator[Place]:
    refs = {f"${{{api.id}}}" for api in graph.of(*_REST)}
    for kind, key in (("AWS::ApiGateway::Resource", "ParentId"), (_METHOD, "ResourceId")):
        for found in graph.of(kind):
            if found.properties.text(key) in refs:
                yield at(found.properties, key)


@rule(
    "E9272",
    "The private API says nobody who may call it",
    symptom="The deployment fails: Private REST API doesn't have a resource policy attached to it.",
    fix="Add a Policy (SAM: Auth: {ResourcePolicy: ...}) that allows execute-api:Invoke from your VPC endpoint, or set "
    "the EndpointConfiguration to REGIONAL.",
    source=f"{_GATEWAY}/apigateway-private-api-create.html",
)
def private_without_policy(graph: Graph) -> Iterator[Place]:
    for api in graph.of(*_REST):
        given = api.properties.get("EndpointConfiguration")
        kinds = (*given.texts("Types"), given.text("Type")) if isinstance(given, Object) else (given,)
        documented = api.properties.keys() & {"Policy", "Body", "BodyS3Location", "DefinitionBody", "DefinitionUri"}
        policy = documented or "ResourcePolicy" in api.properties.object("Auth")
        if "PRIVATE" in kinds and not policy:
            yield at(api.properties, "EndpointConfiguration", "PRIVATE")


@rule(
    "E9273",
    "API Gateway reaches the function as if it were a website",
    symptom="The deployment fails: Invalid HTTP endpoint specified for URI.",
    fix="Set the integration's type to AWS_PROXY.",
    source=f"{_GATEWAY}/http-api-develop-integrations-lambda.html",
)
def http_to_function(graph: Graph) -> Iterator[Place]:
    methods = ((method.properties.object("Integration"), "Type", "Uri") for method in graph.of(_METHOD))
    found = (
        (one.properties, "IntegrationType", "IntegrationUri") for one in graph.of("AWS::ApiGatewayV2::Integration")
    )
    documented = ((one.integration, "type", "uri") for api in graph.apis for one in api.operations)
    for holder, kind, key in (*methods, *found, *documented):
        uri = holder.text(key)
        over_http = uri.startswith("http") or "FunctionUrl" in uri
        if holder.text(kind).upper().startswith("HTTP") and graph.function(uri) and not over_http:
            yield at(holder, kind)


@rule(
    "W9274",
    "The access log's lines say no request id",
    symptom="The deployment fails: Access Log format must include $context.requestId or $context.extendedRequestId.",
    fix='Write Format: \'{"requestId":"$context.requestId","status":"$context.status"}\' beside DestinationArn.',
    source=f"{_GATEWAY}/set-up-logging.html",
)
def log_without_request_id(graph: Graph) -> Iterator[Place]:
    holders = (
        (("AWS::ApiGatewayV2::Stage", "AWS::Serverless::HttpApi"), "AccessLogSettings"),
        (("AWS::ApiGateway::Stage", "AWS::Serverless::Api"), "AccessLogSetting"),
    )
    for kinds, key in holders:
        for stage in graph.of(*kinds):
            settings = stage.properties.object(key)
            line, unclear = settings.get("Format"), graph.resources.unclear(settings.get("Format"))
            if "DestinationArn" in settings and not unclear and not _LOG_ID.search(str(line)):
                yield at(settings, "Format", "" if "Format" in settings else "no Format")


@rule(
    "E9275",
    "The same route is there twice",
    symptom="The deployment fails: ConflictException, the route (method) already exists for this API.",
    fix="Remove one of the two, or give it another method or path.",
    source=f"{_GATEWAY}/http-api-develop-routes.html",
)
def route_twice(graph: Graph) -> Iterator[Place]:
    """SAM's events may repeat what stands in an OpenAPI document, or as a method of an API that is not SAM's own."""
    for api in graph.apis:
        own = api.resource is None or api.resource.type.startswith("AWS::Serverless::")
        said = (route for route in api.routes or () if route.place.logical_id != api.id)
        routes = (route for route in said if own or "Events" not in route.place.path)
        seen: set[tuple[str, str]] = set()
        for route in routes if api.protocol is not Protocol.WEBSOCKET else ():
            key = (route.method, route.path)
            if key in seen and known(route.path) and route.path:
                yield replace(route.place, value=f"{route.method} {route.path}")
            seen.add(key)


@rule(
    "E9351",
    "API Gateway has no such setting",
    symptom="The deployment fails: Invalid gateway response type, Invalid method setting path, Timeout should be "
    "between 50 ms and 30000 ms, or Invalid integration type.",
    fix='Write DEFAULT_4XX and DEFAULT_5XX in capitals, ResourcePath: "/*" with its slash; for an HTTP API a '
    "TimeoutInMillis of 30000 at most, and IntegrationType AWS_PROXY or HTTP_PROXY.",
    source=f"{_GATEWAY}/supported-gateway-response-types.html",
)
def setting_unknown(graph: Graph) -> Iterator[Place]:
    for api in graph.of("AWS::Serverless::Api"):
        responses = api.properties.object("GatewayResponses")
        yield from (at(responses, name, name) for name in responses if name not in _RESPONSES)
    for answer in graph.of("AWS::ApiGateway::GatewayResponse"):
        kind = answer.properties.text("ResponseType")
        if known(kind) and kind not in _RESPONSES:
            yield at(answer.properties, "ResponseType")
    for stage in graph.of("AWS::ApiGateway::Stage", "AWS::Serverless::Api"):
        for settings in stage.properties.objects("MethodSettings"):
            if known(settings.text("ResourcePath")) and not (settings.text("ResourcePath") or "/").startswith(
                ("/", "*")
            ):
                yield at(settings, "ResourcePath")
    yield from _of_http_apis(graph)


def _of_http_apis(graph: Graph) -> Iterator[Place]:
    """They cannot wait longer (a REST API's limit may have been raised), and integrate functions and addresses only."""
    apis = {api.id for api in graph.apis if api.protocol is Protocol.HTTP}
    for integration in graph.of("AWS::ApiGatewayV2::Integration"):
        properties, waits = integration.properties, integration.properties.number("TimeoutInMillis")
        judged = api_id(properties) in apis
        if judged and waits is not None and not 50 <= waits <= 30000:
            yield at(properties, "TimeoutInMillis")
        if judged and properties.get("IntegrationType") in ("AWS", "HTTP", "MOCK"):
            yield at(properties, "IntegrationType")
        if judged and properties.get("ConnectionType") == "VPC_LINK" and "ConnectionId" not in properties:
            yield at(properties, "ConnectionType", "VPC_LINK without ConnectionId")
    for one in (one for api in graph.apis if api.protocol is Protocol.HTTP for one in api.operations):
        if str(one.integration.get("type")).lower() in ("aws", "http", "mock"):
            yield at(one.integration, "type", f"{one.integration.get('type')}, in an HTTP API")
