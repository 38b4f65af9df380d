"""The resources of a template in one world, SAM's `Globals` merged in, found by type or by what a text names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from template_gen.rules.resolver import Scope, entries, evaluate
from template_gen.rules.values import Object, symbols, walk

_GLOBALS: Final[Mapping[str, str]] = {
    f"AWS::Serverless::{name}": name for name in ("Function", "Api", "HttpApi", "SimpleTable", "StateMachine")
}

# A Ref of these gives a name, an id or a URL, and no ARN.
NAMED_BY_REF: Final = frozenset(
    {
        "AWS::CloudFront::KeyValueStore",
        "AWS::Cognito::UserPool", "AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table", "AWS::ECR::Repository",
        "AWS::Events::EventBus", "AWS::Events::Rule", "AWS::IAM::Role", "AWS::KMS::Key", "AWS::Kinesis::Stream",
        "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SSM::Parameter",
        "AWS::Serverless::Function", "AWS::Serverless::SimpleTable",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as CloudFormation will see it: `body` is the whole of it, `properties` are its Properties."""

    id: str
    type: str
    body: Object
    properties: Object

    @property
    def retained(self) -> bool:
        """Its data outlives both the stack and a replacement."""
        policies = {self.body.text("DeletionPolicy"), self.body.text("UpdateReplacePolicy")}
        return policies <= {"Retain", "Snapshot", "RetainExceptOnCreate"}


class Resources:
    """The active resources of one world; what cannot be read at all (macros inside) is left out."""

    def __init__(self, template: Mapping[str, Any], scope: Scope) -> None:
        self.scope = scope
        self.template = template
        self.region = scope.region
        self._by_id = {resource.id: resource for resource in _active(template, scope)}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_id.values())

    def __contains__(self, logical_id: str) -> bool:
        return logical_id in self._by_id

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in the order of the template within each type."""
        for kind in types:
            yield from self._by_type.get(kind, ())

    def named(self, value: Any, *types: str) -> Resource | None:
        """The first resource that a text refers to (`${Id}`, `${Id.Attribute}`), of one of the types if given."""
        for symbol in symbols(value):
            found = self._by_id.get(symbol.split(".")[0])
            if found and (not types or found.type in types):
                return found
        return None

    @cached_property
    def made_by_sam(self) -> Mapping[str, str]:
        """Logical id of a URL or alias that SAM makes -> the function that it makes it for."""
        found: dict[str, str] = {}
        for function in self.of("AWS::Serverless::Function"):
            if "FunctionUrlConfig" in function.properties:
                found[f"{function.id}Url"] = function.id
            if alias := function.properties.text("AutoPublishAlias"):
                found[f"{function.id}Alias{alias}"] = function.id
        return found

    @cached_property
    def connected(self) -> bool:
        """SAM connectors write policies and permissions that are not in the template."""
        return any("Connectors" in resource.body for resource in self) or any(self.of("AWS::Serverless::Connector"))

    def unclear(self, value: Any) -> bool:
        """Something in the value, at any depth, is known only when deployed and is no reference to a resource."""
        names = {symbol.split(".")[0] for leaf in walk(value) for symbol in symbols(leaf)}
        given = self._by_id.keys() | self.made_by_sam.keys()
        return any(name not in given and not name.startswith("AWS::") for name in names)

    @cached_property
    def references(self) -> Mapping[str, frozenset[str]]:
        """Logical id -> ids of the resources that mention it (Ref, GetAtt, Sub), itself excepted."""
        found: dict[str, set[str]] = {}
        for resource in self:
            for symbol in {symbol for value in walk(resource.properties) for symbol in symbols(value)}:
                found.setdefault(symbol.split(".")[0], set()).add(resource.id)
        return {name: frozenset(users - {name}) for name, users in found.items()}

    def before(self, resource: Resource) -> set[str]:
        """Everything CloudFormation makes before it, by DependsOn and by reference."""
        seen: set[str] = set()
        waiting = [resource]
        while waiting:
            found = waiting.pop()
            references = {name for name, users in self.references.items() if found.id in users}
            for name in {*found.body.texts("DependsOn"), *references} - seen:
                seen.add(name)
                waiting += [other for other in self if other.id == name]
        return seen

    @cached_property
    def in_outputs(self) -> frozenset[str]:
        """What the outputs refer to, be it in the template or not (an API that SAM makes)."""
        outputs = evaluate(self.template.get("Outputs", {}), self.scope)
        return frozenset(symbol.split(".")[0] for value in walk(outputs) for symbol in symbols(value))

    def users(self, logical_id: str) -> list[Resource]:
        """The resources that mention this one."""
        return [self._by_id[name] for name in sorted(self.references.get(logical_id, ()))]


def _active(template: Mapping[str, Any], scope: Scope) -> Iterator[Resource]:
    section = template.get("Resources")
    for name, body, within, path in entries(section if isinstance(section, dict) else {}, scope, ("Resources",)):
        if not isinstance(body, dict) or not scope.conditions.get(str(body.get("Condition")), True):
            continue
        whole = evaluate(_with_globals(body, template), replace(within, owner=name), path)
        if isinstance(whole, Object) and isinstance(whole.get("Type"), str):
            properties = whole.get("Properties", Object((*path, "Properties"), name))
            if isinstance(properties, Object):
                yield Resource(name, whole["Type"], whole, properties)


def _with_globals(body: dict[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    section, ignored = template.get("Globals"), body.get("IgnoreGlobals", [])
    name = _GLOBALS.get(str(body.get("Type")))
    shared = section.get(name) if isinstance(section, dict) and name else None
    if not isinstance(shared, dict) or ignored == "*":
        return body
    wanted = {key: value for key, value in shared.items() if key not in ignored}
    return {**body, "Properties": _merge(wanted, body.get("Properties", {}))}


def _merge(shared: Any, own: Any) -> Any:
    """As SAM does it: mappings merge, lists join, anything else is overridden."""
    mappings = isinstance(shared, dict) and isinstance(own, dict)
    if mappings and not _is_function(shared) and not _is_function(own):
        return {**shared, **{key: _merge(shared[key], value) if key in shared else value for key, value in own.items()}}
    return [*shared, *own] if isinstance(shared, list) and isinstance(own, list) else own


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and all(key == "Ref" or str(key).startswith("Fn::") for key in value)
