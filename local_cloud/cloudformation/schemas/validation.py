"""Validates properties against a provider schema, by the JSON Schema keywords that AWS's schemas use.

The rule: UNKNOWN is always valid, and a scalar is valid if it can be written as the wanted type, as in CloudFormation.
Texts: those of CloudFormation's JSON validator, which leaves out the values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from local_cloud.cloudformation.values import Unknown, text

Document = Mapping[str, Any]

NAMES = {
    "array": "JSONArray",
    "boolean": "Boolean",
    "integer": "Integer",
    "number": "Number",
    "object": "JSONObject",
    "string": "String",
}
FORMS = {
    "boolean": re.compile(r"true|false", re.IGNORECASE),
    "integer": re.compile(r"[-+]?\d+(\.0*)?"),
    "number": re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"),
}


def kind_of(value: Any) -> str:
    """JSON Schema's word for a value."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
    return "array"


def _types(part: Document) -> list[str]:
    declared = part.get("type", [])
    return [declared] if isinstance(declared, str) else declared


def _fits(value: Any, wanted: str) -> bool:
    kind = kind_of(value)
    if wanted in ("object", "array") or kind in ("object", "array"):
        return kind == wanted
    return wanted == "string" or FORMS[wanted].fullmatch(text(value)) is not None


def resolved(document: Document, part: Document) -> Document:
    """The part, or what its $ref refers to."""
    while "$ref" in part:
        part = document["definitions"][part["$ref"].rsplit("/", 1)[-1]]
    return part


def violations(document: Document, part: Document, value: Any, path: str) -> Iterator[str]:
    """Each violation inside `value`, as `<path>: …`."""
    if isinstance(value, Unknown):
        return
    part = resolved(document, part)
    wanted = _types(part)
    if wanted and not any(_fits(value, each) for each in wanted):
        yield f"{path}: expected type: {NAMES[wanted[0]]}, found: {NAMES[kind_of(value)]}"
        return
    yield from _own(part, value, path)
    match value:
        case Mapping():
            yield from _members(document, part, value, path)
        case list() if isinstance(part.get("items"), Mapping):
            for index, item in enumerate(value):
                yield from violations(document, part["items"], item, f"{path}/{index}")
    yield from _combined(document, part, value, path)


def _own(part: Document, value: Any, path: str) -> Iterator[str]:
    for keyword, holds in KEYWORDS.items():
        if keyword in part and not holds(value, part[keyword]):
            yield f"{path}: failed validation constraint for keyword [{keyword}]"


def _members(document: Document, part: Document, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in part.get("required", []):
        if key not in value:
            yield f"{path}: required key [{key}] not found"
    closed = part.get("additionalProperties") is False and ("properties" in part or "patternProperties" in part)
    for key, member in value.items():
        own = _member(part, key)
        if own is not None:
            yield from violations(document, own, member, f"{path}/{key}")
        elif closed:
            yield f"{path}: extraneous key [{key}] is not permitted"


def _member(part: Document, key: str) -> Document | None:
    """The schema of an object's member, or None."""
    declared: Document | None = part.get("properties", {}).get(key)
    if declared is not None:
        return declared
    patterns: Mapping[str, Document] = part.get("patternProperties", {})
    return next((each for pattern, each in patterns.items() if _search(pattern, key)), None)


def _combined(document: Document, part: Document, value: Any, path: str) -> Iterator[str]:
    for each in part.get("allOf", []):
        yield from violations(document, each, value, path)
    for keyword, wrong in (("anyOf", "no subschema matched out of the total {}"), ("oneOf", "0 subschemas matched")):
        choices = part.get(keyword, [])
        if choices and not any(_matches(document, each, value) for each in choices):
            detail = wrong.format(f"{len(choices)} subschemas") if keyword == "anyOf" else f"{wrong} instead of one"
            yield f"{path}: #: {detail}"


def _matches(document: Document, part: Document, value: Any) -> bool:
    return next(violations(document, part, value, ""), None) is None


@lru_cache(maxsize=4096)
def _pattern(source: str) -> re.Pattern[str] | None:
    try:
        return re.compile(source)
    except re.error:
        return None


def _search(pattern: str, value: str) -> bool:
    """Whether the pattern occurs in the value; an ECMA pattern that Python cannot read is not checked."""
    found = _pattern(pattern)
    return found is None or found.search(value) is not None


def _number(value: Any) -> float:
    return float(text(value)) if FORMS["number"].fullmatch(text(value)) else 0.0


def _scalar(value: Any) -> bool:
    return not isinstance(value, Mapping | list)


KEYWORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, allowed: not _scalar(value) or text(value) in map(text, allowed),
    "const": lambda value, wanted: not _scalar(value) or text(value) == text(wanted),
    "pattern": lambda value, pattern: not isinstance(value, str) or _search(pattern, value),
    "minLength": lambda value, least: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most: not isinstance(value, str) or len(value) <= most,
    "minimum": lambda value, least: not _scalar(value) or _number(value) >= least,
    "maximum": lambda value, most: not _scalar(value) or _number(value) <= most,
    "minItems": lambda value, least: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda value, most: not isinstance(value, list) or len(value) <= most,
}
"""Whether a value satisfies a keyword; those of other kinds always do."""


def plain(violation: str) -> str:
    """A violation in the words of the types that are not validated by schema."""
    path, _, wrong = violation.partition(": ")
    where = path.removeprefix("#")
    if found := re.fullmatch(r"required key \[(.+)\] not found", wrong):
        return f"The property {{{where}/{found[1]}}} is required"
    if found := re.fullmatch(r"extraneous key \[(.+)\] is not permitted", wrong):
        return f"Encountered unsupported properties in {{{where or '/'}}}: [{found[1]}]"
    if found := re.fullmatch(r"expected type: (\w+), found: \w+", wrong):
        return f"Value of property {{{where}}} does not match type {{{found[1]}}}"
    return f"Value of property {{{where}}}: {wrong}"


def coerced(document: Document, part: Document, value: Any) -> Any:
    """The value with its scalars written as the types that the schema names."""
    part = resolved(document, part)
    match value:
        case Unknown():
            return value
        case Mapping():
            return {key: coerced(document, _member(part, key) or {}, member) for key, member in value.items()}
        case list():
            items = part.get("items", {})
            return [coerced(document, items if isinstance(items, Mapping) else {}, item) for item in value]
    wanted = _types(part)
    return _written(value, "string" if "string" in wanted else wanted[0]) if wanted else value


def _written(value: Any, wanted: str) -> Any:
    written = text(value)
    if wanted == "string":
        return written
    if wanted not in FORMS or not FORMS[wanted].fullmatch(written):
        return value
    if wanted == "boolean":
        return written.lower() == "true"
    return int(float(written)) if wanted == "integer" else float(written)
