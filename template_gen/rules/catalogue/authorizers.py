"""Who may call an API: tokens and the authorizers that read them, and what is left open beside them."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Api, Graph, Object
from template_gen.rules.graph.api import api_id
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_SAM: Final = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"
_POOL: Final = "AWS::Cognito::UserPool"
_COGNITO: Final = re.compile(
    r"https://cognito-idp(?:-fips)?\.(?P<region>[^/]+?)\.amazonaws\.com(\.cn)?/(?P<pool>[^/]+)"
)
_POOL_ID: Final = re.compile(r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)_\w+")
_SOURCE: Final = re.compile(r"\$(request\.(header|querystring)\.[\w-]+|context\.[\w.]+|stageVariables\.[\w.]+)")
_AUTHORIZERS: Final = ("AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::Authorizer")
# Type of an authorizer -> what a route or method says that asks for it.
_ASKED_BY: Final = {
    "JWT": "JWT", "REQUEST": "CUSTOM", "TOKEN": "CUSTOM", "COGNITO_USER_POOLS": "COGNITO_USER_POOLS",
}  # fmt: skip
_BY_TOKEN: Final = ("JWT", "CUSTOM", "COGNITO_USER_POOLS")
_WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _jwt(graph: Graph) -> Iterator[tuple[Object, Object]]:
    """The settings of every JWT authorizer of an HTTP API, and the mapping that has its identity source."""
    for found in graph.of("AWS::ApiGatewayV2::Authorizer"):
        if found.properties.get("AuthorizerType") == "JWT":
            yield found.properties.object("JwtConfiguration"), found.properties
    for api in graph.of("AWS::Serverless::HttpApi"):
        for one in api.properties.object("Auth").object("Authorizers").values():
            if isinstance(one, Object) and isinstance(one.get("JwtConfiguration"), Object):
                yield one.object("JwtConfiguration"), one
    for documented in graph.apis:
        for scheme in schemes(documented).values():
            one = scheme.object("x-amazon-apigateway-authorizer") if isinstance(scheme, Object) else Object()
            if one.get("type") == "jwt" and not one.unknown("jwtConfiguration"):
                yield one.object("jwtConfiguration"), one


def schemes(api: Api) -> Object:
    """The security schemes of an API's OpenAPI (or Swagger) document."""
    found = api.document.object("components").object("securitySchemes")
    return found or api.document.object("securityDefinitions")


def _key(holder: Object, name: str) -> str:
    """SAM takes `issuer` as well as `Issuer`."""
    return next((key for key in holder if key.lower() == name.lower()), name)


@rule(
    "E9257",
    "The issuer is not the address that signs the tokens",
    symptom='Every request answers 401 {"message":"Unauthorized"}, or the deployment fails: invalid issuer.',
    fix="For a user pool write !Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool} (or !GetAtt "
    "UserPool.ProviderURL): with https://, without a closing slash or /.well-known.",
    source=f"{_GATEWAY}/http-api-jwt-authorizer.html",
)
def issuer_form(graph: Graph) -> Iterator[Place]:
    """A user pool's issuer is the pool's own address, not that of its sign-in pages; others may end with a slash."""
    for config, _ in _jwt(graph):
        key = _key(config, "issuer")
        issuer = config.text(key)
        if issuer and _no_issuer(issuer, graph):
            yield at(config, key)


def _no_issuer(issuer: str, graph: Graph) -> bool:
    plain = known(issuer) and not issuer.startswith("https://")
    attribute = re.fullmatch(r"\$\{\w+(\.(Arn|ProviderName|ClientId|UserPoolId))?\}", issuer) is not None
    of_cognito = graph.named(issuer, _POOL, "AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolDomain")
    if plain or (attribute and of_cognito) or ".well-known" in issuer or ".amazoncognito.com" in issuer:
        return True
    return "://cognito-idp" in issuer and _no_pool(issuer, graph)


def _no_pool(issuer: str, graph: Graph) -> bool:
    match = _COGNITO.fullmatch(issuer)
    if match is None:
        return True
    literal = _POOL_ID.fullmatch(match["pool"])
    elsewhere = literal is not None and known(match["region"]) and literal["region"] != match["region"]
    return elsewhere or graph.named(match["pool"], "AWS::Cognito::UserPoolClient") is not None


@rule(
    "E9258",
    "The audience is none that the tokens are for",
    symptom='Every request answers 401 {"message":"Unauthorized"}, or the deployment fails: no audience.',
    fix="Name the clients of the user pool: Audience: [!Ref UserPoolClient].",
    source=f"{_GATEWAY}/http-api-jwt-authorizer.html",
)
def audience_missing(graph: Graph) -> Iterator[Place]:
    for config, _ in _jwt(graph):
        key = _key(config, "audience")
        listed = [name for name in config.texts(key) if name]
        if key not in config or config.get(key) in ([], ""):
            yield at(config, key, "no audience")
        yield from (at(config, key, name) for name in listed if graph.named(name, _POOL))


@rule(
    "E9259",
    "The token is looked for where no request has one",
    symptom='Every request answers 401 {"message":"Unauthorized"}, or the deployment fails: invalid identity source.',
    fix="Write $request.header.Authorization (method.request.header.Authorization is for REST APIs).",
    source=f"{_GATEWAY}/http-api-jwt-authorizer.html#http-api-jwt-authorizer.identity-sources",
)
def identity_source(graph: Graph) -> Iterator[Place]:
    for _, holder in _jwt(graph):
        key = _key(holder, "IdentitySource")
        for source in (one for text in holder.texts(key) for one in text.split(",")):
            if known(source) and not _SOURCE.fullmatch(source.strip()):
                yield at(holder, key, source)
    for found in graph.of("AWS::ApiGateway::Authorizer"):
        for source in found.properties.text("IdentitySource").split(","):
            if source.strip().startswith("$") and known(source):
                yield at(found.properties, "IdentitySource")


@rule(
    "W9260",
    "An authorizer is there, and nothing asks for it",
    symptom="Everybody may call the API without a token.",
    fix="Set DefaultAuthorizer in Auth (Auth: {Authorizer: X} of an event; AuthorizationType and AuthorizerId of a "
    "route or method).",
    source=f"{_SAM}/sam-property-httpapi-httpapiauth.html",
)
def authorizer_unused(graph: Graph) -> Iterator[Place]:
    """Not where the API is an OpenAPI document, which may name authorizers itself."""
    for api in graph.of("AWS::Serverless::HttpApi", "AWS::Serverless::Api"):
        auth = api.properties.object("Auth")
        documented = api.properties.keys() & {"DefinitionBody", "DefinitionUri"}
        asked = auth.get("DefaultAuthorizer") or documented or _asked_by_event(graph)
        if auth.object("Authorizers") and not asked and api.id in {found.id for found in graph.apis if found.routes}:
            yield at(auth, "Authorizers", ", ".join(auth.object("Authorizers")))
    for found in graph.of(*_AUTHORIZERS):
        of = next((api for api in graph.apis if api.id == api_id(found.properties)), None)
        outside = found.id in graph.resources.in_outputs or any(graph.resources.users(found.id))
        if of and of.routes and not of.document and not outside:
            yield at(found.properties, "Name", found.properties.text("Name") or found.id)


def _asked_by_event(graph: Graph) -> bool:
    """Some event has settings of its own."""
    events = (f.properties.object("Events").values() for f in graph.functions.values() if f.is_sam)
    found = (event for group in events for event in group if isinstance(event, Object))
    return any(event.object("Properties").object("Auth").get("Authorizer") not in (None, "NONE") for event in found)


@rule(
    "E9261",
    "The route names an authorizer and does not ask for its kind",
    symptom="The deployment fails: the authorizer's type does not match; or, with AuthorizationType NONE, everybody "
    "may call the route.",
    fix="Set AuthorizationType to JWT for a JWT authorizer, CUSTOM for a Lambda one, COGNITO_USER_POOLS for a user "
    "pool of a REST API.",
    source=f"{_GATEWAY}/http-api-access-control.html",
)
def authorization_type(graph: Graph) -> Iterator[Place]:
    for found in graph.of("AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method"):
        asked = found.properties.get("AuthorizationType", "NONE")
        authorizer = graph.named(found.properties.get("AuthorizerId"), *_AUTHORIZERS)
        given = authorizer.properties if authorizer else Object()
        wanted = _ASKED_BY.get(given.text("AuthorizerType") or given.text("Type"))
        if wanted and known(asked) and asked != wanted:
            yield at(found.properties, "AuthorizationType", f"{asked}; the authorizer's is {wanted}")


@rule(
    "W9262",
    "Reading needs a token, writing at the same path needs none",
    symptom="Everybody may change or delete what only users may see.",
    fix="Give the route the AuthorizationType and AuthorizerId of the other routes.",
    source=f"{_GATEWAY}/http-api-access-control.html",
)
def open_for_writing(graph: Graph) -> Iterator[Place]:
    found = [one.properties for one in graph.of("AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method")]
    guarded = {_place(one) for one in found if _method(one) == "GET" and one.get("AuthorizationType") in _BY_TOKEN}
    for one in found:
        is_open = one.get("AuthorizationType", "NONE") == "NONE" and "ApiKeyRequired" not in one
        if _method(one) in _WRITING and is_open and _place(one) in guarded:
            yield at(one, "RouteKey" if "RouteKey" in one else "HttpMethod")


def _method(properties: Object) -> str:
    return (properties.text("RouteKey").partition(" ")[0] or properties.text("HttpMethod")).upper()


def _place(properties: Object) -> tuple[str, str]:
    """API and path (a REST API's resource) of a route or method."""
    return api_id(properties), properties.text("RouteKey").partition(" ")[2] or properties.text("ResourceId")


@rule(
    "W9263",
    "An API key is asked for, and no usage plan knows one",
    symptom='Every request answers 403 {"message":"Forbidden"}: a key counts only within a usage plan of the stage.',
    fix="Add an AWS::ApiGateway::UsagePlan with ApiStages, an ApiKey and a UsagePlanKey (SAM: Auth: {UsagePlan: "
    "{CreateUsagePlan: PER_API}}).",
    source=f"{_GATEWAY}/api-gateway-api-usage-plans.html",
)
def key_without_plan(graph: Graph) -> Iterator[Place]:
    """The plan may be another stack's: silent when the API's id is an output."""
    plans = any(graph.of("AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey"))
    for api in graph.of("AWS::Serverless::Api"):
        auth = api.properties.object("Auth")
        if auth.flag("ApiKeyRequired") and "UsagePlan" not in auth and not plans and _is_closed(api.id, graph):
            yield at(auth, "ApiKeyRequired")
    yield from _keys_nobody_has(graph)
    for method in graph.of("AWS::ApiGateway::Method"):
        required = method.properties.flag("ApiKeyRequired")
        if required and not plans and _is_closed(api_id(method.properties), graph):
            yield at(method.properties, "ApiKeyRequired")


def _keys_nobody_has(graph: Graph) -> Iterator[Place]:
    """Keys that no usage plan knows, and keys that are switched off."""
    joined = {one.properties.text("KeyId") for one in graph.of("AWS::ApiGateway::UsagePlanKey")}
    for key in graph.of("AWS::ApiGateway::ApiKey"):
        free = f"${{{key.id}}}" not in joined and "StageKeys" not in key.properties
        outside = key.id in graph.resources.in_outputs or any(graph.resources.users(key.id))
        if key.properties.flag("Enabled") is False:
            yield at(key.properties, "Enabled", "the key is switched off")
        elif free and not outside and not graph.resources.unclear(list(joined)):
            yield at(key.properties, value=f"key {key.id}, in no usage plan")


def _is_closed(api: str, graph: Graph) -> bool:
    """Nothing tells other stacks the API's bare id."""
    outputs = graph.template.get("Outputs")
    exported = outputs.values() if isinstance(outputs, dict) else ()
    return not any(isinstance(one, dict) and one.get("Value") == {"Ref": api} for one in exported)


@rule(
    "E9347",
    "The API has no authorizer of that name",
    symptom="The deployment fails: Unable to set Authorizer on API method, because it wasn't defined in the API's "
    "Authorizers.",
    fix="Write the name as it stands in Auth.Authorizers of the API; NONE, in capitals, opens a route.",
    source=f"{_SAM}/sam-property-httpapi-httpapiauth.html",
)
def authorizer_unknown(graph: Graph) -> Iterator[Place]:
    """SAM itself says so, when it transforms the template."""
    known_by_api: dict[str, set[str]] = {}
    for api in graph.of("AWS::Serverless::HttpApi", "AWS::Serverless::Api"):
        auth = api.properties.object("Auth")
        names = {*auth.object("Authorizers"), "NONE", "AWS_IAM"}
        if "Authorizers" not in auth or isinstance(auth.get("Authorizers"), Object):
            known_by_api[api.id] = names
            if known(auth.get("DefaultAuthorizer")) and auth.text("DefaultAuthorizer") not in ("", *names):
                yield at(auth, "DefaultAuthorizer")
    for auth, name in _auths(graph):
        asked = auth.text("Authorizer")
        if asked and known(asked) and asked not in known_by_api.get(name, {asked}):
            yield at(auth, "Authorizer")


def _auths(graph: Graph) -> Iterator[tuple[Object, str]]:
    """The Auth of each SAM event, and the logical id of its API."""
    for function in graph.functions.values():
        for event in function.properties.object("Events").values():
            given = event.object("Properties") if isinstance(event, Object) else Object()
            yield given.object("Auth"), api_id(given)
