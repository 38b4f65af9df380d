"""Resource types as AWS's provider schemas describe them: the only user of the schemas that cfn-lint bundles.

The rule: cfn-lint itself is not imported, because that takes seconds; the file of a type is read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from local_cloud.cloudformation.schemas.identity import attributes_of, name_property, physical_id_of
from local_cloud.cloudformation.schemas.names import FIRST_REVISION, PHYSICAL_IDS
from local_cloud.cloudformation.schemas.validation import coerced, plain, resolved, violations

REGION = "us-east-1"
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
NESTED_STACK = "AWS::CloudFormation::Stack"
ROOT = "/properties/"


class Recreation(StrEnum):
    """RequiresRecreation of a property."""

    NEVER = "Never"
    CONDITIONALLY = "Conditionally"
    ALWAYS = "Always"


RECREATION_AS_DOCUMENTED: Mapping[str, Mapping[str, Recreation]] = {
    "AWS::CDK::Metadata": {"Analytics": Recreation.CONDITIONALLY},  # seen on every cdk deploy (aws-cdk-cli issue 1971)
    "AWS::DynamoDB::Table": {
        "KeySchema": Recreation.ALWAYS,
        "AttributeDefinitions": Recreation.CONDITIONALLY,
        "LocalSecondaryIndexes": Recreation.ALWAYS,
    },
    "AWS::Route53::RecordSet": {"Name": Recreation.ALWAYS, "Type": Recreation.NEVER, "SetIdentifier": Recreation.NEVER},
}
"""Where the user guide and AWS's change sets say more than the provider schema."""

REF_IS_NAME = {"AWS::Route53::RecordSet", "AWS::Scheduler::Schedule"}
"""Types whose Ref is their Name."""

SERVICE_VALIDATED = {"AWS::SSM::Parameter"}
"""Types whose refusal reads `Property validation failure: […]` (recorded) instead of naming the resource."""


@cache
def _directory() -> Path:
    package = find_spec("cfnlint")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("cfn-lint is not installed, and with it AWS's provider schemas: pip install cfn-lint")
    return Path(package.origin).parent / "data" / "schemas"


@cache
def _index() -> Mapping[str, str]:
    index: dict[str, str] = json.loads((_directory() / "providers" / f"{REGION}.json").read_text(encoding="utf-8"))
    return index


@dataclass(frozen=True)
class Schema:
    """One resource type. Pointers are written `Code/S3Key`, list levels as `*`."""

    type: str
    document: Mapping[str, Any]

    @cached_property
    def create_only(self) -> tuple[str, ...]:
        """Properties whose change replaces the resource."""
        return self._pointers("createOnlyProperties")

    @cached_property
    def conditional_create_only(self) -> tuple[str, ...]:
        """Properties whose change may replace the resource."""
        return self._pointers("conditionalCreateOnlyProperties")

    @cached_property
    def read_only(self) -> tuple[str, ...]:
        """Properties that only Fn::GetAtt gives."""
        return self._pointers("readOnlyProperties")

    @cached_property
    def write_only(self) -> tuple[str, ...]:
        """Properties that no read returns, so that drift in them is not seen."""
        return self._pointers("writeOnlyProperties")

    @cached_property
    def primary_identifier(self) -> tuple[str, ...]:
        """What identifies the resource in its account and region."""
        return self._pointers("primaryIdentifier")

    @cached_property
    def assigned_id(self) -> tuple[str, ...]:
        """The attribute that is the physical id: what AWS assigns, the only such part of the primary identifier."""
        assigned = [each for each in self.primary_identifier if each in self.read_only]
        return tuple(assigned) if len(assigned) == 1 and assigned[0].upper().endswith(("ID", "ARN")) else ()

    @cached_property
    def has_revisions(self) -> bool:
        """Whether its physical id ends with a number that every new one of the same name counts on."""
        return PHYSICAL_IDS.get(self.type, "").endswith(FIRST_REVISION)

    @cached_property
    def tag_property(self) -> str | None:
        """The top-level property that holds the resource's tags, if it can have any."""
        found = str(self.document.get("tagging", {}).get("tagProperty", f"{ROOT}Tags")).removeprefix(ROOT)
        return found if found in self.properties else None

    @cached_property
    def system_tags(self) -> bool:
        """Whether AWS puts tags of its own on the resource, which differs from type to type."""
        tagging = self.document.get("tagging", {})
        return self.tag_property is not None and bool(tagging.get("cloudFormationSystemTags", tagging.get("taggable")))

    def tags(self, properties: Mapping[str, Any]) -> dict[str, str]:
        """The tags among a resource's properties, by key, whether its type writes them as a list or as a map."""
        written = properties.get(self.tag_property or "") or {}
        if isinstance(written, Mapping):
            return {key: str(value) for key, value in written.items()}
        return {str(each["Key"]): str(each["Value"]) for each in written}

    def tagged(self, properties: Mapping[str, Any], stack_tags: Mapping[str, str]) -> Mapping[str, Any]:
        """The properties with the stack's tags; of two with the same key the resource's own is kept (assumed)."""
        if self.tag_property is None or not stack_tags:
            return properties
        both = {**stack_tags, **self.tags(properties)}
        as_map = self._schema_at(self.tag_property).get("type") == "object"
        written = both if as_map else [{"Key": key, "Value": value} for key, value in both.items()]
        return {**properties, self.tag_property: written}

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """The top-level properties' own schemas."""
        found: Mapping[str, Any] = self.document.get("properties", {})
        return found

    def _pointers(self, key: str) -> tuple[str, ...]:
        return tuple(str(each).removeprefix(ROOT) for each in self.document.get(key, []) if isinstance(each, str))

    def recreation(self, path: tuple[str, ...]) -> Recreation:
        """RequiresRecreation of the property at a path such as ("EncryptionConfiguration", "KmsKey").

        A custom resource's function may replace it whatever changes (seen in public change sets).
        """
        documented = RECREATION_AS_DOCUMENTED.get(self.type, {})
        if path[0] in documented:
            return documented[path[0]]
        identity = [each for each in self.primary_identifier if each not in self.read_only]
        if any(_within(path, pointer) for pointer in (*self.create_only, *identity)):
            return Recreation.ALWAYS
        if self.open or any(_within(path, pointer) for pointer in self.conditional_create_only):
            return Recreation.CONDITIONALLY
        return Recreation.NEVER

    def supports_attribute(self, attribute: str) -> bool:
        """Whether Fn::GetAtt knows the attribute."""
        if self.open or (self.type == NESTED_STACK and attribute.startswith("Outputs.")):
            return True
        return attribute.split(".", maxsplit=1)[0] in self.properties

    @property
    def open(self) -> bool:
        """Whether any property and attribute is allowed, as in custom resources."""
        return bool(self.document.get("additionalProperties", True))

    def validate(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        """What is wrong with resolved properties, each as `#/Prop: …`; UNKNOWN values are taken as right."""
        refused = [] if self.open else [key for key in properties if key in self.read_only]
        given = {key: value for key, value in properties.items() if key not in refused}
        extra = (f"#: extraneous key [{key}] is not permitted" for key in refused)
        return (*extra, *violations(self.document, self.document, given, "#"))

    def refusal(self, logical_id: str, properties: Mapping[str, Any]) -> str | None:
        """The ResourceStatusReason of properties that do not validate, or None."""
        found = self.validate(properties)
        if not found:
            return None
        if self.type in SERVICE_VALIDATED:
            return f"Property validation failure: [{', '.join(map(plain, found))}]"
        if len(found) > 1:
            found = (f"#: {len(found)} schema violations found", *found)
        return f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(found)

    def coerce(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with scalars of the types that the schema names: "5" to 5, "true" to True, 5 to "5"."""
        result: dict[str, Any] = coerced(self.document, self.document, properties)
        return result

    def ref_value(self, properties: Mapping[str, Any], physical_id: str) -> str:
        """What Ref gives: the physical id; of a record set its name."""
        return str(properties.get("Name", physical_id)) if self.type in REF_IS_NAME else physical_id

    def physical_id(self, **place: Any) -> str:
        """A new physical id as AWS makes them; see `identity.physical_id_of`."""
        assigned_arn = bool(self.assigned_id) and self.assigned_id[0].upper().endswith("ARN")
        return physical_id_of(self.type, self.primary_identifier, self.properties, assigned_arn=assigned_arn, **place)

    def attributes(
        self, properties: Mapping[str, Any], *, physical_id: str, account: str, region: str
    ) -> dict[str, Any]:
        """What Fn::GetAtt gives, by dotted name: the given properties and made-up read-only values.

        The same for the same arguments, so a second call after an update keeps ids and domain names.
        """
        missing = {each: self._schema_at(each) for each in self.read_only}
        if (name := name_property(self.type, self.primary_identifier, self.properties)) and name not in properties:
            missing[name] = self._schema_at(name)
        made = attributes_of(self.type, missing, properties, physical_id=physical_id, account=account, region=region)
        return made | {each: physical_id for each in self.assigned_id if _is_whole(physical_id, each)}

    def _schema_at(self, pointer: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document
        for part in pointer.split("/"):
            found = resolved(self.document, found)
            found = found.get("items", {}) if part == "*" else found.get("properties", {}).get(part, {})
        return resolved(self.document, found)


def _within(path: tuple[str, ...], pointer: str) -> bool:
    """Whether a change at `path` touches what `pointer` names."""
    parts = tuple(part for part in pointer.split("/") if part != "*")
    named = tuple(part for part in path if not part.isdigit())
    shorter = min(len(parts), len(named))
    return parts[:shorter] == named[:shorter]


def _is_whole(physical_id: str, attribute: str) -> bool:
    """Whether the physical id is the assigned id: not one of several parts, and an ARN where that is one (a rule's
    Ref is its name, although its ARN identifies it).
    """
    return "|" not in physical_id and (physical_id.startswith("arn:") or not attribute.upper().endswith("ARN"))


def known(type_name: str) -> bool:
    """Whether CloudFormation knows the resource type."""
    return type_name.startswith("Custom::") or type_name in _index()


def unrecognized(types: Iterable[str]) -> list[str]:
    """Those of the types that CloudFormation does not know."""
    return [each for each in types if not known(each)]


@cache
def schema(type_name: str) -> Schema:
    """The schema of a resource type; raises KeyError for one that is not `known`."""
    if type_name.startswith("Custom::") or type_name == CUSTOM_RESOURCE:
        return Schema(type_name, {**_document(CUSTOM_RESOURCE), "additionalProperties": True})
    return Schema(type_name, _document(type_name))


def _document(type_name: str) -> dict[str, Any]:
    path = _directory() / "resources" / f"{_index()[type_name]}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
