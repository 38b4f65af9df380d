"""CORS: what a browser must be told before it shows another site's page an answer."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Api, Graph, Protocol
from template_gen.rules.graph.api import api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_SAM: Final = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"
_ORIGIN: Final = re.compile(r"\*|null|(https?://)?\*[^/\s]*|[a-zA-Z][\w+.-]*://[^/\s]+")
_ORIGIN_OF_API: Final = re.compile(r"\*|null|https?://\*|[a-zA-Z][\w+.-]*://[^/\s*]+")  # no wildcard within a name
_METHODS: Final = frozenset({"*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_ASKED_FOR: Final = frozenset({"PUT", "PATCH", "DELETE"})  # the other methods a browser sends without asking
_ASKS_FOR_TOKEN: Final = ("JWT", "CUSTOM", "AWS_IAM")


@rule(
    "E9240",
    "The browser's question before a request needs a token",
    symptom="Every request from another site ends with a CORS error: OPTIONS answers 401 or 403, because browsers send "
    "no token with it.",
    fix="Set AddDefaultAuthorizerToCorsPreflight: false in Auth of the AWS::Serverless::Api (AuthorizationType: NONE "
    "of an OPTIONS method).",
    source=f"{_SAM}/sam-property-api-apiauth.html",
)
def preflight_needs_token(graph: Graph) -> Iterator[Place]:
    """SAM adds the default authorizer to OPTIONS unless told not to."""
    for api in graph.of("AWS::Serverless::Api"):
        auth = api.properties.object("Auth")
        asked = auth.flag("AddDefaultAuthorizerToCorsPreflight") is not False
        unclear = auth.unknown("AddDefaultAuthorizerToCorsPreflight") or auth.unknown("DefaultAuthorizer")
        if api.properties.get("Cors") and auth.get("DefaultAuthorizer") and asked and not unclear:
            yield at(auth, "DefaultAuthorizer")
    for method in graph.of("AWS::ApiGateway::Method"):
        kind = method.properties.get("AuthorizationType", "NONE")
        mocked = method.properties.object("Integration").get("Type") == "MOCK"
        if method.properties.get("HttpMethod") == "OPTIONS" and mocked and known(kind) and kind != "NONE":
            yield at(method.properties, "AuthorizationType")


@rule(
    "E9244",
    "An origin that no browser sends",
    symptom="Requests from that site end with a CORS error: a browser's Origin has a scheme, a host, and no slash "
    "after them.",
    fix="Write https://www.example.com: with https:// and without a path or a closing slash.",
    source=f"{_GATEWAY}/http-api-cors.html",
)
def origin_form(graph: Graph) -> Iterator[Place]:
    """Of APIs, function URLs and buckets; only buckets take a wildcard within a name. A bare host name of a REST API is
    left alone: SAM's own pages write it."""
    for holder, key in _allowing(graph):
        for origin in holder.texts(key):
            plain = origin.strip("'") if key == "AllowOrigin" else origin
            judged = known(plain) and ("/" in plain or key != "AllowOrigin")
            form = _ORIGIN if key == "AllowedOrigins" else _ORIGIN_OF_API
            if judged and plain and not form.fullmatch(plain):
                yield at(holder, key, origin)


def _allowing(graph: Graph) -> Iterator[tuple[Object, str]]:
    """Every mapping that has allowed origins, with their key."""
    yield from (api.cors for api in graph.apis)
    for url in graph.urls.values():
        yield url.config.object("Cors"), "AllowOrigins"
    for bucket in graph.of("AWS::S3::Bucket"):
        yield from (
            (one, "AllowedOrigins") for one in bucket.properties.object("CorsConfiguration").objects("CorsRules")
        )


@rule(
    "E9357",
    "A method or header that no browser asks about",
    symptom="The deployment fails, or requests from another site end with a CORS error.",
    fix="Write methods in full (GET, PUT, DELETE) and, for HTTP APIs, every value plainly: * for '*'.",
    source=f"{_GATEWAY}/http-api-cors.html",
)
def value_form(graph: Graph) -> Iterator[Place]:
    """The quotes within quotes are for REST APIs."""
    for api in graph.apis:
        cors = api.cors[0] if api.protocol is Protocol.HTTP else Object()
        for key in ("AllowMethods", "AllowHeaders"):
            for value in filter(known, cors.texts(key)):
                if "'" in value or (key == "AllowMethods" and value.upper() not in _METHODS):
                    yield at(cors, key, value)


@rule(
    "W9245",
    "CORS does not allow the methods of the API's routes",
    symptom="The browser refuses the request: Method PUT is not allowed by Access-Control-Allow-Methods.",
    fix='Name the methods of the routes in AllowMethods, or "*" for all.',
    source=f"{_GATEWAY}/http-api-cors.html",
)
def cors_too_narrow(graph: Graph) -> Iterator[Place]:
    """Of APIs whose routes are known; GET, HEAD and POST need no permission of their own, and without AllowMethods SAM
    allows what a REST API's routes have."""
    for api in graph.apis:
        cors, origins = api.cors
        rest = api.protocol is Protocol.REST and "AllowMethods" in cors
        judged = origins in cors and (api.protocol is Protocol.HTTP or rest) and not cors.unknown("AllowMethods")
        listed = ",".join(cors.texts("AllowMethods")).replace("'", "")
        allowed = {method.strip().upper() for method in listed.split(",")}
        missing = ({route.method for route in api.routes or ()} & _ASKED_FOR) - allowed
        if judged and missing and "*" not in allowed:
            yield at(cors, "AllowMethods", f"without {', '.join(sorted(missing))}")


@rule(
    "I9246",
    "CORS does not allow the token's header",
    symptom="Another site's page cannot send a token: Request header field authorization is not allowed by "
    "Access-Control-Allow-Headers.",
    fix="Set AllowHeaders: [authorization, content-type].",
    source=f"{_GATEWAY}/http-api-cors.html",
)
def cors_without_token(graph: Graph) -> Iterator[Place]:
    """Informational: the token may be asked for by routes that no browser calls."""
    for api in graph.apis:
        cors, _ = api.cors
        judged = "AllowOrigins" in cors and api.protocol is Protocol.HTTP and not cors.unknown("AllowHeaders")
        headers = {header.lower() for header in cors.texts("AllowHeaders")}
        if judged and not headers & {"*", "authorization"} and _asks_for_token(api, graph):
            yield at(cors, "AllowHeaders")


def _asks_for_token(api: Api, graph: Graph) -> bool:
    by_default = bool(api.properties.object("Auth").get("DefaultAuthorizer"))
    routes = (route.properties for route in graph.of("AWS::ApiGatewayV2::Route"))
    asking = (route for route in routes if route.get("AuthorizationType") in _ASKS_FOR_TOKEN)
    return by_default or any(api_id(route) == api.id for route in asking)
