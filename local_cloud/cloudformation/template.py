"""Templates: text in, resolved resources out. The face of the value half; the engine imports from here.

    load -> parameter_values -> transform -> dependencies, resolve

Rule kept: every function is pure. The world comes in by the Environment and by `lookup`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from local_cloud.cloudformation import template_references
from local_cloud.cloudformation.intrinsics import Resolver
from local_cloud.cloudformation.intrinsics_pure import text
from local_cloud.cloudformation.parameters import Parameter, Parameters, parameter_values
from local_cloud.cloudformation.template_model import (
    UNKNOWN,
    Environment,
    Lookup,
    Output,
    Resolved,
    ResolvedOutput,
    ResolvedResource,
    Resource,
    Template,
    TemplateError,
    Unknown,
)
from local_cloud.cloudformation.template_structure import build
from local_cloud.cloudformation.template_text import parse
from local_cloud.cloudformation.transforms import transform

__all__ = [
    "UNKNOWN",
    "Environment",
    "Lookup",
    "Output",
    "Parameter",
    "Parameters",
    "Resolved",
    "ResolvedOutput",
    "ResolvedResource",
    "Resource",
    "Template",
    "TemplateError",
    "Unknown",
    "active",
    "dependencies",
    "load",
    "parameter_values",
    "resolve",
    "transform",
]


@lru_cache(maxsize=256)
def load(text: str) -> Template:
    """The template of a JSON or YAML text. Without a transform its references are checked too.

    Raises TemplateError with the text of AWS's ValidationError.
    """
    template = build(parse(text), text)
    if not template.transforms:
        template_references.check(template)
    return template


def active(template: Template, resolver: Resolver) -> Mapping[str, Resource]:
    """The resources whose Condition holds."""
    return {
        logical_id: resource
        for logical_id, resource in template.resources.items()
        if resource.condition is None or resolver.condition(resource.condition)
    }


def resolve(template: Template, environment: Environment, lookup: Lookup) -> Resolved:
    """The active resources and outputs with their values; UNKNOWN where `lookup` says so."""
    resolver = Resolver(template, environment, lookup)
    resources = active(template, resolver)
    return Resolved(
        resources={each.logical_id: resolve_resource(each, resolver) for each in resources.values()},
        outputs={each.key: each for each in _outputs(template, resolver)},
    )


def resolve_resource(resource: Resource, resolver: Resolver) -> ResolvedResource:
    """One resource with its values."""
    return ResolvedResource(
        logical_id=resource.logical_id,
        type=resource.type,
        properties=resolver.value(resource.properties),
        depends_on=resource.depends_on,
        deletion_policy=resolver.value(resource.deletion_policy),
        update_replace_policy=resolver.value(resource.update_replace_policy),
        metadata=resolver.value(resource.metadata),
        creation_policy=resolver.value(resource.creation_policy),
        update_policy=resolver.value(resource.update_policy),
    )


def _outputs(template: Template, resolver: Resolver) -> Iterator[ResolvedOutput]:
    for output in template.outputs.values():
        if output.condition is not None and not resolver.condition(output.condition):
            continue
        value = resolver.value(output.value)
        yield ResolvedOutput(
            key=output.key,
            value=value if isinstance(value, Unknown) else text(value),
            description=output.description,
            export_name=None if output.export is None else str(resolver.value(output.export)),
        )


def dependencies(template: Template, environment: Environment) -> Mapping[str, frozenset[str]]:
    """For each active resource, the active ones that must exist before it.

    Raises TemplateError for a cycle, and for a reference to a resource whose Condition does not hold.
    """
    resolver = Resolver(template, environment, lambda _logical_id, _attribute: UNKNOWN)
    resources = active(template, resolver)
    edges = {each.logical_id: _needs(each, resolver, template) for each in resources.values()}
    if absent := [name for needs in edges.values() for name in needs if name not in resources]:
        raise template_references.unresolved_in("Resources", absent)
    _refuse_cycles(edges)
    return edges


def _needs(resource: Resource, resolver: Resolver, template: Template) -> frozenset[str]:
    written = [resource.properties, resource.metadata, resource.creation_policy, resource.update_policy]
    _, found = resolver.trace(written)
    ordered = (name for name in resource.depends_on if _holds(template.resources[name], resolver))
    return frozenset(ordered) | {name for name, _ in found if name not in template.parameters}


def _holds(resource: Resource, resolver: Resolver) -> bool:
    return resource.condition is None or resolver.condition(resource.condition)


def _refuse_cycles(edges: Mapping[str, frozenset[str]]) -> None:
    waiting = dict(edges)
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    while ends := [name for name in waiting if not any(name in needs for needs in waiting.values())]:
        for name in ends:
            del waiting[name]
    if waiting:
        raise TemplateError(f"Circular dependency between resources: [{', '.join(waiting)}]")
