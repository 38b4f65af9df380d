"""Which resources a template has under its conditions, and which must exist before which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from local_cloud.cloudformation.template import references
from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import Environment, Resource, Template, TemplateError
from local_cloud.cloudformation.values import UNKNOWN, Unknown

EXPORT_NAME = re.compile(r"[A-Za-z0-9:-]+")
EXPORT_NAMES = (
    "The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or "
    "hyphens."
)


def active(template: Template, resolver: Resolver) -> Mapping[str, Resource]:
    """The resources whose Condition holds."""
    return {key: each for key, each in template.resources.items() if _holds(each, resolver)}


def _holds(resource: Resource, resolver: Resolver) -> bool:
    return resource.condition is None or resolver.condition(resource.condition)


def dependencies(template: Template, environment: Environment) -> Mapping[str, frozenset[str]]:
    """For each active resource, the active ones that must exist before it.

    Raises TemplateError for a cycle, and for a reference to a resource whose Condition does not hold.
    """
    resolver = Resolver(template, environment, lambda _logical_id, _attribute: UNKNOWN)
    resources = active(template, resolver)
    edges = {each.logical_id: _needs(each, resolver, template) for each in resources.values()}
    if absent := [name for needs in edges.values() for name in needs if name not in resources]:
        raise references.unresolved_in("Resources", absent)
    if caught := _in_cycles(edges):
        raise TemplateError(f"Circular dependency between resources: [{', '.join(caught)}]")
    return edges


def check_export_names(template: Template, environment: Environment) -> None:
    """Raises TemplateError for an export whose name is invalid or depends on a resource (documented)."""
    resolver = Resolver(template, environment, lambda _logical_id, _attribute: UNKNOWN)
    for output in template.outputs.values():
        if output.export is None or (output.condition is not None and not resolver.condition(output.condition)):
            continue
        name = resolver.value(output.export)
        if isinstance(name, Unknown) or not EXPORT_NAME.fullmatch(str(name)):
            raise TemplateError(f"Template format error: Output {output.key} is malformed. {EXPORT_NAMES}")


def check_cycles(template: Template) -> None:
    """Raises TemplateError for resources that refer to one another in a circle, whatever the conditions."""
    edges = {name: _named(each) & template.resources.keys() for name, each in template.resources.items()}
    if caught := _in_cycles(edges):
        raise TemplateError(f"Circular dependency between resources: [{', '.join(caught)}]")


def _named(resource: Resource) -> frozenset[str]:
    found = references.references([resource.properties, resource.metadata])
    return frozenset(resource.depends_on) | {reference.name for _, reference in found}


def in_order(edges: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """The names, each after all that it needs; those in a cycle are left out."""
    waiting = dict(edges)
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        yield from ready
        for name in ready:
            del waiting[name]


def _needs(resource: Resource, resolver: Resolver, template: Template) -> frozenset[str]:
    written = [resource.properties, resource.metadata, resource.creation_policy, resource.update_policy]
    _, found = resolver.trace(written)
    ordered = (name for name in resource.depends_on if _holds(template.resources[name], resolver))
    return frozenset(ordered) | {name for name, _ in found if name not in template.parameters}


def _in_cycles(edges: Mapping[str, frozenset[str]]) -> list[str]:
    """What is left after taking away, again and again, what needs nothing and what nothing needs."""
    waiting = {name: edges[name] for name in edges.keys() - set(in_order(edges))}
    while ends := [name for name in waiting if not any(name in needs for needs in waiting.values())]:
        for name in ends:
            del waiting[name]
    return sorted(waiting)
