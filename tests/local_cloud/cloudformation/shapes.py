"""Whether an answer is one that the API's model allows, and what of the model it uses.

The rule: botocore's model of CloudFormation decides; nothing here knows an operation or a field by name, but for one
thing in which AWS's own answers differ from their model.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_cloud.cloudformation.machine import StackStatus
from local_cloud.wire import cloudformation

TYPES: Mapping[str, type] = {"boolean": bool, "integer": int, "string": str, "timestamp": datetime}
WIDER: Mapping[str, type[StackStatus]] = {"ResourceStatus": StackStatus}
"""A stack's own events tell its statuses, which the model does not list (recorded)."""


def misfits(operation: str, answer: Mapping[str, Any]) -> list[str]:
    """What the operation's model does not allow in its answer, each with where it is."""
    shape = cloudformation().operation_model(operation).output_shape
    if shape is None:
        return [f"{operation} answers nothing"] if answer else []
    return list(_misfits(shape, answer, operation))


def members(shape: Shape | None) -> set[str]:
    """All that an answer of this shape may have, as `Structure.Member`."""
    found: set[str] = set()
    pending = [shape]
    while pending:
        match pending.pop():
            case StructureShape() as structure:
                new = {f"{structure.name}.{name}": member for name, member in structure.members.items()}
                pending += [member for name, member in new.items() if name not in found]
                found |= new.keys()
            case ListShape(member=inner) | MapShape(value=inner):
                pending.append(inner)
    return found


def present(shape: Shape | None, value: Any) -> Iterator[str]:
    """The members of the shape that an answer has."""
    match shape:
        case StructureShape():
            for name in shape.members.keys() & value.keys():
                yield f"{shape.name}.{name}"
                yield from present(shape.members[name], value[name])
        case ListShape():
            for item in value:
                yield from present(shape.member, item)
        case MapShape():
            for item in value.values():
                yield from present(shape.value, item)


def _misfits(shape: Shape, value: Any, where: str) -> Iterator[str]:
    match shape, value:
        case StructureShape(), Mapping():
            yield from _in_structure(shape, value, where)
        case ListShape(), list() | tuple():
            for item in value:
                yield from _misfits(shape.member, item, f"{where}[]")
        case MapShape(), Mapping():
            for item in value.values():
                yield from _misfits(shape.value, item, f"{where}{{}}")
        case _:
            yield from _in_scalar(shape, value, where)


def _in_structure(shape: StructureShape, value: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from (f"{where}.{name} is missing" for name in shape.required_members if name not in value)
    for name, item in value.items():
        if name in shape.members:
            yield from _misfits(shape.members[name], item, f"{where}.{name}")
        else:
            yield f"{where}.{name} is unknown"


def _in_scalar(shape: Shape, value: Any, where: str) -> Iterator[str]:
    wanted = TYPES.get(shape.type_name)
    allowed = [*shape.metadata.get("enum", [value]), *WIDER.get(shape.name, ())]
    if wanted is None or not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        yield f"{where} is no {shape.type_name}: {value!r}"
    elif value not in allowed:
        yield f"{where} is none of {shape.name}: {value}"
