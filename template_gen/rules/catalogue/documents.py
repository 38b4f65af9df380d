"""OpenAPI documents of APIs: paths, methods and security schemes that API Gateway knows."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.catalogue.authorizers import schemes
from template_gen.rules.graph import Api, Graph, Object, Protocol
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_ITEM: Final = frozenset(
    {
        "get", "put", "post", "delete", "options", "head", "patch", "trace", "parameters", "summary", "description",
        "servers", "$ref",
    }
)  # fmt: skip
_PATH: Final = re.compile(r"(/(?![:<])[^*/]*)+|\$default|Fn::.*")


def _documents(graph: Graph) -> Iterator[tuple[Api, Object]]:
    """The paths of every API that is described by a document of this template."""
    yield from ((api, api.document.object("paths")) for api in graph.apis if api.document)


@rule(
    "E9358",
    "The document has a path or method that API Gateway does not know",
    symptom="The deployment fails: unable to parse API definition; or requests answer 404 or 403 Missing "
    "Authentication Token, since the method is left out.",
    fix="Begin a path with a slash and write variables as {id}; a method is get, post ... or "
    "x-amazon-apigateway-any-method.",
    source=f"{_GATEWAY}/api-gateway-swagger-extensions.html",
)
def document_form(graph: Graph) -> Iterator[Place]:
    for api, paths in _documents(graph):
        if api.protocol is Protocol.HTTP and "swagger" in api.document:
            yield at(api.document, "swagger", "an HTTP API wants openapi: 3.0.1")
        for path, item in paths.items():
            if known(path) and not _PATH.fullmatch(path):
                yield at(paths, path, path)
            for name in item if isinstance(item, Object) else ():
                if known(name) and name.lower() not in _ITEM and not name.lower().startswith(("x-", "fn::", "ref")):
                    yield at(item, name, f"{name} {path}")


@rule(
    "E9385",
    "The document has a method that leads nowhere",
    symptom="The deployment of a REST API fails: No integration defined for method; an HTTP API answers 500 or 404.",
    fix="Add x-amazon-apigateway-integration to the method, as the others have it: {type: aws_proxy, httpMethod: POST, "
    "uri: ...}.",
    source=f"{_GATEWAY}/api-gateway-swagger-extensions-integration.html",
)
def method_without_integration(graph: Graph) -> Iterator[Place]:
    """Only beside methods that have one: where none has, another tool may add them; SAM adds those of its events."""
    for api, _ in _documents(graph):
        by_event = {(route.method, route.path) for route in api.routes or () if "Events" in route.place.path}
        operations = list(api.operations)
        some = any(_INTEGRATION in one.body for one in operations)
        for one in operations if some and api.routes is not None else ():
            verb = "ANY" if one.method.startswith("x-") else one.method.upper()
            absent = _INTEGRATION not in one.body and not {"$ref", "Fn::Transform"} & one.body.keys()
            if absent and not {(verb, one.path), ("ANY", one.path)} & by_event:
                yield at(one.body, value=f"{one.method} {one.path}")


_INTEGRATION: Final = "x-amazon-apigateway-integration"


@rule(
    "E9359",
    "The document has no security scheme of that name",
    symptom="The deployment fails: no authorizer of that name; or everybody may call the method.",
    fix="Write the name as it stands in components.securitySchemes (securityDefinitions).",
    source=f"{_GATEWAY}/api-gateway-swagger-extensions-authorizer.html",
)
def scheme_unknown(graph: Graph) -> Iterator[Place]:
    for api, _ in _documents(graph):
        names = {*schemes(api), "api_key", "sigv4"}
        for holder in (api.document, *(one.body for one in api.operations)):
            for asked in holder.objects("security") if _says_all(api) else ():
                yield from (at(holder, "security", name) for name in asked if known(name) and name not in names)


@rule(
    "W9360",
    "The document has an authorizer, and nothing asks for it",
    symptom="Everybody may call the API without a token.",
    fix="Set security: [{<name>: []}] at the operations, or once for all at the top of the document.",
    source=f"{_GATEWAY}/api-gateway-swagger-extensions-authorizer.html",
)
def scheme_unused(graph: Graph) -> Iterator[Place]:
    for api, _ in _documents(graph):
        holders = [api.document, *(one.body for one in api.operations)]
        asked = {name for holder in holders for one in holder.objects("security") for name in one}
        clear = _says_all(api) and not any(holder.unknown("security") for holder in holders)
        for name, scheme in schemes(api).items() if clear else ():
            guards = isinstance(scheme, Object) and "x-amazon-apigateway-authorizer" in scheme
            if guards and not asked and any(api.operations):
                yield at(schemes(api), name, name)


def _says_all(api: Api) -> bool:
    """Which schemes there are stands in the document; where SAM has settings for the same API, it may add its own."""
    components = api.document.object("components")
    unclear = api.document.unknown("components") or components.unknown("securitySchemes")
    return not unclear and not api.document.unknown("securityDefinitions") and "Auth" not in api.properties
