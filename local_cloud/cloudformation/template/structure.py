"""Turns a parsed dictionary into a `Template`.

The rule: what passes has the sections and members that CloudFormation wants.
Texts: recorded (LocalStack's AWS snapshots) for types, names and structure; from public AWS output for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.cloudformation.template.model import Output, Policy, Resource, Template, TemplateError
from local_cloud.cloudformation.template.parameters import check_type
from local_cloud.cloudformation.template.shape import check_shape

SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
}
VERSION = "2010-09-09"
SAM = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
RESOURCE_KEYS = {
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
}
OUTPUT_IS_TEXT = "Template format error: The Value field of every Outputs member must evaluate to a String"
MUST_BE_OBJECT = "Properties must be an object"
FOR_EACH = "Fn::ForEach::"
MACRO = "Fn::Transform"
DEEPEST = 100
LONGEST_DESCRIPTION = 1024
LONGEST_NAME = 255
LIMITS = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
POLICIES = {
    "DeletionPolicy": set(Policy),
    "UpdateReplacePolicy": {Policy.DELETE, Policy.RETAIN, Policy.SNAPSHOT},
}


def build(body: Mapping[str, Any], original: str) -> Template:
    """The template of a parsed body; `original` is the text it came from. Raises TemplateError."""
    _check_values(body)
    snippets = _snippets({key: section for key, section in body.items() if key != "Transform"})
    transforms = tuple(dict.fromkeys((*_transforms(body.get("Transform")), *snippets)))
    allowed = SECTIONS | {"Globals", "Fn::Transform"} if transforms else SECTIONS
    if unknown := [key for key in body if key not in allowed]:
        raise TemplateError(f"Invalid template property or properties [{', '.join(unknown)}]")
    _check_description(body.get("Description", ""))
    check_shape(body)
    if (version := body.get("AWSTemplateFormatVersion", VERSION)) != VERSION:
        raise TemplateError(f"Template format error: {version} is not a supported value for AWSTemplateFormatVersion.")
    return Template(
        original=original,
        body=body,
        parameters=_parameters(_section(body, "Parameters")),
        mappings=_section(body, "Mappings"),
        conditions=_section(body, "Conditions"),
        resources={each.logical_id: each for each in _resources(body, transforms)},
        outputs={each.key: each for each in _outputs(_section(body, "Outputs"))},
        transforms=transforms,
    )


def _check_values(node: Any, path: tuple[str, ...] = ()) -> None:
    """No null anywhere (public AWS output), and nothing nested deeper than anybody writes (assumed)."""
    if node is None:
        raise TemplateError(f"[/{'/'.join(path)}] 'null' values are not allowed in templates")
    if len(path) > DEEPEST:
        raise TemplateError("Template format error: unsupported structure.")
    members = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        _check_values(member, (*path, str(key)))


def _check_description(description: Any) -> None:
    """The texts are assumed, the length documented."""
    if not isinstance(description, str):
        raise TemplateError("Template format error: Every Description member must be a string.")
    if len(description.encode(errors="surrogatepass")) > LONGEST_DESCRIPTION:
        raise TemplateError(f"Template format error: 'Description' length is greater than {LONGEST_DESCRIPTION}.")


def _check_output(value: Any) -> None:
    """Refuse lists and maps; the value of a function is known only when it is resolved."""
    kind = "List" if isinstance(value, list) else "Map" if isinstance(value, Mapping) and len(value) != 1 else None
    if kind:
        raise TemplateError(f"{OUTPUT_IS_TEXT} and not a {kind}.")


def _transforms(declared: Any) -> tuple[str, ...]:
    match declared:
        case None:
            return ()
        case str():
            return (declared,)
        case list() if all(isinstance(each, str | Mapping) for each in declared):
            return tuple(each if isinstance(each, str) else str(each.get("Name")) for each in declared)
        case {"Name": str() as name}:
            return (name,)
    raise TemplateError("Template format error: Transform must be a string or a list of strings.")


def _snippets(node: Any) -> Iterator[str]:
    """The macros that Fn::Transform names inside a section."""
    match node:
        case {"Fn::Transform": {"Name": str() as name}} | {"Fn::Transform": [{"Name": str() as name}, *_]}:
            yield name
        case Mapping():
            for value in node.values():
                yield from _snippets(value)
        case list():
            for value in node:
                yield from _snippets(value)


def _section(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = body.get(name)
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise TemplateError(f"Template format error: {name} section must be a map.")
    if len(section) > LIMITS.get(name, len(section)):
        raise TemplateError(
            f"Template format error: Number of {name.lower()}, {len(section)}, is greater than maximum allowed, "
            f"{LIMITS[name]}"
        )
    return section


def _parameters(section: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, declaration in section.items():
        if not isinstance(declaration, Mapping) or "Type" not in declaration:
            raise TemplateError("Template format error: Every Parameters object must contain a Type member.")
        if not name.isalnum():
            raise TemplateError(f"Template format error: Parameter name {name} is non alphanumeric.")
        check_type(declaration)
        _check_description(declaration.get("Description", ""))
        if isinstance(declaration.get("Default"), Mapping | list):
            raise TemplateError("Template format error: Every Default member must be a string.")
    return section


def _resources(body: Mapping[str, Any], transforms: tuple[str, ...]) -> Iterator[Resource]:
    section = _section(body, "Resources")
    if not section:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    for logical_id, declaration in section.items():
        if transforms and _is_macro(logical_id, declaration):
            continue
        if not logical_id.isalnum():
            raise TemplateError(f"Template format error: Resource name {logical_id} is non alphanumeric.")
        if len(logical_id) > LONGEST_NAME:  # the text is assumed
            raise TemplateError(f"Template format error: Resource name {logical_id} is longer than {LONGEST_NAME}.")
        yield _resource(logical_id, declaration, transforms)


def _is_macro(logical_id: str, declaration: Any) -> bool:
    """Whether a transform has yet to say what this is."""
    return logical_id.startswith((MACRO, FOR_EACH)) or (isinstance(declaration, Mapping) and MACRO in declaration)


def _resource(logical_id: str, declaration: Any, transforms: tuple[str, ...]) -> Resource:
    _check_resource(logical_id, declaration, transforms)
    return Resource(
        logical_id=logical_id,
        type=declaration["Type"],
        properties=declaration.get("Properties", {}),
        depends_on=_depends_on(declaration.get("DependsOn", [])),
        condition=declaration.get("Condition"),
        deletion_policy=declaration.get("DeletionPolicy"),
        update_replace_policy=declaration.get("UpdateReplacePolicy"),
        metadata=declaration.get("Metadata"),
        creation_policy=declaration.get("CreationPolicy"),
        update_policy=declaration.get("UpdatePolicy"),
    )


def _check_resource(logical_id: str, declaration: Any, transforms: tuple[str, ...]) -> None:
    where = f"Template format error: [/Resources/{logical_id}"
    if not isinstance(declaration, Mapping):
        raise TemplateError(f"{where}] resource definition is malformed")
    if not isinstance(declaration.get("Type"), str):
        raise TemplateError(f"{where}] Every Resources object must contain a Type member.")
    if SAM not in transforms and (extra := next((key for key in declaration if key not in RESOURCE_KEYS), None)):
        raise TemplateError(f"Invalid template resource property '{extra}'")
    if not isinstance(declaration.get("Properties", {}), Mapping):
        raise TemplateError(f"{where}/Properties] {MUST_BE_OBJECT}")
    for name, allowed in POLICIES.items():
        if isinstance(given := declaration.get(name), str) and given not in allowed:
            raise TemplateError(f"Template format error: Unrecognized {name} {given} for resource {logical_id}")


def _depends_on(declared: Any) -> tuple[str, ...]:
    names = [declared] if isinstance(declared, str) else declared
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TemplateError("Template format error: DependsOn must be a string or list of strings.")
    return tuple(names)


def _outputs(section: Mapping[str, Any]) -> Iterator[Output]:
    for key, declaration in section.items():
        if key.startswith((FOR_EACH, MACRO)):
            continue
        if not isinstance(declaration, Mapping) or "Value" not in declaration:
            raise TemplateError("Template format error: Every Outputs member must contain a Value object")
        _check_output(declaration["Value"])
        _check_description(declaration.get("Description", ""))
        yield Output(
            key=key,
            value=declaration["Value"],
            description=declaration.get("Description"),
            condition=declaration.get("Condition"),
            export=(declaration.get("Export") or {}).get("Name"),
        )
