"""The handler for every resource type that nothing real stands behind: the provider schema says what it looks like.

The rule: it only remembers. What exists is known by the primary identifier of its type, and twice the same is refused;
only what has revisions gets another one.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from local_cloud.cloudformation.resources.base import (
    RANDOM,
    Properties,
    already_exists,
    made_up,
    new_id,
    physical_id,
)
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Handlers, Request, State
from local_cloud.cloudformation.schemas.provider import schema

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Generic:
    """Records by region, type and identifier; `rng` makes up names and ids."""

    rng: Random
    records: dict[Key, Properties] = field(default_factory=dict)
    revisions: Counter[str] = field(default_factory=Counter)

    def create(self, request: Request) -> State:
        new = self._revised(request.type, new_id(request, self.rng))
        key = _key(request, new)
        if key in self.records:
            raise already_exists(request.type, key[2])
        return self._remember(request, new)

    def update(self, request: Request) -> State:
        if _key(request, physical_id(request)) not in self.records:
            message = f"Resource of type '{request.type}' with identifier '{request.physical_id}' was not found."
            raise HandlerError(HandlerErrorCode.NOT_FOUND, message)
        return self._remember(request, physical_id(request))

    def delete(self, request: Request) -> None:
        self.records.pop(_key(request, physical_id(request)), None)

    def read(self, request: Request) -> Properties | None:
        return self.records.get(_key(request, physical_id(request)))

    def ready(self, request: Request) -> bool:  # noqa: ARG002 - a record is there at once
        return True

    def _revised(self, type: str, id: str) -> str:
        """The id with its next revision, which is never given again, if the type has any."""
        if not schema(type).has_revisions:
            return id
        family = id.rpartition(":")[0]
        self.revisions[family] += 1
        return f"{family}:{self.revisions[family]}"

    def _remember(self, request: Request, physical_id: str) -> State:
        self.records[_key(request, physical_id)] = request.properties
        return State(physical_id=physical_id, attributes=made_up(request, physical_id))


def unbacked(seed: int | None = None) -> Handlers:
    """The generic handler for every type: only CloudFormation is simulated. A seed makes names reproducible."""
    return Handlers(generic=Generic(RANDOM if seed is None else Random(seed)))


def _key(request: Request, physical_id: str) -> Key:
    """The key of a record: the identifier, if the template gives all of it, or else the physical id."""
    given: list[Any] = [request.properties.get(name) for name in schema(request.type).primary_identifier]
    identifier = "|".join(map(str, given)) if given and all(given) else physical_id
    return request.region, request.type, identifier
