"""AWS's query protocol from the server's side: form fields in, XML out.

The rule: botocore's own service model says the shapes; nothing here knows an operation or a field by name.
Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.etree import ElementTree

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.utils import parse_timestamp

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML document can hold, but a template can: a reader must get an answer all the same."""
Tree = dict[str, "Tree | str"]


class UnknownOperation(Exception):
    """The Action is none of this service's; the text is AWS's."""


class MalformedInput(ValueError):
    """A field that cannot be read as what the model wants there (AWS's code; the text is assumed)."""


@cache
def cloudformation() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("cloudformation", "service-2"), "cloudformation")


def parse(model: ServiceModel, form: Mapping[str, str]) -> tuple[OperationModel, dict[str, Any]]:
    """The operation that a request names, and its parameters in boto3's shapes.

    Raises UnknownOperation or MalformedInput.
    """
    action = form.get("Action", "")
    version = form.get("Version", "")
    if action not in model.operation_names or version not in ("", model.api_version):
        raise UnknownOperation(f"Could not find operation {action} for version {version}")
    operation = model.operation_model(action)
    shape = operation.input_shape
    return operation, _read(_tree(form), shape) if shape else {}


def _tree(form: Mapping[str, str]) -> Tree:
    """`Tags.member.1.Key=a` as {"Tags": {"member": {"1": {"Key": "a"}}}}."""
    root: Tree = {}
    for name, value in form.items():
        *path, last = name.split(".")
        node = root
        for step in path:
            inner = node.setdefault(step, {})
            node = inner if isinstance(inner, dict) else {}
        node[last] = value
    return root


def _read(node: Tree | str, shape: Shape) -> Any:
    match shape:
        case StructureShape():
            return _read_structure(_inner(node), shape)
        case ListShape():
            entries = _inner(node) if shape.serialization.get("flattened") else _inner(node, "member")
            return [_read(entry, shape.member) for entry in _numbered(entries)]
        case MapShape():
            entries = _inner(node) if shape.serialization.get("flattened") else _inner(node, "entry")
            pairs = [_inner(entry) for entry in _numbered(entries)]
            return {_read(pair.get("key", ""), shape.key): _read(pair.get("value", ""), shape.value) for pair in pairs}
        case _:
            return _read_scalar(str(node), shape.type_name)


def _read_structure(node: Tree, shape: StructureShape) -> dict[str, Any]:
    fields = {name: (_wire_name(member, name), member) for name, member in shape.members.items()}
    return {name: _read(node[wire], member) for name, (wire, member) in fields.items() if wire in node}


def _read_scalar(text: str, type_name: str) -> Any:
    try:
        return _scalar(text, type_name)
    except (ValueError, KeyError) as error:
        raise MalformedInput(f"Not a {type_name}: {text}") from error


def _scalar(text: str, type_name: str) -> Any:
    match type_name:
        case "boolean":
            return {"true": True, "false": False}[text.lower()]
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "timestamp":
            return parse_timestamp(text)
        case "blob":
            return base64.b64decode(text)
        case _:
            return text


def _inner(node: "Tree | str", name: str | None = None) -> Tree:
    """An empty list travels as an empty string, so text where a tree is expected means nothing inside."""
    if not isinstance(node, dict):
        return {}
    return _inner(node.get(name, {})) if name else node


def _numbered(entries: Tree) -> Iterable["Tree | str"]:
    if wrong := [name for name in entries if not name.isdecimal()]:
        raise MalformedInput(f"Not the number of a list's member: {wrong[0]}")
    return [entries[number] for number in sorted(entries, key=int)]


def serialise(operation: OperationModel, output: Mapping[str, Any], request_id: str) -> bytes:
    """The response document of a call that succeeded."""
    root = ElementTree.Element(f"{operation.name}Response", xmlns=operation.service_model.metadata["xmlNamespace"])
    shape = operation.output_shape
    if shape:
        wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
        _write(ElementTree.SubElement(root, wrapper), output, shape)
    ElementTree.SubElement(ElementTree.SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return _document(root)


def serialise_error(model: ServiceModel, *, code: str, message: str, status: int, request_id: str) -> bytes:
    """The error document; AWS blames the sender for everything below 500."""
    root = ElementTree.Element("ErrorResponse", xmlns=model.metadata["xmlNamespace"])
    error = ElementTree.SubElement(root, "Error")
    fields = {"Type": "Sender" if status < 500 else "Receiver", "Code": code, "Message": message}
    for name, text in fields.items():
        ElementTree.SubElement(error, name).text = _text(text)
    ElementTree.SubElement(root, "RequestId").text = request_id
    return _document(root)


def _write(element: ElementTree.Element, value: Any, shape: Shape) -> None:
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                if value.get(name) is not None:
                    _write_member(element, _wire_name(member, name), value[name], member)
        case ListShape():
            for item in value:
                _write(ElementTree.SubElement(element, "member"), item, shape.member)
        case MapShape():
            for key, item in value.items():
                entry = ElementTree.SubElement(element, "entry")
                _write(ElementTree.SubElement(entry, "key"), key, shape.key)
                _write(ElementTree.SubElement(entry, "value"), item, shape.value)
        case _:
            element.text = _text(value)


def _write_member(element: ElementTree.Element, name: str, value: Any, shape: Shape) -> None:
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        for item in value:
            _write(ElementTree.SubElement(element, name), item, shape.member)
    else:
        _write(ElementTree.SubElement(element, name), value, shape)


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value))


def _wire_name(shape: Shape, name: str) -> str:
    return str(shape.serialization.get("name", name))


def _document(root: ElementTree.Element) -> bytes:
    """A carriage return in a template must survive the reader's line-end normalisation."""
    document: bytes = ElementTree.tostring(root, encoding="utf-8")
    return document.replace(b"\r", b"&#13;")
