"""One operation on one stack: what its steps need, and the only way in which they change the stack.

The rule: every change of a resource is an event and every event is a change, because `tell` does both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

from local_cloud.cloudformation.events import resource_event, stack_event
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Definition, Live, Operation, Stack
from local_cloud.cloudformation.operations.exports import exports, output_of
from local_cloud.cloudformation.resources.handlers import Request
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.loading import resolve_resource
from local_cloud.cloudformation.template.masking import masked
from local_cloud.cloudformation.template.model import Environment, ResolvedResource, TemplateError
from local_cloud.cloudformation.template.parameters import hidden
from local_cloud.cloudformation.world import World

SECRET = ("secretsmanager", "ssm-secure")
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a call wants of one operation: how it fails, and what it imports, retains or skips."""

    disable_rollback: bool = False
    retain_except_on_create: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)
    revert_drift: bool = False
    policy_during_update: str | None = None
    retain: frozenset[str] = NONE
    force: bool = False
    skip: frozenset[str] = NONE
    express: bool = False
    problem: str | None = None
    delay: float = 0.0


@dataclass(slots=True, kw_only=True)
class Run:
    """An operation in progress."""

    world: World
    stack: Stack
    operation: Operation
    options: Options = Options()
    undoing: bool = False
    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    back_to: StackStatus | None = None
    imported: set[str] = field(default_factory=set)
    _resolver: tuple[Definition, Resolver] | None = None

    def enter(self, status: StackStatus, reason: str | None = None) -> None:
        """Move the stack, and record the event."""
        self.stack.move(status, reason)
        self.stack.events.append(stack_event(self.stack, self.operation, self.world.schedule.now))

    def begin_rollback(self) -> None:
        """The automatic rollback is an operation of its own, under the same client token (recorded)."""
        self.undoing = True
        self.operation = replace(self.operation, id=str(uuid4()), type="ROLLBACK", started=self.world.schedule.now)
        self.stack.operations.insert(0, self.operation)

    def tell(self, live: Live, *, unnumbered: bool = False, detailed: str | None = None) -> Live:
        """Set the resource to this, and record the event."""
        live = replace(live, updated=self.world.schedule.now)
        self.stack.resources[live.logical_id] = live
        return self.mention(live, unnumbered=unnumbered, detailed=detailed)

    def mention(self, live: Live, *, unnumbered: bool = False, detailed: str | None = None) -> Live:
        """Record an event of something that is no longer, or not yet, the stack's resource."""
        if self.stack.status.moving:
            self.stack.reason = None
        now = self.world.schedule.now
        event = resource_event(self.stack, self.operation, live, now, unnumbered=unnumbered, detailed=detailed)
        self.stack.events.append(event)
        return live

    def environment(self, definition: Definition) -> Environment:
        """What the stack's template is resolved against."""
        world, stack = self.world, self.stack
        return Environment(
            parameters=definition.parameters.values,
            account=world.account,
            region=stack.region,
            stack_name=stack.name,
            stack_id=stack.id,
            notification_arns=definition.notification_arns,
            exports=self._export,
            outputs=partial(output_of, world),
            include=world.surroundings.snippet,
            dynamic=lambda service, key: world.surroundings.dynamic(stack.region, service, key),
        )

    def resolver(self) -> Resolver:
        """Resolves the present definition against the live resources."""
        definition = self.stack.defined
        if self._resolver is None or self._resolver[0] is not definition:
            self._resolver = definition, Resolver(definition.template, self.environment(definition), self.lookup)
        return self._resolver[1]

    def desired(self, logical_id: str) -> ResolvedResource:
        """A resource as the template wants it, now. Raises TemplateError."""
        resource = self.stack.template.resources[logical_id]
        found = resolve_resource(resource, self.resolver())
        properties = schema(found.type).coerce(found.properties)
        return replace(found, properties=properties, shown=self._shown(resource.properties))

    def _shown(self, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The properties as events show them: NoEcho values masked, secrets as references; None without secrets."""
        resolver = self.resolver()
        if not hidden(resolver.template) and not any(
            f"{{resolve:{each}" in resolver.template.original for each in SECRET
        ):
            return None
        dynamic = resolver.environment.dynamic

        def open_only(service: str, key: str) -> str:
            return f"{{{{resolve:{service}:{key}}}}}" if service in SECRET else dynamic(service, key)

        environment = replace(resolver.environment, dynamic=open_only)
        shown: Mapping[str, Any] = masked(Resolver(resolver.template, environment, self.lookup)).value(properties)
        return shown

    def lookup(self, logical_id: str, attribute: str | None) -> Any:
        """Ref (attribute None) or Fn::GetAtt of a live resource. Raises TemplateError."""
        live = self.stack.resources.get(logical_id)
        if live is None:  # a name that a function gave
            raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}")
        return read_attribute(live, attribute)

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the stack, which all resources get that can have tags."""
        return self.stack.defined.tags

    def given(self, live: Live) -> Mapping[str, Any]:
        """What the resource's handler gets: its properties, with the stack's tags among them."""
        return schema(live.type).tagged(live.properties, live.tags)

    def request(self, live: Live, previous: Mapping[str, Any] | None = None) -> Request:
        """A call to the resource's handler."""
        return Request(
            type=live.type,
            logical_id=live.logical_id,
            properties=self.given(live),
            previous=previous,
            physical_id=live.physical_id or None,
            stack_name=self.stack.name,
            stack_id=self.stack.id,
            account=self.world.account,
            region=self.stack.region,
            token=str(uuid4()),
        )

    def _export(self, name: str) -> str | None:
        self.imported.add(name)
        found = exports(self.world, self.stack.region).get(name)
        return found[1] if found else None


class MissingAttribute(TemplateError):
    """Fn::GetAtt of an attribute that the resource type does not have."""

    def __init__(self, live: Live, attribute: str) -> None:
        super().__init__(f"Template error: resource {live.logical_id} does not support attribute type {attribute} in "
                         "Fn::GetAtt")  # fmt: skip
        self.logical_id = live.logical_id
        self.attribute = attribute
        self.in_outputs = f"Resource type {live.type} does not support attribute {{{attribute}}}"


def read_attribute(live: Live, attribute: str | None) -> Any:
    """What Ref (attribute None) or Fn::GetAtt gives for a live resource. Raises TemplateError."""
    if attribute is None:
        return schema(live.type).ref_value(live.properties, live.physical_id)
    if attribute in live.attributes:
        return live.attributes[attribute]
    head, *path = attribute.split(".")
    value = live.attributes.get(head)
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        raise MissingAttribute(live, attribute)
    return value
