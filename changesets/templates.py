"""Reads templates as far as a deployer must: which resources there are, their policies, what each waits for.

The rule: nothing is resolved or checked here; CloudFormation does that. Short forms (`!Ref`, `!Sub`, ...) become
long ones, so that a part of a YAML template can be written as JSON. Whatever is not a template reads as an empty one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from changesets import models

Body = Mapping[str, Any]
NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)[^}]*\}")


def read(template: Any) -> Body:
    """A template's body from JSON or YAML text, or from GetTemplate's answer (a mapping if it was JSON)."""
    if isinstance(template, Mapping):
        return template
    try:
        body = json.loads(template)
    except ValueError:
        body = _read_yaml(template)
    return body if isinstance(body, Mapping) else {}


@lru_cache(maxsize=8)  # a run reads the same few many times
def _read_yaml(text: str) -> Any:
    import yaml

    fast: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, if PyYAML was built with it

    class Loader(fast):  # type: ignore[valid-type, misc]
        """SafeLoader with CloudFormation's short forms; a class of its own, so that other YAML is not affected."""

    Loader.add_multi_constructor("!", _long_form)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: str(node.value))
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError:
        return {}


def _long_form(loader: Any, tag: str, node: Any) -> dict[str, Any]:
    """`!Ref Topic` as `{"Ref": "Topic"}`."""
    whole = {} if node.id == "scalar" else {"deep": True}
    value = getattr(loader, f"construct_{node.id}")(node, **whole)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


def resources(body: Body) -> dict[str, Body]:
    """Logical id to resource."""
    found = body.get("Resources")
    return (
        {name: each for name, each in found.items() if isinstance(each, Mapping)} if isinstance(found, Mapping) else {}
    )


def type_of(body: Body, logical_id: str) -> str:
    """The type of a resource, "" if there is none of that name."""
    return str(resources(body).get(logical_id, {}).get("Type", ""))


def has_nested(body: Body) -> bool:
    """Are there stacks in the stack?"""
    return any(each.get("Type") in NESTED for each in resources(body).values())


def deletion_policy(body: Body, logical_id: str) -> str:
    """What happens to the resource when its stack is deleted. Databases default to Snapshot, all else to Delete."""
    resource = resources(body).get(logical_id, {})
    snapshot = resource.get("Type") in ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
    return str(resource.get("DeletionPolicy", "Snapshot" if snapshot else "Delete"))


# AWS CDK's custom resources that empty a bucket or repository when they are deleted
_EMPTYING = {"AWS::S3::Bucket": "Custom::S3AutoDeleteObjects", "AWS::ECR::Repository": "Custom::ECRAutoDeleteImages"}


def empties_itself(body: Body, logical_id: str) -> bool:
    """Can the resource be deleted although it is full? Buckets and repositories refuse, unless the template says so."""
    every = resources(body)
    resource = every.get(logical_id, {})
    emptying = _EMPTYING.get(str(resource.get("Type")))
    flag = (resource.get("Properties") or {}).get("EmptyOnDelete", False)
    return str(flag).lower() != "false" or any(each.get("Type") == emptying for each in every.values() if emptying)


def parameters(body: Body) -> frozenset[str]:
    """The names of the Parameters."""
    return frozenset(body.get("Parameters") or ())


def secrets(body: Body) -> frozenset[str]:
    """The names of the Parameters whose values CloudFormation never shows (NoEcho)."""
    found = body.get("Parameters") or {}
    return frozenset(name for name, each in found.items() if str(each.get("NoEcho", "")).lower() == "true")


def dependencies(body: Body) -> dict[str, frozenset[str]]:
    """For each resource, the others that CloudFormation creates first: Ref, GetAtt, Sub and DependsOn."""
    every = resources(body)
    return {name: frozenset(_mentions(each)) & every.keys() - {name} for name, each in every.items()}


def _mentions(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _named(key, each)
            yield from _mentions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _mentions(each)


def _named(key: str, value: Any) -> Iterator[str]:
    match key, value:
        case "Ref", str():
            yield value
        case "Fn::GetAtt", [str() as name, *_]:
            yield name
        case "Fn::GetAtt", str():
            yield value.split(".")[0]
        case "DependsOn", str():
            yield value
        case "DependsOn", list():
            yield from (each for each in value if isinstance(each, str))
        case "Fn::Sub", str() | [str(), *_]:
            yield from _REFERENCE.findall(value if isinstance(value, str) else value[0])
        case _:
            pass


def properties(body: Body, logical_id: str) -> Body:
    """The properties of a resource as they are written, {} if there is none of that name."""
    found = resources(body).get(logical_id, {}).get("Properties")
    return found if isinstance(found, Mapping) else {}


def named(value: Any, written: Any) -> Any:
    """What a change set says of a resource, with the name in the template for each value that is known later."""
    match value, written:
        case models.KNOWN_LATER, _:
            return "".join(_names(written)) or value
        case Mapping(), Mapping():
            return {key: named(each, written.get(key)) for key, each in value.items()}
        case list(), list() if len(value) == len(written):
            return [named(*each) for each in zip(value, written, strict=True)]
        case _:
            return value


def _names(written: Any) -> Iterator[str]:
    """Table.Arn of {"Fn::GetAtt": ["Table", "Arn"]}; nothing of what chooses between values."""
    match written:
        case (str() as word) | {"Ref": str() as word} | {"Fn::GetAtt": str() as word} | {"Fn::Sub": str() as word}:
            yield word
        case {"Fn::GetAtt": [*words]}:
            yield ".".join(map(str, words))
        case {"Fn::Join": ["", [*parts]]}:
            yield from (name for part in parts for name in _names(part))


def part(body: Body, logical_ids: frozenset[str]) -> str:
    """A template of these resources alone, as JSON, each with the Retain policy that an import requires.

    Parameters, conditions and mappings stay; outputs and DependsOn go. The caller must avoid references to other
    resources.
    """
    kept = ("AWSTemplateFormatVersion", "Description", "Transform", "Parameters", "Mappings", "Conditions", "Rules")
    chosen = {name: _without_order(each) for name, each in resources(body).items() if name in logical_ids}
    policies = {name: {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"} for name in chosen}
    return json.dumps(
        {key: body[key] for key in kept if key in body}
        | {"Resources": {name: {**each, **policies[name]} for name, each in chosen.items()}}
    )


def _without_order(resource: Body) -> Body:
    """What exists already need not be made after something."""
    return {key: each for key, each in resource.items() if key != "DependsOn"}


def self_contained(body: Body, logical_ids: frozenset[str]) -> frozenset[str]:
    """Those of the ids that refer to no other resources: what `part` can be made of."""
    needs = dependencies({"Resources": {name: _without_order(each) for name, each in resources(body).items()}})
    chosen = logical_ids & needs.keys()
    while outside := {name for name in chosen if not needs[name] <= chosen}:
        chosen -= outside
    return frozenset(chosen)
