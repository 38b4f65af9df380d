"""The kind of value that each member of a template must have: one table, checked before anything else reads it.

The rule: what passes can be read without asking again. Where a transform may still put something, anything passes.
The kinds are the template reference's; the texts are assumed, after those that are known (`Every … member must be …`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from local_cloud.cloudformation.template.model import TemplateError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: its Python types, its name in a refusal and, for text, the pattern that it has to match."""

    types: tuple[type, ...]
    said: str
    looks: str | None = None

    def fits(self, value: Any) -> bool:
        """Whether the value is of this kind."""
        if not isinstance(value, self.types):
            return False
        return self.looks is None or re.fullmatch(self.looks, str(value)) is not None


Shape: TypeAlias = "Kind | list[Shape] | Mapping[str, Shape]"

ANY = Kind((object,), "anything")
TEXT = Kind((str,), "a string")
SCALAR = Kind((str, int, float, bool), "a string")
NUMBER = Kind((str, int, float), "a number", r"[-+]?\d+(\.\d+)?")
MAP = Kind((Mapping,), "a map")
UNMADE = ("Fn::ForEach::", "Fn::Transform")
"""A loop or a snippet: its transform says what it is."""
EACH = "*"
"""The shape of every member whose name the table does not have."""

TEMPLATE: Mapping[str, Shape] = {
    "Parameters": {
        EACH: {
            "AllowedPattern": TEXT,
            "AllowedValues": [SCALAR],
            "ConstraintDescription": TEXT,
            "NoEcho": SCALAR,
            "Type": TEXT,
            **dict.fromkeys(("MaxLength", "MaxValue", "MinLength", "MinValue"), NUMBER),
        }
    },
    "Mappings": {EACH: {EACH: MAP}},
    "Conditions": {EACH: MAP},
    "Rules": {EACH: {"Assertions": [{"Assert": MAP, "AssertDescription": TEXT}], "RuleCondition": MAP}},
    "Resources": {EACH: {"Condition": TEXT, "CreationPolicy": MAP, "UpdatePolicy": MAP}},
    "Outputs": {EACH: {"Condition": TEXT, "Export": {"Name": ANY}}},
}


def check_shape(body: Mapping[str, Any], shape: Shape = TEMPLATE, name: str = "Template") -> None:
    """Raise TemplateError for the first member whose value is of the wrong kind."""
    match shape:
        case Kind():
            if not shape.fits(body):
                raise _refusal(name, shape.said)
        case list():
            if not isinstance(body, list):
                raise _refusal(name, "a list")
            for item in body:
                check_shape(item, shape[0], name)
        case Mapping():
            _check_members(body, shape, name)


def _check_members(body: Any, shape: Mapping[str, Shape], name: str) -> None:
    if not isinstance(body, Mapping):
        raise _refusal(name, "a map")
    for key, member in body.items():
        wanted = shape.get(key, shape.get(EACH))
        if wanted is not None and not key.startswith(UNMADE):
            check_shape(member, wanted, key if key in shape else name)


def _refusal(name: str, said: str) -> TemplateError:
    return TemplateError(f"Template format error: Every {name} member must be {said}.")
