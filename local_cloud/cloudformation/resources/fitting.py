"""Fits the properties of a resource type to the parameters of the API operation that creates it.

The rule: botocore's model of the operation decides. What it does not know is left out, names match without regard to
case, text becomes the number or boolean that the model wants, and documents become JSON where it wants text.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

# Names that CloudFormation gives otherwise than the API, by the API's name in lower case.
RENAMED = {"isipv6enabled": "ipv6enabled", "customheaders": "origincustomheaders"}


def fitted(client: Any, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of `operation` that `properties` set."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    parameters: dict[str, Any] = fit(properties, shape)
    return parameters


def fit(value: Any, shape: Shape) -> Any:
    """`value` as the shape wants it."""
    match shape:
        case StructureShape():
            return _structure(value, shape)
        case ListShape():
            return [fit(item, shape.member) for item in (value if isinstance(value, list) else [value])]
        case MapShape():
            return {str(key): fit(item, shape.value) for key, item in value.items()}
        case _:
            return _scalar(value, shape.type_name)


def _structure(value: Any, shape: StructureShape) -> dict[str, Any]:
    """CloudFront writes its lists as {Quantity, Items}; CloudFormation writes plain ones."""
    if isinstance(value, list):
        value = {"Quantity": len(value), **({"Items": value} if value else {})}
    given = {key.lower(): item for key, item in value.items()}
    wanted = {name: RENAMED.get(name.lower(), name.lower()) for name in shape.members}
    return {name: fit(given[key], shape.members[name]) for name, key in wanted.items() if key in given}


def _scalar(value: Any, type_name: str) -> Any:
    read = SCALARS.get(type_name)
    return read(value) if read else value


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": lambda value: str(value).lower() == "true",
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "blob": lambda value: value if isinstance(value, bytes) else str(value).encode(),
    "string": _text,
}
