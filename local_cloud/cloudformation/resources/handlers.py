"""The interface between the engine and what stands behind a resource type: create, update, delete, read.

The rule: the engine knows stacks, events and time; a handler knows one kind of resource and answers at once. The engine
waits for as long as AWS would have taken, by the table in `durations`. A handler never sees a template.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from local_cloud.cloudformation.resources.durations import Action, typical_seconds


class HandlerErrorCode(StrEnum):
    """CloudFormation's own list (botocore model, shape HandlerErrorCode)."""

    NOT_UPDATABLE = "NotUpdatable"
    INVALID_REQUEST = "InvalidRequest"
    ACCESS_DENIED = "AccessDenied"
    ALREADY_EXISTS = "AlreadyExists"
    NOT_FOUND = "NotFound"
    RESOURCE_CONFLICT = "ResourceConflict"
    THROTTLING = "Throttling"
    SERVICE_LIMIT_EXCEEDED = "ServiceLimitExceeded"
    NOT_STABILIZED = "NotStabilized"
    GENERAL_SERVICE_EXCEPTION = "GeneralServiceException"
    SERVICE_INTERNAL_ERROR = "ServiceInternalError"
    INTERNAL_FAILURE = "InternalFailure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to a handler; properties are resolved, `previous` is what the resource was last given."""

    type: str
    logical_id: str
    properties: Mapping[str, Any]
    previous: Mapping[str, Any] | None = None
    physical_id: str | None = None
    stack_name: str
    stack_id: str
    account: str
    region: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the handler made: `attributes` is what Fn::GetAtt answers, by its dotted name.

    `notes` are what further events say while the resource settles: the DNS record for which a certificate waits.
    """

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class HandlerError(Exception):
    """The service refused. `plain` texts are shown as they are, the others inside
    `Resource handler returned message: "…" (RequestToken: …, HandlerErrorCode: …)`. `left` is what a create that failed
    has left behind all the same, to be deleted in the rollback; `taken` the identifier that something else has already.
    """

    def __init__(
        self,
        code: HandlerErrorCode,
        message: str,
        *,
        plain: bool = False,
        left: State | None = None,
        taken: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.plain = plain
        self.left = left
        self.taken = taken


class Handler(Protocol):
    """The life of one resource. A replacement is a `create` of the new and, at cleanup, a `delete` of the old."""

    def create(self, request: Request) -> State:
        """Make it. Raises HandlerError."""
        ...

    def update(self, request: Request) -> State:
        """Change it in place from `previous` to `properties`. A changed physical id in the answer means that the
        handler replaced it (custom resources do). Raises HandlerError."""
        ...

    def delete(self, request: Request) -> None:
        """Remove `physical_id`; gone already is success. Raises HandlerError."""
        ...

    def read(self, request: Request) -> Mapping[str, Any] | None:
        """The live properties for drift detection; None when the resource is gone."""
        ...

    def ready(self, request: Request) -> bool:
        """After `create`: whether it has settled. False keeps it CREATE_IN_PROGRESS (a certificate waits for DNS)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Special handlers by type or by prefix (`Custom::`), and the generic one for all other types."""

    generic: Handler
    special: Mapping[str, Handler] = field(default_factory=dict)

    def handler(self, type: str) -> Handler:
        prefix = type.partition("::")[0] + "::"
        return self.special.get(type) or self.special.get(prefix) or self.generic

    def seconds(self, type: str, action: Action) -> float:
        """How long AWS typically takes, in AWS's own seconds: the engine divides by its speed."""
        return typical_seconds(type, action)
