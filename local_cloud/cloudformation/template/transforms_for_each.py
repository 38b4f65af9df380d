"""Expands Fn::ForEach of AWS::LanguageExtensions.

The rule: a loop is replaced by its copies, in its place and in its order. Source: the user guide on Fn::ForEach.
`${Name}` becomes the item, `&{Name}` the item without what is not alphanumeric.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import EMPTY, Environment, TemplateError
from local_cloud.cloudformation.template.structure import FOR_EACH
from local_cloud.cloudformation.values import UNKNOWN, is_unknown, text

SECTIONS = ("Conditions", "Resources", "Outputs")
NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


def expanded(body: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """The body with every loop in Conditions, Resources and Outputs expanded. Raises TemplateError."""
    template = replace(EMPTY, mappings=body.get("Mappings", {}))
    resolver = Resolver(template, environment, lambda _logical_id, _attribute: UNKNOWN)
    return {key: _expanded(value, resolver) if key in SECTIONS else value for key, value in body.items()}


def _expanded(node: Any, resolver: Resolver) -> Any:
    match node:
        case Mapping():
            members: dict[str, Any] = {}
            for key, value in node.items():
                members |= (
                    _loop(key, value, resolver) if key.startswith(FOR_EACH) else {key: _expanded(value, resolver)}
                )
            return members
        case list():
            return [_expanded(item, resolver) for item in node]
    return node


def _loop(key: str, loop: Any, resolver: Resolver) -> dict[str, Any]:
    match loop:
        case [str() as name, collection, Mapping() as fragment]:
            items = resolver.value(collection)
        case _:
            raise TemplateError(f"{key} layout is incorrect")
    if not isinstance(items, list) or is_unknown(items):
        raise TemplateError(f"{key} could not be resolved: its collection is not a list of strings")
    copies: dict[str, Any] = {}
    for item in map(text, items):
        copies |= _expanded(_with(name, item, fragment), resolver)
    return copies


def _with(name: str, item: str, node: Any) -> Any:
    """The fragment's copy for one item."""
    match node:
        case {"Ref": str() as target} if target == name:
            return item
        case str():
            return node.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", NOT_ALPHANUMERIC.sub("", item))
        case Mapping():
            return {_with(name, item, key): _with(name, item, value) for key, value in node.items()}
        case list():
            return [_with(name, item, each) for each in node]
    return node
