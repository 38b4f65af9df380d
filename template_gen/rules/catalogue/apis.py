"""API Gateway, HTTP APIs above all: routes, stages, permissions, throttling."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from template_gen.rules.graph import Api, Graph, Kind, Protocol, Resource
from template_gen.rules.graph.api import HTTP_IMPLICIT, REST_IMPLICIT, api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, below, known, symbols

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_SAM: Final = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"
_ROUTE_KEY: Final = re.compile(r"\$default|(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /((?!\+\}.)\S)*")
_METHODS: Final = frozenset({"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_FOREIGN: Final = re.compile(r"/[:<]\w|\*")  # variables as other frameworks write them
_TARGET: Final = re.compile(r"integrations/.+")
_REST_STAGES: Final = ("AWS::ApiGateway::Stage", "AWS::Serverless::Api")
_GREEDY: Final = re.compile(r"/\{\w+\+\}")


@rule(
    "W9201",
    "The domain itself has no route",
    symptom='/ answers 404 {"message":"Not Found"}: /{proxy+} takes everything but the root.',
    fix="Add a route for /, or use $default alone.",
    source=f"{_GATEWAY}/http-api-develop-routes.html",
)
def root_not_routed(graph: Graph) -> Iterator[Place]:
    """Only when visitors come to the root of this API: through the default behavior of a distribution."""
    for distribution in graph.distributions:
        api = graph.api(distribution.default.origin)
        paths = {route.path: route for route in (api.routes or () if api else ())}
        greedy = next((paths[path] for path in paths if _GREEDY.fullmatch(path)), None)
        clear = all(map(known, paths)) and not {"/", "$default", ""} & paths.keys()
        if greedy and clear and not distribution.config.get("DefaultRootObject"):
            yield replace(greedy.place, value=greedy.path)


@rule(
    "E9202",
    "The catch-all route takes one level only",
    symptom="/a works, /a/b answers 404.",
    fix="Write the path with a plus: /{proxy+}.",
    source=f"{_GATEWAY}/http-api-develop-routes.html",
)
def proxy_not_greedy(graph: Graph) -> Iterator[Place]:
    for api in graph.apis:
        routes = api.routes or ()
        greedy = any(route.path == "$default" or "+}" in route.path for route in routes)
        for route in routes if not greedy else ():
            if route.path.endswith("/{proxy}") and route.method == "ANY":
                yield replace(route.place, value=route.path)


@rule(
    "E9203",
    "The route is on an API of its own that nobody asked for",
    symptom="Two APIs are made, and the one that CloudFront or the output names answers 404.",
    fix="Set ApiId (or RestApiId) of the event to the API of the template.",
    source=f"{_SAM}/sam-property-function-httpapi.html",
)
def implicit_api(graph: Graph) -> Iterator[Place]:
    """SAM makes an API for events that name none. That is a mistake when the template has an API without any route, or
    the same function on an API that a distribution serves; of another kind, when nothing refers to the new API."""
    explicit = [api for api in graph.apis if api.id not in (HTTP_IMPLICIT, REST_IMPLICIT)]
    empty = any(api.routes == () and api.protocol is not Protocol.WEBSOCKET for api in explicit)
    served = [api for api in explicit if any(origin.target == api.id for origin in graph.origins(Kind.API))]
    for api in graph.apis:
        if api.id in (HTTP_IMPLICIT, REST_IMPLICIT):
            meant = api.id in graph.resources.in_outputs or any(map(_uses, graph.resources.users(api.id)))
            alike = (other for other in served if api.protocol is other.protocol or not meant)
            shared = any(api.functions & other.functions for other in alike)
            for route in api.routes or () if empty or shared else ():
                yield replace(route.place, value=f"{route.method} {route.path}")


@rule(
    "E9353",
    "The event is of another kind than its API",
    symptom="The deployment fails: RestApiId must be a valid reference to an AWS::Serverless::Api, or ApiId to an "
    "AWS::Serverless::HttpApi.",
    fix="Write Type: HttpApi with ApiId for an AWS::Serverless::HttpApi, Type: Api with RestApiId for an "
    "AWS::Serverless::Api.",
    source=f"{_SAM}/sam-property-function-eventsource.html",
)
def event_of_other_kind(graph: Graph) -> Iterator[Place]:
    kinds = {"Api": ("RestApiId", Protocol.HTTP), "HttpApi": ("ApiId", Protocol.REST)}
    protocols = {api.id: api.protocol for api in graph.apis if api.resource}
    for function in graph.of("AWS::Serverless::Function"):
        for event in function.properties.object("Events").values():
            kind = event.text("Type") if isinstance(event, Object) else ""
            key, other = kinds.get(kind, ("", None))
            named = symbols(event.object("Properties").get(key)) if key else ()
            if named and protocols.get(named[0]) is other:
                yield at(event.object("Properties"), key, f"{kind}, {named[0]}")


def _uses(user: Resource) -> bool:
    """It is no part of the API itself, nor of what SAM makes for it."""
    return not user.type.startswith(("AWS::ApiGateway", "AWS::Lambda::Permission"))


@rule(
    "W9356",
    "Some of the function's routes are on another API",
    symptom="SAM makes a second API for them, with an address and without the authorizers and CORS of the first, on "
    "which they answer 404.",
    fix="Set ApiId (RestApiId) of every event to the API of the template.",
    source=f"{_SAM}/sam-property-function-httpapi.html",
)
def routes_apart(graph: Graph) -> Iterator[Place]:
    """A function with events of both kinds, where nothing refers to the API that SAM makes. E9203 comes first."""
    told = {place.path for place in implicit_api.query(graph)}
    events = [(api, route) for api in graph.apis for route in api.routes or () if "Events" in route.place.path]
    named = {route.function for api, route in events if api.resource}
    for api, route in events:
        meant = api.id in graph.resources.in_outputs or any(map(_uses, graph.resources.users(api.id)))
        if api.resource is None and not meant and route.function in named and route.place.path not in told:
            yield replace(route.place, value=f"{route.method} {route.path}")


@rule(
    "E9204",
    "Changes of the routes are never published",
    symptom="Every request answers 404 although the routes are there.",
    fix="Set AutoDeploy: true on the stage.",
    source=f"{_GATEWAY}/http-api-stages.html",
)
def no_auto_deploy(graph: Graph) -> Iterator[Place]:
    for stage in graph.of("AWS::ApiGatewayV2::Stage"):
        api = graph.named(stage.properties.get("ApiId"), "AWS::ApiGatewayV2::Api")
        deployments = graph.of("AWS::ApiGatewayV2::Deployment")
        manual = "DeploymentId" in stage.properties or any(
            api_id(d.properties) == api_id(stage.properties) for d in deployments
        )
        automatic = stage.properties.flag("AutoDeploy") or stage.properties.unknown("AutoDeploy")
        if api and not manual and not automatic:
            yield at(stage.properties, "AutoDeploy")


@rule(
    "E9207",
    "The integration does not say its payload format",
    symptom="The deployment fails: PayloadFormatVersion is a required parameter for integration, or is not supported.",
    fix='Set PayloadFormatVersion: "2.0" (payloadFormatVersion in a document).',
    source=f"{_GATEWAY}/http-api-develop-integrations-lambda.html",
)
def payload_format(graph: Graph) -> Iterator[Place]:
    for integration in graph.of("AWS::ApiGatewayV2::Integration"):
        properties = integration.properties
        http = _protocol(properties, graph) is Protocol.HTTP
        if http and properties.get("IntegrationType") == "AWS_PROXY" and "PayloadFormatVersion" not in properties:
            yield at(properties, "PayloadFormatVersion")
    for one in (one for api in graph.apis if api.protocol is Protocol.HTTP for one in api.operations):
        calls = graph.function(one.integration.get("uri"))
        if (
            calls
            and str(one.integration.get("type")).lower() == "aws_proxy"
            and "payloadFormatVersion" not in one.integration
        ):
            yield at(one.integration, "payloadFormatVersion", f"{one.method} {one.path}")
    for holder, key in _payload_versions(graph):
        if known(holder.get(key)) and str(holder.get(key)) not in ("1.0", "2.0"):
            yield at(holder, key)


def _payload_versions(graph: Graph) -> Iterator[tuple[Object, str]]:
    for integration in graph.of("AWS::ApiGatewayV2::Integration"):
        yield from below(integration.properties, "PayloadFormatVersion")
    for function in graph.of("AWS::Serverless::Function"):
        yield from below(function.properties, "Events.*.Properties.PayloadFormatVersion")
    for api in graph.apis:
        yield from (found for one in api.operations for found in below(one.integration, "payloadFormatVersion"))


def _protocol(properties: Object, graph: Graph) -> Protocol | None:
    return next((api.protocol for api in graph.apis if api.id == api_id(properties)), None)


@rule(
    "E9208",
    "The API has a route without a target, or no stage",
    symptom="Every request answers 404; a Target that is no path makes the deployment fail.",
    fix="Give every route a Target (integrations/${Integration}), and the API a stage (AWS::ApiGatewayV2::Stage, "
    "StageName $default; for a REST API AWS::ApiGateway::Stage).",
    source=f"{_GATEWAY}/http-api-stages.html",
)
def route_without_target(graph: Graph) -> Iterator[Place]:
    for route in graph.of("AWS::ApiGatewayV2::Route"):
        target = route.properties.get("Target")
        named = graph.named(target)
        other = named is not None and named.type != "AWS::ApiGatewayV2::Integration"
        formed = _TARGET.fullmatch(str(target)) or graph.resources.unclear(target)
        wrong = target is None or not formed or other
        if _protocol(route.properties, graph) is Protocol.HTTP and wrong:
            yield at(route.properties, "Target", target or f"{route.properties.text('RouteKey')} without a target")
    staged = {api_id(stage.properties) for stage in graph.of("AWS::ApiGatewayV2::Stage", "AWS::ApiGateway::Stage")}
    unclear = any(graph.named(f"${{{name}}}") is None for name in staged)
    deployed = {api_id(found.properties) for found in graph.of("AWS::ApiGateway::Deployment")}
    for api in graph.apis:
        plain = api.resource is not None and api.resource.type == "AWS::ApiGatewayV2::Api"
        lost = (plain and api.protocol is Protocol.HTTP) or (api.protocol is Protocol.REST and api.id in deployed)
        if lost and api.stages is None and api.id not in staged and not unclear:
            yield at(api.properties, value="no stage")
    bare = (stage.properties for stage in graph.of("AWS::ApiGateway::Stage") if "DeploymentId" not in stage.properties)
    yield from (at(stage, "StageName", "no DeploymentId") for stage in bare)


@rule(
    "E9219",
    "The route is not written as API Gateway wants it",
    symptom="The deployment fails: invalid route key, or a path that does not start with a slash. What looks like "
    "another framework's variable (:id, <id>, *) is taken as it stands, so requests answer 404.",
    fix="Write $default, or one method in capitals and a path: GET /items/{id}; a {proxy+} comes last. A PathPart of a "
    "REST API is one part, without a slash.",
    source=f"{_GATEWAY}/http-api-develop-routes.html",
)
def route_form(graph: Graph) -> Iterator[Place]:
    for route in graph.of("AWS::ApiGatewayV2::Route"):
        key = route.properties.text("RouteKey")
        protocol = _protocol(route.properties, graph) if known(key) else None
        wrong = not _ROUTE_KEY.fullmatch(key) or _FOREIGN.search(key)
        of_socket = key.startswith("$") and key not in ("$connect", "$disconnect", "$default")
        if (protocol is Protocol.HTTP and wrong) or (protocol is Protocol.WEBSOCKET and of_socket):
            yield at(route.properties, "RouteKey")
    for part in graph.of("AWS::ApiGateway::Resource"):
        name = part.properties.text("PathPart")
        above = graph.named(part.properties.get("ParentId"), part.type)
        if "/" in name or _FOREIGN.search(f"/{name}") or (above and above.properties.text("PathPart").endswith("+}")):
            yield at(part.properties, "PathPart")
    by_sam = (route for api in graph.apis if api.protocol is not Protocol.WEBSOCKET for route in api.routes or ())
    for found in by_sam:
        right = found.path.startswith(("/", "$default")) and "+}/" not in found.path and found.method in _METHODS
        if (
            "Events" in found.place.path
            and known(f"{found.method} {found.path}")
            and not (right and not _FOREIGN.search(found.path))
        ):
            yield replace(found.place, value=f"{found.method} {found.path}")


@rule(
    "I9209",
    "The API takes any number of requests",
    symptom="Somebody who calls it in a loop runs up the bill.",
    fix="Set ThrottlingRateLimit and ThrottlingBurstLimit in DefaultRouteSettings.",
    source=f"{_GATEWAY}/http-api-throttling.html",
)
def no_throttle(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost. Only for APIs behind a distribution."""
    for origin in graph.origins(Kind.API):
        api = graph.api(origin)
        if api and api.protocol is Protocol.HTTP and not any(_limits(api, graph)):
            yield at(api.properties, "DefaultRouteSettings")


def _limits(api: Api, graph: Graph) -> Iterator[Object]:
    """The throttling settings of an API and its stages that say anything."""
    stages = (stage for stage in graph.of("AWS::ApiGatewayV2::Stage") if api_id(stage.properties) == api.id)
    for holder in (api.properties, *(stage.properties for stage in stages)):
        for key in ("DefaultRouteSettings", "RouteSettings"):
            settings = holder.object(key)
            nested = (value for value in settings.values() if isinstance(value, Object))
            yield from (found for found in (settings, *nested) if any("Throttling" in key for key in found))


@rule(
    "E9210",
    "The throttling lets nothing through",
    symptom="Every request answers 429 Too Many Requests.",
    fix="Set ThrottlingRateLimit and ThrottlingBurstLimit above zero.",
    source=f"{_GATEWAY}/http-api-throttling.html",
)
def throttle_zero(graph: Graph) -> Iterator[Place]:
    """One limit without the other is left alone: SAM's own examples set only one."""
    http = (api for api in graph.apis if api.protocol is Protocol.HTTP)
    rest = (stage.properties.objects("MethodSettings") for stage in graph.of(*_REST_STAGES))
    for settings in (*(one for api in http for one in _limits(api, graph)), *(one for group in rest for one in group)):
        for key in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
            if settings.number(key) == 0:
                yield at(settings, key)


@rule(
    "E9211",
    "A web ACL cannot be associated with an HTTP API or a distribution",
    symptom="The deployment fails: WAFInvalidParameterException on RESOURCE_ARN.",
    fix="Set WebACLId of the distribution (of the one in front of the API) to the Arn of a web ACL of scope "
    "CLOUDFRONT.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html",
)
def web_acl_on_http_api(graph: Graph) -> Iterator[Place]:
    http = {api.id for api in graph.apis if api.protocol is Protocol.HTTP}
    for association in graph.of("AWS::WAFv2::WebACLAssociation"):
        arn = association.properties.text("ResourceArn")
        if "/apis/" in arn or ":distribution/" in arn or http & set(symbols(arn)):
            yield at(association.properties, "ResourceArn")
