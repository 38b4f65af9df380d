"""The handler for every resource type that nothing real stands behind: the provider schema says what it looks like.

The rule: it only remembers. What exists is known by the primary identifier of its type, and twice the same is refused;
only what has revisions gets another one.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

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
        key = _key(request, new, request.properties)
        if key in self.records:
            raise already_exists(request.type, key[2])
        return self._remember(request, new)

    def update(self, request: Request) -> State:
        before = _key(request, physical_id(request), request.previous or request.properties)
        if before not in self.records:
            message = f"Resource of type '{request.type}' with identifier '{request.physical_id}' was not found."
            raise HandlerError(HandlerErrorCode.NOT_FOUND, message)
        del self.records[before]
        return self._remember(request, physical_id(request))

    def delete(self, request: Request) -> None:
        self.records.pop(_key(request, physical_id(request), request.properties), None)

    def read(self, request: Request) -> Properties | None:
        return self.records.get(_key(request, physical_id(request), request.properties))

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
        self.records[_key(request, physical_id, request.properties)] = request.properties
        return State(physical_id=physical_id, attributes=made_up(request, physical_id))


def unbacked(seed: int | None = None) -> Handlers:
    """The generic handler for every type: only CloudFormation is simulated. A seed makes names reproducible."""
    return Handlers(generic=Generic(RANDOM if seed is None else Random(seed)))


def _key(request: Request, physical_id: str, properties: Properties) -> Key:
    """The key of a record: what the template gives of the identifier, and the physical id if that is not all.

    A record's name is its physical id, and several records have it: one of each type.
    """
    names = schema(request.type).primary_identifier
    given = [str(properties[name]) for name in names if properties.get(name)]
    whole = names and len(given) == len(names)
    return request.region, request.type, "|".join(given if whole or physical_id in given else [*given, physical_id])
