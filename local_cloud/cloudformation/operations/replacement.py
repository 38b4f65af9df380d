"""When an update needs a new physical resource: the create-only properties of the provider schema decide."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_cloud.cloudformation.model import STACK_TYPE, Live
from local_cloud.cloudformation.schemas.provider import Recreation, schema
from local_cloud.cloudformation.template.model import ResolvedResource

CUSTOM_NAME = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)


def needed(live: Live, desired: ResolvedResource) -> bool:
    """Whether a create-only property differs, or the type itself."""
    if live.type != desired.type:
        return True
    if live.type == STACK_TYPE:
        return False
    found = schema(live.type)
    return any(found.recreation(path) is Recreation.ALWAYS for path in changed(live.properties, desired.properties))


def changed(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The deepest paths at which two property values differ; lists are taken as one."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from changed(before.get(key), after.get(key), (*path, key))
    elif before != after:
        yield path


def forbidden(live: Live, desired: ResolvedResource) -> str | None:
    """The refusal to replace a resource whose explicit name stays the same: the new one would collide with it."""
    if live.type != desired.type:
        return None
    for key in _names(live.type):
        name = desired.properties.get(key)
        if isinstance(name, str) and name == live.properties.get(key):
            return CUSTOM_NAME.format(name=name)
    return None


def _names(type: str) -> Iterable[str]:
    """The writable properties that may name the resource."""
    found = schema(type)
    own = f"{type.rpartition('::')[2]}Name"
    return (name for name in (own, "Name") if name in found.properties and name not in found.read_only)
