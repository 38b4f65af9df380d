"""Evaluate a template's functions as far as the template itself tells: one value for one world.

A world (worlds.py) fixes the parameters and the conditions, so `Fn::If` has one branch here. What cannot be evaluated
becomes a text with a `${...}` in it (values.py) and never a guess: a rule that meets one stays silent.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from template_gen.rules.values import SYMBOL, Object, Path, known, number, symbols

ABSENT: Final = object()
_SUB = re.compile(r"\$\{([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{(resolve:.*?)\}\}(?!\})")
_FOR_EACH = "Fn::ForEach::"

# What an attribute will be, as far as its form is known; {id} is the logical id.
_URL = "https://{symbol}.lambda-url.{region}.on.aws/"
_ENDPOINT = "https://{symbol}.execute-api.{region}.amazonaws.com"
_ATTRIBUTES: Final[Mapping[tuple[str, str], str]] = {
    ("AWS::Serverless::HttpApi", "ApiEndpoint"): _ENDPOINT,
    ("AWS::ApiGatewayV2::Api", "ApiEndpoint"): _ENDPOINT,
    ("AWS::ApiGatewayV2::Api", "ApiId"): "{symbol}",
    ("AWS::ApiGateway::RestApi", "RestApiId"): "{symbol}",
    ("AWS::Lambda::Url", "FunctionUrl"): _URL,
    ("AWS::S3::Bucket", "Arn"): "arn:{partition}:s3:::{symbol}",
    ("AWS::S3::Bucket", "DomainName"): "{symbol}.s3.amazonaws.com",
    ("AWS::S3::Bucket", "RegionalDomainName"): "{symbol}.s3.{region}.amazonaws.com",
    ("AWS::S3::Bucket", "DualStackDomainName"): "{symbol}.s3.dualstack.{region}.amazonaws.com",
    ("AWS::S3::Bucket", "WebsiteURL"): "http://{symbol}.s3-website-{region}.amazonaws.com",
    ("AWS::DynamoDB::Table", "Arn"): "arn:{partition}:dynamodb:{region}:${{AWS::AccountId}}:table/{symbol}",
    ("AWS::Lambda::Function", "Arn"): "arn:{partition}:lambda:{region}:${{AWS::AccountId}}:function:{symbol}",
    ("AWS::Serverless::Function", "Arn"): "arn:{partition}:lambda:{region}:${{AWS::AccountId}}:function:{symbol}",
    ("AWS::ECR::Repository", "Arn"): "arn:{partition}:ecr:{region}:${{AWS::AccountId}}:repository/{symbol}",
    ("AWS::ECR::Repository", "RepositoryUri"): "${{AWS::AccountId}}.dkr.ecr.{region}.amazonaws.com/{symbol}",
    ("AWS::CloudFront::Distribution", "Id"): "{symbol}",
    ("AWS::CloudFront::OriginAccessControl", "Id"): "{symbol}",
    ("AWS::CloudFront::CachePolicy", "Id"): "{symbol}",
    ("AWS::CloudFront::OriginRequestPolicy", "Id"): "{symbol}",
    ("AWS::CloudFront::ResponseHeadersPolicy", "Id"): "{symbol}",
    ("AWS::CloudFront::Function", "FunctionMetadata.FunctionARN"): "{symbol}",
    ("AWS::CloudFront::Function", "FunctionARN"): "{symbol}",
    ("AWS::Route53::HostedZone", "Id"): "{symbol}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean in one world: parameter values, conditions, the region, and loop variables."""

    region: str
    resources: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()  # the NoEcho parameters; their values stay unknown
    owner: str = ""

    @property
    def partition(self) -> str:
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rsplit("-", 2)[0], "aws")


def evaluate(value: Any, scope: Scope, path: Path = ()) -> Any:
    """The value in this world, or ABSENT for `AWS::NoValue`; `path` is where it is written."""
    match value:
        case dict():
            return _mapping(value, scope, path)
        case list():
            items = (evaluate(item, scope, (*path, index)) for index, item in enumerate(value))
            return [item for item in items if item is not ABSENT]
        case str():
            return _literal(value, scope)
        case _:
            return value


def _literal(value: str, scope: Scope) -> str:
    if "{" not in value:
        return value
    return _dynamic(_bind(value, scope.variables).replace("${", "${!"))


def _dynamic(whole: str) -> str:
    """`{{resolve:...}}` is looked up when the stack is deployed."""
    return _DYNAMIC.sub(lambda found: "${?" + re.sub(r"[{}$]", "", found[1]) + "}", whole)


def _mapping(value: dict[str, Any], scope: Scope, path: Path) -> Any:
    if len(value) == 1:
        (name, argument), *_ = value.items()
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope, (*path, name))
        if isinstance(name, str) and name.startswith("Fn::") and not name.startswith(_FOR_EACH):
            return unknown(value)
    if "Fn::Transform" in value:
        return unknown(value)
    result = Object(path, scope.owner)
    for key, item, within, where in entries(value, scope, path):
        evaluated = evaluate(item, within, where)
        if evaluated is not ABSENT:
            result[key] = evaluated
    return result


def entries(value: Mapping[str, Any], scope: Scope, path: Path) -> list[tuple[str, Any, Scope, Path]]:
    """The keys of a mapping, with every `Fn::ForEach` loop over a known collection written out."""
    found = []
    for key, item in value.items():
        if isinstance(key, str) and key.startswith(_FOR_EACH):
            found += _loop(item, scope, (*path, key))
        else:
            found.append((_bind(str(key), scope.variables), item, scope, (*path, key)))
    return found


def _loop(argument: Any, scope: Scope, path: Path) -> list[tuple[str, Any, Scope, Path]]:
    if not (isinstance(argument, list) and len(argument) == 3 and isinstance(argument[2], dict)):
        return []
    variable, collection, body = argument
    items = evaluate(collection, scope)
    if (
        not isinstance(variable, str)
        or not isinstance(items, list)
        or not all(isinstance(item, str) and known(item) for item in items)
    ):
        return []
    scopes = [replace(scope, variables={**scope.variables, variable: item}) for item in items]
    return [entry for within in scopes for entry in entries(body, within, (*path, 2))]


def _bind(text: str, variables: Mapping[str, str]) -> str:
    for name, value in variables.items():
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", re.sub(r"\W|_", "", value))
    return text


def unknown(value: Any) -> str:
    """A stand-in for what nothing in the template tells; equal for equal expressions."""
    return "${?" + re.sub(r"[{}$]", "", json.dumps(value, sort_keys=True, default=str)) + "}"


def text(value: Any) -> str:
    """A value inside a longer text: numbers and truth values as CloudFormation prints them."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else unknown(value)


def _ref(name: Any, scope: Scope, _path: Path = ()) -> Any:
    if not isinstance(name, str):
        return unknown(name)
    if name in scope.variables:
        return scope.variables[name]
    name = _bind(name, scope.variables)
    return _pseudo(name, scope) if name.startswith("AWS::") else scope.parameters.get(name, f"${{{name}}}")


def _pseudo(name: str, scope: Scope) -> Any:
    match name:
        case "AWS::NoValue":
            return ABSENT
        case "AWS::Region":
            return scope.region
        case "AWS::Partition":
            return scope.partition
        case "AWS::URLSuffix":
            return "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"
        case _:
            return f"${{{name}}}"


def _get_att(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else evaluate(argument, scope)
    if not (isinstance(parts, list) and len(parts) >= 2 and all(isinstance(part, str) for part in parts)):
        return unknown(argument)
    name, attribute = _bind(parts[0], scope.variables), ".".join(parts[1:])
    resource = scope.resources.get(name)
    kind = resource.get("Type") if isinstance(resource, dict) else None
    # SAM makes the function URL of a function as a resource of its own, named after it.
    if resource is None and attribute == "FunctionUrl":
        kind = "AWS::Lambda::Url"
    form = _ATTRIBUTES.get((str(kind), attribute), "${{{name}.{attribute}}}")
    return form.format(
        symbol=f"${{{name}}}", name=name, attribute=attribute, region=scope.region, partition=scope.partition
    )


def _sub(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    template, local = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(template, str) or not isinstance(local, dict):
        return unknown(argument)
    values = {name: evaluate(item, scope) for name, item in local.items()}

    def name_value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return match[0]
        if name in values:
            return text(values[name])
        is_attribute = ("." in name and name.split(".")[0] in scope.resources) or name.endswith(".FunctionUrl")
        return text(_get_att(name, scope) if is_attribute else _ref(name, scope))

    return _dynamic(_SUB.sub(name_value, template))


def _join(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    match evaluate(argument, scope):
        case [str(separator), list(items)] if not any(isinstance(item, dict | list) for item in items):
            return _dynamic(separator.join(text(item) for item in items))
        case _:
            return unknown(argument)


def _split(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    match evaluate(argument, scope):
        case [str(separator), str(whole)] if separator and not _may_contain(whole, scope):
            names = list(symbols(whole))
            parts = SYMBOL.sub("\0", whole).split(separator)
            return [re.sub("\0", lambda _: f"${{{names.pop(0)}}}", part) for part in parts]
        case _:
            return unknown({"Fn::Split": argument})


def _may_contain(whole: str, scope: Scope) -> bool:
    """An unknown part might itself hold the separator, unless it is the name of a resource or the account's number."""
    plain = ((name.isalnum() and name not in scope.parameters) or name == "AWS::AccountId" for name in symbols(whole))
    return not all(plain)


def _select(argument: Any, scope: Scope, path: Path = ()) -> Any:
    match evaluate(argument, scope, path):
        case [index, list(items)] if (position := number(index)) is not None and 0 <= position < len(items):
            return items[position]
        case _:
            return unknown({"Fn::Select": argument})


def _if(argument: Any, scope: Scope, path: Path = ()) -> Any:
    if not (isinstance(argument, list) and len(argument) == 3 and str(argument[0]) in scope.conditions):
        return unknown({"Fn::If": argument})
    branch = 1 if scope.conditions[str(argument[0])] else 2
    return evaluate(argument[branch], scope, (*path, branch))


def _find_in_map(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    keys = evaluate(argument, scope)
    if not isinstance(keys, list) or len(keys) < 3:
        return unknown({"Fn::FindInMap": argument})
    found: Any = scope.mappings
    for key in keys[:3]:
        found = found.get(text(key)) if isinstance(found, dict) else None
    if found is not None:
        return evaluate(found, scope)
    # A key that is known and missing takes the default of AWS::LanguageExtensions.
    if len(keys) == 4 and isinstance(keys[3], Object) and all(known(key) for key in keys[:3]):
        return keys[3].get("DefaultValue", unknown(argument))
    return unknown({"Fn::FindInMap": argument})


def _length(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    items = evaluate(argument, scope)
    return len(items) if isinstance(items, list) else unknown({"Fn::Length": argument})


def _to_json(argument: Any, scope: Scope, _path: Path = ()) -> Any:
    return json.dumps(evaluate(argument, scope), default=str)


_FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope, Path], Any]]] = {
    "Ref": _ref,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
}
