"""A template from its text, and its resources and outputs with every intrinsic function replaced by its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from local_cloud.cloudformation.template import references
from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import (
    Environment,
    Lookup,
    Resolved,
    ResolvedOutput,
    ResolvedResource,
    Resource,
    Template,
    TemplateError,
)
from local_cloud.cloudformation.template.order import active
from local_cloud.cloudformation.template.parsing import parse
from local_cloud.cloudformation.template.structure import MUST_BE_OBJECT, OUTPUT_IS_TEXT, build
from local_cloud.cloudformation.values import Unknown, text


@lru_cache(maxsize=256)
def load(text: str, *, any_type: bool = False) -> Template:
    """The template of a JSON or YAML text. Without a transform its references are checked too.

    `any_type` lets pass resource types that do not exist. Raises TemplateError with the text of AWS's ValidationError.
    """
    template = build(parse(text), text)
    if not template.transforms:
        references.check(template, any_type=any_type)
    return template


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
    properties = resolver.value(resource.properties)
    if not isinstance(properties, Mapping):
        raise TemplateError(f"Template format error: [/Resources/{resource.logical_id}/Properties] {MUST_BE_OBJECT}")
    return ResolvedResource(
        logical_id=resource.logical_id,
        type=resource.type,
        properties=properties,
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
        if isinstance(value, list | Mapping):
            raise TemplateError(f"{OUTPUT_IS_TEXT}.")
        yield ResolvedOutput(
            key=output.key,
            value=value if isinstance(value, Unknown) else text(value),
            description=output.description,
            export_name=None if output.export is None else str(resolver.value(output.export)),
        )
