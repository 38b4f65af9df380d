"""The same template in other words: what a rule finds must not depend on how a value is written.

A spelling takes a template (data) and gives one that CloudFormation evaluates to the same resources.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Spell = Callable[[Any], Any]
Spelling = Callable[[dict[str, Any]], dict[str, Any]]
_FUNCTION: Final = re.compile(r"Ref|Condition|Fn::\w+")


def _each_value(template: dict[str, Any], spell: Spell) -> dict[str, Any]:
    """Every value below Properties, innermost first, in other words; what SAM reads itself stays as it is."""
    resources = {name: _spelled(body, spell) for name, body in template["Resources"].items()}
    return {**template, "Resources": resources}


def _spelled(resource: dict[str, Any], spell: Spell) -> dict[str, Any]:
    return {**resource, "Properties": _below(resource.get("Properties", {}), spell)}


def _below(value: Any, spell: Spell) -> Any:
    match value:
        case {"Fn::Sub": [_, _]} | {"Fn::If": _}:
            return value
        case dict() if _is_function(value):
            return spell(value)
        case dict():
            return {key: item if key in _READ_BY_SAM else _below(item, spell) for key, item in value.items()}
        case list():
            return [_below(item, spell) for item in value]
        case _:
            return spell(value)


_READ_BY_SAM: Final = ("Events", "Policies", "AutoPublishAlias", "Statement", "SnapStart", "LifecyclePolicyText")


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and all(_FUNCTION.fullmatch(str(key)) for key in value)


def behind_parameters(template: dict[str, Any]) -> dict[str, Any]:
    """Every text is the default of a parameter."""
    parameters = dict(template.get("Parameters", {}))

    def spell(value: Any) -> Any:
        if not isinstance(value, str) or not value or "{{" in value:
            return value
        name = "Text" + hashlib.sha256(value.encode()).hexdigest()[:8]
        parameters[name] = {"Type": "String", "Default": value}
        return {"Ref": name}

    return {**_each_value(template, spell), "Parameters": parameters}


def behind_mappings(template: dict[str, Any]) -> dict[str, Any]:
    """Every text is looked up in a mapping."""
    texts: dict[str, dict[str, str]] = {}

    def spell(value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return value
        name = "Text" + hashlib.sha256(value.encode()).hexdigest()[:8]
        texts[name] = {"Value": value}
        return {"Fn::FindInMap": ["Texts", name, "Value"]}

    return {**_each_value(template, spell), "Mappings": {**template.get("Mappings", {}), "Texts": texts}}


def with_subs(template: dict[str, Any]) -> dict[str, Any]:
    """References are `Fn::Sub`, and texts too; a list has no text."""
    lists = {name for name, body in template.get("Parameters", {}).items() if "List" in body["Type"]}

    def spell(value: Any) -> Any:
        match value:
            case {"Ref": str(name)} if name not in {"AWS::NoValue", *lists}:
                return {"Fn::Sub": f"${{{name}}}"}
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return {"Fn::Sub": ["${Found}", {"Found": {"Fn::GetAtt": f"{name}.{attribute}"}}]}
            case str() if "$" not in value and "{" not in value:
                return {"Fn::Sub": value}
            case _:
                return value

    return _each_value(template, spell)


def with_joins(template: dict[str, Any]) -> dict[str, Any]:
    """As the CDK writes it: `Fn::Join` for every text with a reference in it."""

    def spell(value: Any) -> Any:
        match value:
            case {"Fn::Sub": str(text)}:
                return {"Fn::Join": ["", [_part(part) for part in re.split(r"(\$\{[^}]*\})", text) if part]]}
            case _:
                return value

    return _each_value(template, spell)


def _part(part: str) -> Any:
    if not part.startswith("${"):
        return part
    name, _, attribute = part[2:-1].partition(".")
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}


def under_a_condition(template: dict[str, Any]) -> dict[str, Any]:
    """Every value is there by the default of a parameter, and another one otherwise."""
    spelled = _each_value(template, lambda value: {"Fn::If": ["AsWritten", value, value]})
    parameters = {**template.get("Parameters", {}), "Mode": {"Type": "String", "Default": "a"}}
    conditions = {**template.get("Conditions", {}), "AsWritten": {"Fn::Equals": [{"Ref": "Mode"}, "a"]}}
    return {**spelled, "Parameters": parameters, "Conditions": conditions}


def with_hashed_ids(template: dict[str, Any]) -> dict[str, Any]:
    """Logical ids as the CDK makes them."""
    ids = {name: name + hashlib.sha256(name.encode()).hexdigest()[:8].upper() for name in template["Resources"]}
    made_by_sam = {f"{name}Url": f"{new}Url" for name, new in ids.items() if f"{name}Url" not in ids}
    renamed: dict[str, Any] = _renamed(template, ids | made_by_sam)
    return renamed | {"Resources": {ids[name]: body for name, body in renamed["Resources"].items()}}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case {"Ref": str(name)}:
            return {"Ref": names.get(name, name)}
        case {"Fn::GetAtt": [name, attribute]}:
            return {"Fn::GetAtt": [names.get(name, name), attribute]}
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": re.sub(r"\$\{(\w+)", lambda found: "${" + names.get(found[1], found[1]), text)}
        case dict():
            return {key: item if key == "Type" else _renamed(item, names) for key, item in value.items()}
        case list():
            return [_renamed(item, names) for item in value]
        case str():
            return names.get(value, value)  # an alarm's dimension, a dependency
        case _:
            return value


SPELLINGS: Final[tuple[Spelling, ...]] = (
    behind_parameters,
    behind_mappings,
    with_subs,
    with_joins,
    under_a_condition,
    with_hashed_ids,
)
