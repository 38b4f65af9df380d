"""API Gateway, one node for each API however it is written: SAM events, an OpenAPI body, or routes one by one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, Place, at, known, symbols

HTTP_IMPLICIT: Final = "ServerlessHttpApi"
REST_IMPLICIT: Final = "ServerlessRestApi"
SAM_FUNCTION: Final = "AWS::Serverless::Function"
FUNCTIONS: Final = (SAM_FUNCTION, "AWS::Lambda::Function")
_NAMES_ITS_FUNCTION: Final = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
}
_ROUTES: Final = ("AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method")
_ANY: Final = "x-amazon-apigateway-any-method"
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", _ANY})


class Protocol(StrEnum):
    HTTP = "HTTP"
    REST = "REST"
    WEBSOCKET = "WEBSOCKET"


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is `$default` for the catch-all of an HTTP API; `function` is a logical id, "" when it is no function."""

    method: str
    path: str
    function: str
    place: Place
    limit: bool = False  # the route sets a timeout of its own
    credentials: bool = False  # API Gateway calls the function in a role of its own

    @property
    def takes_all(self) -> bool:
        return self.method == "ANY" and (self.path == "$default" or "+}" in self.path)


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path in an OpenAPI document; `body` is what stands below it."""

    path: str
    method: str
    body: Object

    @property
    def integration(self) -> Object:
        return self.body.object("x-amazon-apigateway-integration")


@dataclass(frozen=True, slots=True)
class Api:
    """`resource` is None for SAM's implicit API; `stages` and `routes` are None when the template cannot tell."""

    id: str
    protocol: Protocol
    resource: Resource | None
    stages: tuple[str, ...] | None
    routes: tuple[Route, ...] | None

    @property
    def properties(self) -> Object:
        return self.resource.properties if self.resource else Object(("Resources", self.id), self.id)

    @property
    def document(self) -> Object:
        """The OpenAPI document, an empty one when there is none."""
        key = "DefinitionBody" if "DefinitionBody" in self.properties else "Body"
        return self.properties.object(key)

    @property
    def operations(self) -> Iterator[Operation]:
        """Every method that the OpenAPI document has."""
        paths = self.document.object("paths")
        for path, item in paths.items():
            for method, body in item.items() if isinstance(item, Object) else ():
                if method.lower() in _METHODS and isinstance(body, Object):
                    yield Operation(path, method, body)

    @property
    def cors(self) -> tuple[Object, str]:
        """The CORS settings and their key for origins: HTTP API, its document (as SAM writes it), SAM's REST API."""
        found = (
            (self.properties.object("CorsConfiguration"), "AllowOrigins"),
            (self.document.object("x-amazon-apigateway-cors"), "allowOrigins"),
            (self.properties.object("Cors"), "AllowOrigin"),
        )
        return next((pair for pair in found if pair[0]), found[0])

    @property
    def disabled(self) -> Place | None:
        """Where the API's own address is switched off, if it is."""
        if self.properties.flag("DisableExecuteApiEndpoint"):
            return at(self.properties, "DisableExecuteApiEndpoint")
        servers = self.document.objects("servers")
        below = (server.object("x-amazon-apigateway-endpoint-configuration") for server in servers)
        return next((at(found) for found in below if found.flag("disableExecuteApiEndpoint")), None)

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(route.function for route in self.routes or () if route.function)


def apis(resources: Resources) -> tuple[Api, ...]:
    """Every API of the template, SAM's implicit ones included."""
    events = list(_events(resources))
    implicit = dict.fromkeys(target for target, _ in events if target in (HTTP_IMPLICIT, REST_IMPLICIT))
    found = [_api(resource, protocol, events, resources) for resource, protocol in _explicit(resources)]
    given = {api.id for api in found}
    return (*found, *(_implicit(name, events) for name in implicit if name not in given))


def function_named(value: Any, resources: Resources) -> str:
    """The logical id of the function that a text means: by name, ARN, version, alias, URL or invocation path."""
    for symbol in symbols(value):
        name = symbol.split(".")[0]
        resource = resources.named(f"${{{name}}}")
        if resource is None:
            if owner := resources.made_by_sam.get(name, ""):
                return owner
        elif resource.type in FUNCTIONS:
            return resource.id
        elif key := _NAMES_ITS_FUNCTION.get(resource.type):
            return function_named(resource.properties.get(key), resources)
    return ""


def _explicit(resources: Resources) -> Iterator[tuple[Resource, Protocol]]:
    for resource in resources.of("AWS::Serverless::HttpApi"):
        yield resource, Protocol.HTTP
    for resource in resources.of("AWS::ApiGatewayV2::Api"):
        websocket = resource.properties.get("ProtocolType") == "WEBSOCKET"
        yield resource, Protocol.WEBSOCKET if websocket else Protocol.HTTP
    for resource in resources.of("AWS::Serverless::Api", "AWS::ApiGateway::RestApi"):
        yield resource, Protocol.REST


def _implicit(name: str, events: list[tuple[str, Route]]) -> Api:
    protocol, stage = (Protocol.HTTP, "$default") if name == HTTP_IMPLICIT else (Protocol.REST, "Prod")
    return Api(name, protocol, None, (stage,), tuple(route for target, route in events if target == name))


def _api(resource: Resource, protocol: Protocol, events: list[tuple[str, Route]], resources: Resources) -> Api:
    own = [route for target, route in events if target == resource.id]
    unreadable = any(resource.properties.get(key) is not None for key in ("DefinitionUri", "BodyS3Location"))
    body = resource.properties.get("DefinitionBody", resource.properties.get("Body"))
    if unreadable or isinstance(body, str) or (isinstance(body, Object) and not isinstance(body.get("paths"), Object)):
        return Api(resource.id, protocol, resource, _stages(resource, resources), None)
    if any(resources.unclear(_api_of(route)) for route in resources.of(*_ROUTES)):
        return Api(resource.id, protocol, resource, _stages(resource, resources), None)
    written = list(_documented(body, resources)) if isinstance(body, Object) else []
    single = list(_single(resource, resources))
    return Api(resource.id, protocol, resource, _stages(resource, resources), (*own, *written, *single))


def _stages(resource: Resource, resources: Resources) -> tuple[str, ...] | None:
    if resource.type.startswith("AWS::Serverless::"):
        return (resource.properties.text("StageName") or "$default",)
    kinds = ("AWS::ApiGatewayV2::Stage", "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment")
    of_api = [stage for stage in resources.of(*kinds) if resources.named(_api_of(stage)) is resource]
    names = [stage.properties.text("StageName") for stage in of_api]
    quick = ["$default"] if "Target" in resource.properties else []
    return tuple(dict.fromkeys(name for name in [*names, *quick] if name)) or None


def _api_of(resource: Resource) -> Any:
    return resource.properties.get("ApiId", resource.properties.get("RestApiId"))


def api_id(properties: Object) -> str:
    """The logical id of the API that a stage, route, integration or method belongs to."""
    return next(iter(symbols(properties.get("ApiId", properties.get("RestApiId")))), "")


def _events(resources: Resources) -> Iterator[tuple[str, Route]]:
    """SAM's `Events` of type HttpApi and Api: the API's logical id and the route."""
    for function in resources.of(SAM_FUNCTION):
        events = function.properties.object("Events")
        for name, event in events.items():
            readable = isinstance(event, Object) and not event.unknown("Properties")
            if readable and event.get("Type") in ("HttpApi", "Api"):
                properties = event.object("Properties")
                yield _target(event, properties), _route(properties, function.id, at(events, name, event.get("Type")))


def _target(event: Object, properties: Object) -> str:
    http = event.get("Type") == "HttpApi"
    value = properties.get("ApiId" if http else "RestApiId")
    name = re.fullmatch(r"\$\{(\w+)\}", str(value))
    return name[1] if name else str(value or (HTTP_IMPLICIT if http else REST_IMPLICIT))


def _route(properties: Object, function: str, place: Place) -> Route:
    method = properties.text("Method").upper() or "ANY"
    return Route(
        "ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method,
        properties.text("Path") or "$default",
        function,
        place,
        "TimeoutInMillis" in properties,
    )


def _documented(body: Object, resources: Resources) -> Iterator[Route]:
    """The routes of an OpenAPI document."""
    for path, item in body.object("paths").items():
        for method, operation in item.items() if isinstance(item, Object) else ():
            if method.lower() in _METHODS:
                details = operation if isinstance(operation, Object) else Object()
                integration = details.object("x-amazon-apigateway-integration")
                function = function_named(integration.get("uri"), resources)
                verb = "ANY" if method == _ANY else method.upper()
                place, limit = at(body.object("paths"), path), "timeoutInMillis" in integration
                yield Route(verb, path, function, place, limit, "credentials" in integration)


def _single(api: Resource, resources: Resources) -> Iterator[Route]:
    """Routes (HTTP) and methods (REST) that are resources of their own, and the quick-create target."""
    if "Target" in api.properties:
        function = function_named(api.properties.get("Target"), resources)
        yield Route("ANY", "$default", function, at(api.properties, "Target"))
    for route in resources.of("AWS::ApiGatewayV2::Route"):
        if resources.named(_api_of(route)) is api:
            yield _http_route(route.properties, resources)
    for method in resources.of("AWS::ApiGateway::Method"):
        if resources.named(_api_of(method)) is api:
            yield _rest_method(method.properties, resources)


def _http_route(properties: Object, resources: Resources) -> Route:
    key = properties.text("RouteKey")
    method, _, path = key.rpartition(" ") if known(key) else ("", "", key)
    integration = resources.named(properties.get("Target"), "AWS::ApiGatewayV2::Integration")
    target = integration.properties if integration else Object()
    function = function_named(target.get("IntegrationUri"), resources)
    return Route(method or "ANY", path, function, at(properties, "RouteKey"), "TimeoutInMillis" in target)


def _rest_method(properties: Object, resources: Resources) -> Route:
    function = function_named(properties.object("Integration").get("Uri"), resources)
    path = _rest_path(properties.get("ResourceId"), resources)
    return Route(properties.text("HttpMethod").upper(), path, function, at(properties, "HttpMethod"))


def _rest_path(resource_id: Any, resources: Resources) -> str:
    """`/items/{id}` from the chain of AWS::ApiGateway::Resource."""
    parts: list[str] = []
    found = resources.named(resource_id, "AWS::ApiGateway::Resource")
    if found is None and resources.unclear(resource_id):
        return str(resource_id)
    while found and len(parts) < 30:
        parts.insert(0, found.properties.text("PathPart"))
        found = resources.named(found.properties.get("ParentId"), "AWS::ApiGateway::Resource")
    return "/" + "/".join(parts)
