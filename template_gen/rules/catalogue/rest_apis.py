"""API Gateway's REST APIs: what their proxies to Lambda and their deployments need."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Protocol, Resource
from template_gen.rules.graph.api import api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

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
    "A CORS value of a REST API stands without its inner quotes",
    symptom="The deployment fails: Invalid mapping expression specified.",
    fix="Write the value as a quoted text in a quoted text: \"'*'\".",
    source=f"{_SAM}/sam-property-api-corsconfiguration.html",
)
def cors_quotes(graph: Graph) -> Iterator[Place]:
    """HTTP APIs take plain values and lists."""
    for api in graph.of("AWS::Serverless::Api"):
        cors = api.properties.object("Cors")
        holders = [(api.properties, "Cors"), *((cors, key) for key in cors if key.startswith("Allow"))]
        for holder, key in holders:
            value = holder.text(key)
            if value and known(value) and not (value.startswith("'") and value.endswith("'")):
                yield at(holder, key)


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
        if methods and not methods & _waits_for(deployment, graph):
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
        api, before = api_id(deployment.properties), _waits_for(deployment, graph)
        methods = {method.id for method in graph.of("AWS::ApiGateway::Method") if api_id(method.properties) == api}
        if methods & before and methods - before:
            yield at(deployment.body, "DependsOn", f"without {', '.join(sorted(methods - before))}")


def _waits_for(resource: Resource, graph: Graph) -> set[str]:
    """Everything CloudFormation makes before it, by DependsOn and by reference."""
    seen: set[str] = set()
    waiting = [resource]
    while waiting:
        found = waiting.pop()
        references = {name for name, users in graph.resources.references.items() if found.id in users}
        for name in {*found.body.texts("DependsOn"), *references} - seen:
            seen.add(name)
            waiting += [other for other in graph.resources if other.id == name]
    return seen


@rule(
    "E9215",
    "API Gateway calls Lambda by another method than POST",
    symptom='Every request answers 500 {"message":"Internal Server Error"}.',
    fix="Set IntegrationHttpMethod to POST; the visitor's method is not concerned.",
    source=f"{_GATEWAY}/api-gateway-api-integration-types.html",
)
def integration_method(graph: Graph) -> Iterator[Place]:
    for method in graph.of("AWS::ApiGateway::Method"):
        integration = method.properties.object("Integration")
        verb, proxy = integration.get("IntegrationHttpMethod"), integration.get("Type") in ("AWS_PROXY", "AWS")
        if proxy and ":lambda:path" in integration.text("Uri") and known(verb) and verb != "POST":
            yield at(integration, "IntegrationHttpMethod")
