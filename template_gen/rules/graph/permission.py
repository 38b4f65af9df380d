"""AWS::Lambda::Permission: which requests of an API a SourceArn lets through.

`arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`; for a catch-all of an HTTP API `API/STAGE/$default`. Without
a SourceArn every request comes through.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
"""

import re
from typing import Any, Final

from template_gen.rules.graph.api import FUNCTIONS, Api, Protocol, Route
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, known, symbols

# An ARN is cut at its colons, but for those in a symbol such as ${AWS::Region}.
_REQUESTS: Final = re.compile(r"arn:(?:[^:]|\$\{[^}]*\})*:execute-api:((?:\$\{[^}]*\}|[^:/])*:){2}(?P<request>.*)")
_VARIABLE: Final = re.compile(r"(?<!\$)\{[^}]*\}")
CALLS: Final = ("lambda:InvokeFunction", "lambda:Invoke*", "lambda:*", "*")


def lets_through(permission: Object, api: Api, route: Route | None, resources: Resources) -> bool:
    """API Gateway may call the function for this route (for whatever route, when None), as far as one can tell."""
    return is_call(permission) and _covers(permission.text("SourceArn"), api, route, resources)


def lets_authorize(permission: Object, api: Api, resources: Resources) -> bool:
    """The same for a Lambda authorizer, whose requests come from API/authorizers/ID, of no stage."""
    request = _REQUESTS.fullmatch(permission.text("SourceArn"))
    if request is None or not is_call(permission):
        return lets_through(permission, api, None, resources)
    name, _, pattern = request["request"].partition("/")
    return _same_api(name, api, resources) and (not known(pattern) or _fits(pattern, "authorizers/id"))


def is_call(permission: Object) -> bool:
    """It lets API Gateway call functions, for whatever source."""
    principal, action = permission.text("Principal"), permission.text("Action")
    calls = action in CALLS or not known(action)
    return calls and (principal.startswith("apigateway.") or not known(principal))


def _covers(arn: str, api: Api, route: Route | None, resources: Resources) -> bool:
    request = _REQUESTS.fullmatch(arn)
    if request is None:
        return not _of_another_service(arn, api)
    name, slash, pattern = request["request"].partition("/")
    return _same_api(name, api, resources) and bool(slash) and _fits_route(pattern, api, route)


def _of_another_service(arn: str, api: Api) -> bool:
    """It is no source of a request: the ARN of the API itself, or of something else."""
    named = api.id in {symbol.split(".")[0] for symbol in symbols(arn)}
    return named or bool(arn and known(arn) and ":execute-api:" not in arn)


def _same_api(name: str, api: Api, resources: Resources) -> bool:
    """An API of the template gets its id only when it is made: a literal one is another's."""
    if re.fullmatch(r"[a-z0-9]{10}", name):
        return False
    named = {symbol.split(".")[0] for symbol in symbols(name)}
    return api.id in named or not any(symbol in resources for symbol in named)


def _fits_route(pattern: str, api: Api, route: Route | None) -> bool:
    """`*`, `*/GET/items/*` or `*/$default`, against the requests of one route; a `*` also takes slashes."""
    stage, _, below_it = pattern.partition("/")
    if route is None or not known(below_it) or not known(route.path) or api.protocol is Protocol.WEBSOCKET:
        return True
    if not known(stage):  # the CDK names its stage by reference
        return _fits(_open(below_it), _request(route))
    clear = api.stages is not None and all(map(known, api.stages))
    stages = api.stages if clear and api.stages else (pattern.split("/", maxsplit=1)[0],)
    return any(_fits(_open(pattern), f"{stage}/{_request(route)}") for stage in stages)


def _request(route: Route) -> str:
    """A route as ARNs have it; what may be anything is a `*`, which only a `*` takes."""
    method = "*" if route.method == "ANY" else route.method
    return route.path if route.path == "$default" else f"{method}/{_open(route.path.lstrip('/'))}"


def _open(path: str) -> str:
    return _VARIABLE.sub("*", path)


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def same_target(one: Any, other: Any, resources: Resources) -> bool:
    """Both texts mean the function itself, or the same alias of it, as far as one can tell.

    A permission is of what it names alone: one for the function says nothing about its aliases.
    """
    left, right = qualifier(one, resources), qualifier(other, resources)
    return left is None or right is None or left == right


def qualifier(value: Any, resources: Resources) -> str | None:
    """The name of the alias that a text means (of a version its logical id), "" for the function itself, None when
    unclear."""
    for symbol in symbols(value):
        name, _, attribute = symbol.partition(".")
        found = resources.named(f"${{{name}}}")
        if found is None and name in resources.made_by_sam:
            return None if name.endswith("Url") else _by_sam(resources.made_by_sam[name], resources)
        if found and found.type == "AWS::Lambda::Alias":
            return _if_known(found.properties.text("Name"))
        if found and found.type == "AWS::Lambda::Version":
            return found.id
        if found and found.type in FUNCTIONS:
            return _of_function(found, attribute, str(value).partition(f"${{{symbol}}}")[2], resources)
    return None


def _of_function(function: Resource, attribute: str, rest: str, resources: Resources) -> str | None:
    """`${Function.Alias}` is the alias that SAM makes; `${Function.Arn}:live` and the like name one by its text."""
    if attribute in ("Alias", "Version"):
        return _by_sam(function.id, resources) if attribute == "Alias" else None
    written = rest.partition("/")[0].removeprefix(":")
    if not rest.startswith(":") or written == "$LATEST":
        return ""
    return written if re.fullmatch(r"[A-Za-z_-][\w-]*", written) else None  # a stage variable, a number, a reference


def _by_sam(function: str, resources: Resources) -> str | None:
    """The alias that SAM makes for the function, "" when it makes none."""
    found = resources.named(f"${{{function}}}")
    return _if_known(found.properties.text("AutoPublishAlias")) if found else None


def _if_known(name: str) -> str | None:
    return name if known(name) else None
