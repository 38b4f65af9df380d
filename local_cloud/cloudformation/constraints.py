"""Checks a call's parameters against the API's own model: required fields, lengths, patterns and enumerations.

The rule: botocore's model of CloudFormation decides; no operation and no field is named here.
Texts: `validation error detected`, as AWS's services print it for every such constraint.
"""

import re
from collections.abc import Iterator, Mapping, Sized
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_cloud.cloudformation.errors import ApiError, validation_error
from local_cloud.wire import cloudformation


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Raise AWS's ValidationError for parameters that the operation's model does not allow."""
    shape = cloudformation().operation_model(operation).input_shape
    if shape and (found := list(_broken(shape, params, ""))):
        raise refusal(*found)


def refusal(*constraints: str) -> ApiError:
    """`2 validation errors detected: Value '…' at '…' failed to satisfy constraint: …; Value …`"""
    errors = "error" if len(constraints) == 1 else "errors"
    return validation_error(f"{len(constraints)} validation {errors} detected: {'; '.join(constraints)}")


def broken(field: str, value: Any, constraint: str) -> str:
    """A constraint that a value does not satisfy; `field` is in the service's own spelling."""
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{field}' failed to satisfy constraint: {constraint}"


def _broken(shape: Shape, value: Any, field: str) -> Iterator[str]:
    match shape:
        case StructureShape():
            yield from _in_structure(shape, value, field)
        case ListShape():
            yield from _sizes(shape, value, field, _listed(value))
            yield from _in_list(shape, value, field)
        case MapShape():
            yield from _sizes(shape, value, field, value)
        case _:
            yield from (broken(field, value, each) for each in _constraints(shape, value))


def _in_structure(shape: StructureShape, value: Mapping[str, Any], field: str) -> Iterator[str]:
    for name, member in shape.members.items():
        inside = f"{field}.{_spelt(name)}" if field else _spelt(name)
        if value.get(name) is not None:
            yield from _broken(member, value[name], inside)
        elif name in shape.required_members:
            yield broken(inside, None, "Member must not be null")


def _in_list(shape: ListShape, values: list[Any], field: str) -> Iterator[str]:
    """Wrong members are reported together, for their list; structures each by its number."""
    if isinstance(shape.member, StructureShape):
        for number, item in enumerate(values, 1):
            yield from _broken(shape.member, item, f"{field}.{number}.member")
        return
    wrong = dict.fromkeys(text for item in values for text in _constraints(shape.member, item))
    if wrong:
        yield broken(field, _listed(values), f"Member must satisfy constraint: [{', '.join(wrong)}]")


def _constraints(shape: Shape, value: Any) -> Iterator[str]:
    rules = shape.metadata
    if "enum" in rules and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], str(value)):
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}"
    measure, size = ("length", len(value)) if isinstance(value, str) else ("value", value)
    yield from _limits(shape, size, measure)


def _sizes(shape: Shape, value: Sized, field: str, shown: Any) -> Iterator[str]:
    yield from (broken(field, shown, each) for each in _limits(shape, len(value), "length"))


def _limits(shape: Shape, size: int, measure: str) -> Iterator[str]:
    rules = shape.metadata
    if "max" in rules and size > rules["max"]:
        yield f"Member must have {measure} less than or equal to {rules['max']}"
    if "min" in rules and size < rules["min"]:
        yield f"Member must have {measure} greater than or equal to {rules['min']}"


def _listed(values: list[Any]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _spelt(name: str) -> str:
    """StackName is `stackName`, RoleARN `roleARN`."""
    return name[:1].lower() + name[1:]
