"""Template text to plain dictionaries. The rule: JSON, YAML and YAML with short forms give the same value."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from local_cloud.cloudformation.template.model import TemplateError

if TYPE_CHECKING:
    from yaml import SafeLoader as _FastLoader
else:
    _FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastLoader):
    """Keys are strings, dates stay text, `!Sub` is `Fn::Sub`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {_key(key): value for key, value in super().construct_mapping(node, deep=deep).items()}


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
            if suffix == "GetAtt":
                value = str(value).split(".", 1)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _FastLoader.yaml_implicit_resolvers.items()
}
_Loader.add_multi_constructor("!", _short_form)


@lru_cache(maxsize=256)
def parse(text: str) -> dict[str, Any]:
    """The template as a dictionary, to be read only: it is shared between all who parse the same text.

    Raises TemplateError with CloudFormation's `Template format error` texts.
    """
    body = _json(text) if text.lstrip()[:1] == "{" else _yaml(text)
    if not isinstance(body, dict):
        raise TemplateError("Template format error: unsupported structure.")
    return body


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"(line {error.lineno}, column {error.colno})"
        raise TemplateError(f"Template format error: JSON not well-formed. {place}") from error


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TemplateError(f"Template format error: YAML not well-formed.{place}") from error
    except yaml.YAMLError as error:
        raise TemplateError("Template format error: YAML not well-formed.") from error
