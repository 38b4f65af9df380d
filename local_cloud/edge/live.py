"""What is deployed, as the edge asks for it.

The rule: read once for a request and never kept longer, so that one request sees one state of the stacks; an unknown id
is None, and the caller answers as AWS would.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol


class Deployed(Protocol):
    """A live resource: the engine's `Deployed`, or any value of the same shape."""

    @property
    def stack_id(self) -> str: ...
    @property
    def logical_id(self) -> str: ...
    @property
    def physical_id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def properties(self) -> Mapping[str, Any]: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


Find = Callable[[str], Sequence[Deployed]]
"""From a resource type to what lives of it: the engine's `deployed`."""


class Live:
    """Questions to the engine about what is deployed, for one request."""

    def __init__(self, deployed: Find) -> None:
        self.of = cache(deployed)

    def one(self, type: str, identifier: str) -> Deployed | None:
        """The resource whose physical id, or one of whose attributes (an ARN, a name), is the identifier."""
        for resource in self.of(type):
            if identifier == resource.physical_id or identifier in resource.attributes.values():
                return resource
        return None

    def where(self, type: str, **properties: Any) -> list[Deployed]:
        """The resources with these property values."""
        return [each for each in self.of(type) if all(each.properties.get(k) == v for k, v in properties.items())]


def region(resource: Deployed) -> str:
    return resource.stack_id.split(":")[3]


def account(resource: Deployed) -> str:
    return resource.stack_id.split(":")[4]
