"""Checks that whatever a template refers to exists, also in branches that are not taken.

The rule: no values are needed for that.
Texts: recorded for Resources and Outputs; from public AWS output for conditions, Fn::GetAtt and Fn::Sub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from local_cloud.cloudformation.schemas.provider import known, schema, unrecognized
from local_cloud.cloudformation.template.intrinsics import NAMES, SUB_VARIABLE, Reference
from local_cloud.cloudformation.template.model import Template, TemplateError

BLOCKS = ("Resources", "Outputs")
EXTENSIONS = {"Fn::Length", "Fn::ToJsonString"}
EXPANDED = ("Fn::ForEach::", "Fn::Transform")  # before there are references to check, or not at all
ATTRIBUTE = re.compile(r"[A-Za-z0-9.]+")


def references(node: Any) -> Iterator[tuple[str, Reference]]:
    """Each (function, reference) anywhere inside a raw node, in order."""
    match node:
        case {"Ref": str() as name} if len(node) == 1:
            yield "Ref", Reference(name)
        case {"Fn::GetAtt": [str() as name, attribute, *_]} if len(node) == 1:
            yield "Fn::GetAtt", Reference(name, str(attribute))
        case {"Fn::GetAtt": str() as dotted} if len(node) == 1:
            name, _, attribute = dotted.partition(".")
            yield "Fn::GetAtt", Reference(name, attribute)
        case {"Fn::Sub": str() as template} if len(node) == 1:
            yield from _sub(template, {})
        case {"Fn::Sub": [str() as template, Mapping() as variables]} if len(node) == 1:
            yield from _sub(template, variables)
            yield from references(list(variables.values()))
        case Mapping():
            for value in node.values():
                yield from references(value)
        case list():
            for value in node:
                yield from references(value)


def _sub(template: str, variables: Mapping[str, Any]) -> Iterator[tuple[str, Reference]]:
    for found in SUB_VARIABLE.finditer(template):
        name, _, attribute = found[2].strip().partition(".")
        if not found[1] and found[2].strip() not in variables:
            yield ("Fn::Sub", Reference(name, attribute)) if attribute else ("Ref", Reference(name))


def conditions_used(node: Any) -> Iterator[str]:
    """The conditions that Fn::If names anywhere inside a raw node."""
    match node:
        case {"Fn::If": [str() as name, *branches]} if len(node) == 1:
            yield name
            yield from conditions_used(branches)
        case Mapping():
            for value in node.values():
                yield from conditions_used(value)
        case list():
            for value in node:
                yield from conditions_used(value)


def check(template: Template, *, extended: bool = False, any_type: bool = False) -> None:
    """Raises TemplateError for types and functions that do not exist, then for the first section that refers to what
    does not. `extended` is whether AWS::LanguageExtensions lent its functions.
    """
    absent = unrecognized({each.type: None for each in template.resources.values()})
    if absent and not any_type:
        raise TemplateError(f"Template format error: Unrecognized resource types: [{', '.join(absent)}]")
    _check_functions(template, NAMES if extended else NAMES - EXTENSIONS)
    _check_conditions(template)
    for block in BLOCKS:
        _check_block(template, block)
    _check_attributes(template)


def _check_functions(template: Template, names: Set[str]) -> None:
    for block in BLOCKS:
        for name in _functions(template.body.get(block)):
            if name not in names and not name.startswith(EXPANDED):
                raise TemplateError(
                    f"Template error: Encountered unsupported function: {name} Supported functions are: "
                    f"[{', '.join(sorted(names))}]"
                )


def _functions(node: Any) -> Iterator[str]:
    """The names of everything that is written as a function."""
    match node:
        case Mapping():
            if len(node) == 1 and (name := next(iter(node))).startswith("Fn::"):
                yield name
            for value in node.values():
                yield from _functions(value)
        case list():
            for value in node:
                yield from _functions(value)


def _check_conditions(template: Template) -> None:
    unresolved = [
        reference.name
        for _, reference in references(template.conditions)
        if reference.name not in template.parameters and not reference.name.startswith("AWS::")
    ]
    if unresolved:
        raise TemplateError(
            f"Template format error: Unresolved dependencies [{', '.join(dict.fromkeys(unresolved))}]. "
            "Cannot reference resources in the Conditions block of the template"
        )
    for block, members in (("Resources", template.resources), ("Outputs", template.outputs)):
        for member in members.values():
            if member.condition is not None and member.condition not in template.conditions:
                raise TemplateError(
                    f"Template format error: Unresolved condition dependency {member.condition} "
                    f"in the {block} block of the template"
                )


def _check_block(template: Template, block: str) -> None:
    section = template.body.get(block) or {}
    for name in conditions_used(section):
        if name not in template.conditions:
            raise TemplateError(f"Template error: unresolved condition dependency {name} in Fn::If")
    unresolved = []
    for function, (name, attribute) in references(section):
        if name in template.resources or (attribute is None and (name in template.parameters or "::" in name)):
            continue
        if function == "Fn::GetAtt":
            raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        if function == "Fn::Sub":
            raise TemplateError(
                f"Template error: instance of Fn::Sub references invalid resource attribute {name}.{attribute}"
            )
        unresolved.append(name)
    if block == "Resources":
        unresolved += [
            name for each in template.resources.values() for name in each.depends_on if name not in template.resources
        ]
    if unresolved:
        raise unresolved_in(block, unresolved)


def _check_attributes(template: Template) -> None:
    """Only in resources: an output with a missing attribute fails after everything was created (recorded)."""
    for _, (name, attribute) in references([each.properties for each in template.resources.values()]):
        if attribute is None or not ATTRIBUTE.fullmatch(attribute):  # a Ref, or an attribute that is a function
            continue
        type = template.resources[name].type
        if known(type) and not schema(type).supports_attribute(attribute):
            raise TemplateError(
                f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )


def unresolved_in(block: str, names: list[str]) -> TemplateError:
    """The refusal of a reference to what does not exist, or not under its Condition."""
    listed = ", ".join(dict.fromkeys(names))
    return TemplateError(
        f"Template format error: Unresolved resource dependencies [{listed}] in the {block} block of the template"
    )
