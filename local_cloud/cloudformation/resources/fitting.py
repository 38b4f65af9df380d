"""Calls an API operation with the properties of a resource type, fitted to its parameters.

The rule: botocore's model of the operation decides. What it does not know is left out, names match without regard to
case, text becomes the number or boolean that the model wants, and documents become JSON where it wants text.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_cloud.cloudformation.values import is_true, text

# Names that CloudFormation gives otherwise than the API, by the API's name in lower case.
RENAMED = {"isipv6enabled": "ipv6enabled", "customheaders": "origincustomheaders"}


def call(client: Any, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What the `operation`, by its name in the API, answers to the parameters that `properties` set."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    answer: dict[str, Any] = getattr(client, xform_name(operation))(**fit(properties, shape))
    return answer


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
    return json.dumps(value) if isinstance(value, dict | list) else text(value)


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": is_true,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "blob": lambda value: value if isinstance(value, bytes) else str(value).encode(),
    "string": _text,
}
