"""What is to go wrong, as frozen values: added from Python (`cloud.faults.add(FailResource(...))`) or as JSON.

The rule: a fault never sets a status. It makes a handler, a call or a read behave as AWS's do on a bad day, and the
engine's ordinary behaviour does the rest. `times` counts down; None means always.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, TypeVar, get_type_hints


class On(StrEnum):
    """When a resource fault strikes. ROLLBACK is every revert and every deletion that undoes a failed operation."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ROLLBACK = "rollback"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailResource:
    """The handler refuses with `reason`; `made` fails a create only after the thing exists."""

    resource: str
    on: On
    stack: str = "*"
    reason: str = "The service is having a bad day"
    code: str = "GeneralServiceException"
    plain: bool = False
    made: bool = False
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HangResource:
    """The handler does not come back for `seconds` (of the clock, unscaled); None is until the faults are cleared."""

    resource: str
    on: On
    stack: str = "*"
    seconds: float | None = None
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowResource:
    """The handler takes `seconds` (of the clock, unscaled) more than usual."""

    resource: str
    on: On
    seconds: float
    stack: str = "*"
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleCalls:
    """Calls of an operation are answered `Rate exceeded`, and have no effect."""

    operation: str = "*"
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleReads:
    """After a write, DescribeStacks answers the stack as it was before, for `times` reads."""

    stack: str = "*"
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFinalEvent:
    """DescribeStackEvents and DescribeEvents leave out a settled stack's last event, for `times` reads."""

    stack: str = "*"
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseResponse:
    """The call has its effect, and the connection drops before the answer arrives."""

    operation: str
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole:
    """The service role is gone: every write on a stack that uses it is refused."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireCredentials:
    """The caller's token has expired: every call is refused, `times` times."""

    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignOperation:
    """Somebody else starts an update that takes `seconds` of the clock, right before the next call of `before`."""

    stack: str
    before: str = "ExecuteChangeSet"
    seconds: float = 60
    times: int | None = 1


Fault = (
    FailResource | HangResource | SlowResource | ThrottleCalls | StaleReads | LateFinalEvent | LoseResponse
    | DeleteRole | ExpireCredentials | ForeignOperation
)  # fmt: skip
KINDS: Mapping[str, type[Any]] = {
    "fail-resource": FailResource,
    "hang-resource": HangResource,
    "slow-resource": SlowResource,
    "throttle-calls": ThrottleCalls,
    "stale-reads": StaleReads,
    "late-final-event": LateFinalEvent,
    "lose-response": LoseResponse,
    "delete-role": DeleteRole,
    "expire-credentials": ExpireCredentials,
    "foreign-operation": ForeignOperation,
}
NUMBERS = (float, float | None)
"""What a whole number is one of, too."""
F = TypeVar("F", bound=Fault)


class FaultError(ValueError):
    """A fault that cannot be understood; the message names what would be."""


def from_json(given: Mapping[str, Any]) -> Fault:
    """`{"fault": "fail-resource", "resource": "Bucket", "on": "create", …}`. Raises FaultError."""
    kind = KINDS.get(given.get("fault", ""))
    if kind is None:
        raise FaultError(f"Unknown fault, one of {', '.join(KINDS)}: {given.get('fault')}")
    values = {key: value for key, value in given.items() if key != "fault"}
    known = {field.name for field in fields(kind)}
    if unknown := values.keys() - known:
        raise FaultError(f"Unknown field of {given['fault']}, one of {', '.join(sorted(known))}: {sorted(unknown)[0]}")
    try:
        if "on" in values:
            values["on"] = On(values["on"])
        fault: Fault = kind(**values)
    except (TypeError, ValueError) as problem:
        raise FaultError(f"Not a {given['fault']}: {problem}") from None
    for name, wanted in get_type_hints(kind).items():
        if not isinstance(getattr(fault, name), int | wanted if wanted in NUMBERS else wanted):
            raise FaultError(f"Not a {given['fault']}: {name} must be {wanted}: {getattr(fault, name)!r}")
    return fault


class Faults:
    """The faults that are still to strike."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, list[int | None]]] = []

    def add(self, *faults: Fault) -> None:
        """Let these happen from now on, in this order."""
        self._left += [(fault, [getattr(fault, "times", None)]) for fault in faults]

    def add_json(self, given: Mapping[str, Any]) -> None:
        """The same from JSON; `{"clear": true}` forgets all faults. Raises FaultError."""
        if given.get("clear"):
            self.clear()
        else:
            self.add(from_json(given))

    def clear(self) -> None:
        """Nothing goes wrong any more; what hangs comes back."""
        self._left.clear()

    def pending(self) -> tuple[Fault, ...]:
        """What is still to strike."""
        return tuple(fault for fault, _ in self._left)

    def __contains__(self, fault: Fault) -> bool:
        return any(other is fault for other, _ in self._left)

    def take(self, kind: type[F], **facts: str) -> F | None:
        """The first fault of this kind whose patterns match the facts; it counts as having struck."""
        for fault, times in self._matching(kind, facts):
            if times[0] is not None:
                times[0] -= 1
                if times[0] <= 0:
                    self._left = [(other, left) for other, left in self._left if other is not fault]
            return fault
        return None

    def role_is_gone(self, role: str) -> bool:
        """Whether a DeleteRole names this role."""
        return any(isinstance(fault, DeleteRole) and fault.role == role for fault, _ in self._left)

    def _matching(self, kind: type[F], facts: Mapping[str, str]) -> Iterator[tuple[F, list[int | None]]]:
        for fault, times in self._left:
            if isinstance(fault, kind) and all(fnmatchcase(value, getattr(fault, key)) for key, value in facts.items()):
                yield fault, times
