"""Applies AWS::Include: adds a snippet from S3 to what is there already, which takes precedence.

Source: the template reference on AWS::Include; texts recorded or from public issues, the two marked assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import EMPTY, Environment, TemplateError
from local_cloud.cloudformation.values import UNKNOWN

INCLUDE = "AWS::Include"
FUNCTION = "Fn::Transform"
NO_LOCATION = "The location parameter is not a valid S3 uri."  # assumed
NO_BUCKET = "S3 bucket [{bucket}] does not exist."
NO_OBJECT = "S3 object [{location}] does not exist."  # assumed
NO_CONTENT = "The specified S3 object's content should be valid Yaml/JSON"


def included(body: Mapping[str, Any], environment: Environment) -> Mapping[str, Any]:
    """The body with every snippet in its place. Raises TemplateError."""
    resolver = Resolver(EMPTY, environment, lambda _logical_id, _attribute: UNKNOWN)
    whole: dict[str, Any] = {}
    for wanted in _of_the_whole(body.get("Transform")):
        whole |= _snippet(wanted, resolver)
    return {**whole, **_included(body, resolver)}


def _of_the_whole(declared: Any) -> Iterator[Mapping[str, Any]]:
    for each in declared if isinstance(declared, list) else [declared]:
        if isinstance(each, Mapping) and each.get("Name") == INCLUDE:
            yield each


def _included(node: Any, resolver: Resolver) -> Any:
    match node:
        case {"Fn::Transform": {"Name": "AWS::Include"} as wanted, **others}:
            return {**_snippet(wanted, resolver), **_included(others, resolver)}
        case Mapping():
            return {key: _included(value, resolver) for key, value in node.items()}
        case list():
            return [_included(item, resolver) for item in node]
    return node


def _snippet(wanted: Mapping[str, Any], resolver: Resolver) -> dict[str, Any]:
    location = resolver.value(wanted.get("Parameters", {})).get("Location")
    if not isinstance(location, str) or not location.startswith("s3://"):
        raise TemplateError(NO_LOCATION)
    try:
        found = yaml.safe_load(resolver.environment.include(location))
    except ValueError as problem:
        bucket = location.removeprefix("s3://").partition("/")[0]
        text = NO_BUCKET if "bucket" in str(problem) else NO_OBJECT
        raise TemplateError(text.format(bucket=bucket, location=location)) from None
    except yaml.YAMLError:  # a short form as !Ref is no plain YAML either
        found = None
    if not isinstance(found, dict):
        raise TemplateError(NO_CONTENT)
    return found
