"""The Details of a resource's change, from its properties before and after.

A `Spot` is a place in the properties whose value differs, or may differ because of what it refers to. The rule: with
property values, each spot that differs is listed by its path; without them, spots are listed by property, and those
that only may differ are listed too. AWS leaves the latter out when it is asked for values (recorded).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from local_cloud.cloudformation.schemas.provider import Recreation, Schema

Path = tuple[str, ...]
ABSENT: Final = object()
"""No value: the property is not there on this side."""


class Cause(NamedTuple):
    """What changed elsewhere and reaches a value by a reference; `certain` if the value surely changes with it."""

    source: str
    entity: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A place below Properties; `differs` if before and after are not the same value."""

    path: Path
    differs: bool
    causes: tuple[Cause, ...] = ()
    before: Any = ABSENT
    after: Any = ABSENT


def differing(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """The outermost places where two values (scalars as text) differ, with both values; ABSENT where there is none."""
    match before, after:
        case Mapping(), Mapping():
            for key in dict.fromkeys((*before, *after)):
                yield from differing(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
        case list(), list():
            for index in range(max(len(before), len(after))):
                yield from differing(_item(before, index), _item(after, index), (*path, str(index)))
        case _ if before is not after and before != after:
            yield path, before, after


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else ABSENT


def at(value: Any, path: Path) -> Any:
    """The value at a path, or ABSENT."""
    for part in path:
        match value:
            case Mapping():
                value = value.get(part, ABSENT)
            case list():
                value = _item(value, int(part))
            case _:
                return ABSENT
    return value


def details(spots: tuple[Spot, ...], schema: Schema, *, property_values: bool) -> list[dict[str, Any]]:
    """The Details of a resource's properties."""
    if property_values:
        return [detail for spot in spots if spot.differs for detail in _valued(spot, schema)]
    return list(_by_property(spots, schema))


def _valued(spot: Spot, schema: Schema) -> Iterator[dict[str, Any]]:
    target = {**_target(schema, spot.path[0], schema.recreation(spot.path)), **change("/Properties", spot)}
    yield from _told(target, spot.causes, direct=True)


def _by_property(spots: tuple[Spot, ...], schema: Schema) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys(spot.path[0] for spot in spots):
        own = [spot for spot in spots if spot.path[0] == name]
        recreation = max((schema.recreation(spot.path) for spot in own), key=SEVERITY.index)
        causes = tuple(dict.fromkeys(cause for spot in own for cause in spot.causes))
        yield from _told(_target(schema, name, recreation), causes, direct=any(spot.differs for spot in own))


SEVERITY = list(Recreation)


def _target(schema: Schema, name: str, recreation: Recreation) -> dict[str, Any]:
    if name == schema.tag_property:
        return {"Attribute": "Tags", "RequiresRecreation": recreation.value}
    return {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation.value}


def _told(target: dict[str, Any], causes: tuple[Cause, ...], *, direct: bool) -> Iterator[dict[str, Any]]:
    if direct:
        evaluation = "Dynamic" if causes else "Static"
        yield {"Target": target, "Evaluation": evaluation, "ChangeSource": "DirectModification"}
    for cause in causes:
        yield {
            "Target": target,
            "Evaluation": "Static" if cause.certain else "Dynamic",
            "ChangeSource": cause.source,
            "CausingEntity": cause.entity,
        }


def change(root: str, spot: Spot) -> dict[str, str]:
    """Path, values and kind of a spot, as a Target has them."""
    kind = "Add" if spot.before is ABSENT else "Remove" if spot.after is ABSENT else "Modify"
    sides = {"BeforeValue": spot.before, "AfterValue": spot.after}
    return {
        "Path": "/".join((root, *spot.path)),
        **{name: shown(value) for name, value in sides.items() if value is not ABSENT},
        "AttributeChangeType": kind,
    }


def shown(value: Any) -> str:
    """A value as one text: a scalar as it is, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
