"""API Gateway's REST APIs: what their proxies to Lambda and their deployments need."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Kind, Object, Protocol
from template_gen.rules.graph.api import api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, known

_INVOCATION: Final = re.compile(
    r"arn:.*:apigateway:.*:lambda:path/"
    r"(2015-03-31/functions/.+/invocations|\d{4}-\d\d-\d\d/functions/.+/response-streaming-invocations)"
)
_FUNCTION_NAME: Final = re.compile(r"/functions/\$\{(\w+)\}(:\w+)?/[\w-]*invocations$")
_MAPPED: Final = re.compile(r"'.*'|(integration|context|stageVariables|method|gatewayresponse)\..+", re.DOTALL)
_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_REFERENCE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_SAM: Final = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"


@rule(
    "I9212",
    "The REST API breaks everything that is not text",
    symptom="Images, fonts and compressed answers arrive corrupted.",
    fix='Set BinaryMediaTypes to ["*~1*"] (SAM) or ["*/*"], or use an HTTP API.',
    source=f"{_GATEWAY}/api-gateway-payload-encodings.html",
)
def rest_binary(graph: Graph) -> Iterator[Place]:
    """Informational: JSON needs nothing. Only a REST API behind the default behavior may serve a whole site."""
    for distribution in graph.distributions:
        api = graph.api(distribution.default.origin)
        catch_all = api is not None and any("+}" in route.path for route in api.routes or ())
        if (
            api
            and api.resource
            and api.protocol is Protocol.REST
            and catch_all
            and "BinaryMediaTypes" not in api.properties
        ):
            yield at(api.properties, "BinaryMediaTypes")


@rule(
    "I9213",
    'SAM adds a stage called "Stage"',
    symptom="The API is also reachable at /Stage.",
    fix="Set OpenApiVersion in Globals.Api.",
    source=f"{_SAM}/sam-resource-api.html",
)
def rest_extra_stage(graph: Graph) -> Iterator[Place]:
    """Informational: nothing breaks."""
    for api in graph.of("AWS::Serverless::Api"):
        if "OpenApiVersion" not in api.properties:
            yield at(api.properties, "OpenApiVersion")


@rule(
    "E9217",
    "A fixed header of a REST API stands without its inner quotes",
    symptom="The deployment fails: Invalid mapping expression specified.",
    fix="Write the value as a quoted text in a quoted text: \"'*'\".",
    source=f"{_SAM}/sam-property-api-corsconfiguration.html",
)
def cors_quotes(graph: Graph) -> Iterator[Place]:
    """HTTP APIs take plain values and lists. In answers a value may also be taken from the integration or context."""
    for holder, key in _static(graph):
        value = holder.text(key)
        if value and known(value) and not _MAPPED.fullmatch(value):
            yield at(holder, key)


def _static(graph: Graph) -> Iterator[tuple[Object, str]]:
    """Where a plain value stands as a quoted text: SAM's Cors, gateway responses, the headers of mocked answers."""
    for api in graph.of("AWS::Serverless::Api"):
        cors = api.properties.object("Cors")
        yield from [(api.properties, "Cors"), *((cors, key) for key in cors if key.startswith("Allow"))]
        yield from below(api.properties, "GatewayResponses.*.ResponseParameters.Headers.*")
    for answer in graph.of("AWS::ApiGateway::GatewayResponse"):
        yield from below(answer.properties, "ResponseParameters.*")
    for method in graph.of("AWS::ApiGateway::Method"):
        yield from below(method.properties, "Integration.IntegrationResponses.ResponseParameters.*")
    for operation in (one for api in graph.apis if api.protocol is Protocol.REST for one in api.operations):
        yield from below(operation.integration, "responses.*.responseParameters.*")


@rule(
    "E9214",
    "The REST API is published before it has methods",
    symptom="The deployment fails: the REST API doesn't contain any methods.",
    fix="Name all methods in DependsOn of the AWS::ApiGateway::Deployment.",
    source=f"{_REFERENCE}/aws-resource-apigateway-deployment.html",
)
def deployment_before_methods(graph: Graph) -> Iterator[Place]:
    """One method among what the deployment waits for, however far away, is enough for it to succeed."""
    for deployment in graph.of("AWS::ApiGateway::Deployment"):
        api = api_id(deployment.properties)
        methods = {method.id for method in graph.of("AWS::ApiGateway::Method") if api_id(method.properties) == api}
        if methods and not methods & graph.resources.before(deployment):
            yield at(deployment.body, "DependsOn")


@rule(
    "W9216",
    "The REST API may be published without some of its methods",
    symptom="After the first deployment some paths answer 403 Missing Authentication Token.",
    fix="Name all methods in DependsOn of the AWS::ApiGateway::Deployment.",
    source=f"{_REFERENCE}/aws-resource-apigateway-deployment.html",
)
def deployment_before_some_methods(graph: Graph) -> Iterator[Place]:
    """A deployment takes what is there at that moment, and CloudFormation makes at once whatever nothing waits for."""
    for deployment in graph.of("AWS::ApiGateway::Deployment"):
        api, before = api_id(deployment.properties), graph.resources.before(deployment)
        methods = {method.id for method in graph.of("AWS::ApiGateway::Method") if api_id(method.properties) == api}
        if methods & before and methods - before:
            yield at(deployment.body, "DependsOn", f"without {', '.join(sorted(methods - before))}")


@rule(
    "E9235",
    "The integration's URI is not the one that invokes the function",
    symptom="The deployment fails: AWS ARN for integration must contain path or action, or Invalid function ARN or "
    "invalid uri.",
    fix="Write !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations.",
    source=f"{_GATEWAY}/set-up-lambda-proxy-integrations.html",
)
def integration_uri(graph: Graph) -> Iterator[Place]:
    """Of REST APIs, WebSocket APIs and every authorizer; an HTTP API's integration takes the function's ARN alone."""
    for holder, key in _invoking(graph):
        uri = holder.text(key)
        named = _FUNCTION_NAME.search(uri)
        by_name = named is not None and named[1] in graph.functions
        if graph.function(uri) and (by_name or not _INVOCATION.fullmatch(uri)):
            yield at(holder, key)


def _invoking(graph: Graph) -> Iterator[tuple[Object, str]]:
    for method in graph.of("AWS::ApiGateway::Method"):
        yield method.properties.object("Integration"), "Uri"
    for api in graph.apis:
        for path in api.document.object("paths").values() if api.protocol is Protocol.REST else ():
            for operation in path.values() if isinstance(path, Object) else ():
                if isinstance(operation, Object):
                    yield operation.object("x-amazon-apigateway-integration"), "uri"
    for authorizer in graph.of("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"):
        yield authorizer.properties, "AuthorizerUri"
    sockets = {api.id for api in graph.apis if api.protocol is Protocol.WEBSOCKET}
    for integration in graph.of("AWS::ApiGatewayV2::Integration"):
        if api_id(integration.properties) in sockets:
            yield integration.properties, "IntegrationUri"


@rule(
    "E9236",
    "CloudFront cannot reach a private API",
    symptom='Every request answers 403 {"message":"Forbidden"}: a private API answers inside its VPC only.',
    fix="Set the API's EndpointConfiguration to REGIONAL.",
    source=f"{_GATEWAY}/apigateway-private-apis.html",
)
def private_origin(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.API):
        api = graph.api(origin)
        given = api.properties.get("EndpointConfiguration") if api and api.protocol is Protocol.REST else None
        kinds = (*given.texts("Types"), given.text("Type")) if isinstance(given, Object) else (given,)
        if api and "PRIVATE" in kinds and "VpcOriginConfig" not in origin.body:
            yield at(api.properties, "EndpointConfiguration", f"PRIVATE, origin {origin.id}")


@rule(
    "E9239",
    "An authorizer is asked for and not named",
    symptom="The deployment fails: Invalid authorizer ID specified.",
    fix="Set AuthorizerId: !Ref of the AWS::ApiGateway::Authorizer (AWS::ApiGatewayV2::Authorizer).",
    source=f"{_GATEWAY}/apigateway-control-access-to-api.html",
)
def authorizer_missing(graph: Graph) -> Iterator[Place]:
    kinds = {"AWS::ApiGateway::Method": ("CUSTOM", "COGNITO_USER_POOLS"), "AWS::ApiGatewayV2::Route": ("CUSTOM", "JWT")}
    for kind, asking in kinds.items():
        for found in graph.of(kind):
            if found.properties.get("AuthorizationType") in asking and "AuthorizerId" not in found.properties:
                yield at(found.properties, "AuthorizationType")


@rule(
    "E9241",
    "The deployment makes the stage that is also a resource",
    symptom="The deployment fails: Stage already exists.",
    fix="Remove StageName from the AWS::ApiGateway::Deployment and keep the AWS::ApiGateway::Stage.",
    source=f"{_REFERENCE}/aws-resource-apigateway-deployment.html",
)
def stage_made_twice(graph: Graph) -> Iterator[Place]:
    made = {
        (api_id(stage.properties), stage.properties.text("StageName")) for stage in graph.of("AWS::ApiGateway::Stage")
    }
    for deployment in graph.of("AWS::ApiGateway::Deployment"):
        name = deployment.properties.text("StageName")
        if name and (api_id(deployment.properties), name) in made:
            yield at(deployment.properties, "StageName")


@rule(
    "E9215",
    "API Gateway calls Lambda by another method than POST",
    symptom='Every request answers 500 {"message":"Internal Server Error"}.',
    fix="Set IntegrationHttpMethod (httpMethod in a document) to POST; the visitor's method is not concerned.",
    source=f"{_GATEWAY}/api-gateway-api-integration-types.html",
)
def integration_method(graph: Graph) -> Iterator[Place]:
    for method in graph.of("AWS::ApiGateway::Method"):
        integration = method.properties.object("Integration")
        verb, proxy = integration.get("IntegrationHttpMethod"), integration.get("Type") in ("AWS_PROXY", "AWS")
        if proxy and ":lambda:path" in integration.text("Uri") and known(verb) and verb != "POST":
            yield at(integration, "IntegrationHttpMethod")
    """WebSocket APIs have no documents."""
    for operation in (one for api in graph.apis for one in api.operations):
        documented, verb = operation.integration, operation.integration.get("httpMethod", "")
        proxied = str(documented.get("type")).lower() in ("aws_proxy", "aws")
        if proxied and ":lambda:path" in documented.text("uri") and known(verb) and str(verb).upper() != "POST":
            yield at(documented, "httpMethod", verb or "no httpMethod")
