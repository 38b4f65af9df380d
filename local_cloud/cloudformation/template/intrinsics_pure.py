"""The intrinsic functions that need nothing but their arguments.

Each takes its resolved argument; a wrong one raises TemplateError with CloudFormation's text. The rule: if anything in
the argument is UNKNOWN, so is the result.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.values import UNKNOWN, Unknown, is_unknown, text


def join(argument: Any) -> str:
    """Fn::Join: [delimiter, [text, ...]]."""
    match argument:
        case [str() as delimiter, list() as parts] if not any(isinstance(part, Mapping | list) for part in parts):
            return delimiter.join(map(text, parts))
    raise TemplateError(
        "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
        "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
    )


def split(argument: Any) -> list[str]:
    """Fn::Split: [delimiter, text]."""
    match argument:
        case [str() as delimiter, str() as source] if delimiter:
            return source.split(delimiter)
    raise TemplateError(
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to "
        "be split or a function that returns a string to be split."
    )


def select(argument: Any) -> Any:
    """Fn::Select: [index, list]. Only the chosen element counts: others may be unknown."""
    match argument:
        case [index, list() as items] if text(index).isdigit():
            if int(index) >= len(items):
                raise TemplateError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
            return items[int(index)]
        case [_, Unknown()] | [Unknown(), _]:
            return UNKNOWN
    raise TemplateError(
        "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
    )


def base64_encode(argument: Any) -> str:
    """Fn::Base64 of a text."""
    if isinstance(argument, Mapping | list):
        raise TemplateError("Template error: every Fn::Base64 object must have a String-typed value.")
    return base64.b64encode(text(argument).encode()).decode()


def cidr(argument: Any) -> list[str]:
    """Fn::Cidr: [block, count, bits]; bits of the host part, 8 unless said."""
    match argument:
        case [str() as block, count, *rest] if len(rest) <= 1:
            bits = int(rest[0]) if rest else 8
        case _:
            raise TemplateError("Template error: every Fn::Cidr object requires two or three parameters")
    try:
        network = ipaddress.ip_network(block, strict=False)
        return list(map(str, islice(network.subnets(new_prefix=network.max_prefixlen - bits), int(count))))
    except ValueError as error:
        raise TemplateError(f"Template error: Fn::Cidr cannot split {block} by {bits} bits") from error


def length(argument: Any) -> int | Unknown:
    """Fn::Length of a list (AWS::LanguageExtensions). Unknown elements count too."""
    if isinstance(argument, Unknown):
        return UNKNOWN
    if not isinstance(argument, list):
        raise TemplateError("Fn::Length only supports values of type array")
    return len(argument)


def to_json_string(argument: Any) -> str:
    """Fn::ToJsonString of an object or a list (AWS::LanguageExtensions)."""
    if not isinstance(argument, Mapping | list):
        raise TemplateError("Fn::ToJsonString only supports values of type object or array")
    return json.dumps(argument, separators=(",", ":"))


def _contagious(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda argument: UNKNOWN if is_unknown(argument) else function(argument)


PURE: Mapping[str, Callable[[Any], Any]] = {
    "Fn::Base64": _contagious(base64_encode),
    "Fn::Cidr": _contagious(cidr),
    "Fn::Join": _contagious(join),
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": _contagious(split),
    "Fn::ToJsonString": _contagious(to_json_string),
}
