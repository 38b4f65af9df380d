"""How the edge calls a function: the seam between HTTP and whatever runs the code.

The rule: a call ends in the handler's value or in one of two errors; the edge decides what HTTP makes of them.
"""

from collections.abc import Mapping
from typing import Any, Protocol

LONGEST = 900.0  # seconds: Lambda's own limit
TOO_LARGE = "RequestTooLargeException"  # the kind of error that Lambda has for an event over its 6 MB


class Invoke(Protocol):
    """Calls a function by name and waits `seconds` for its answer."""

    def __call__(self, function: str, event: Mapping[str, Any], *, seconds: float = LONGEST) -> Any:
        """What the handler returned. Raises FunctionError (it failed), TooSlow (no answer in time)."""
        ...


class FunctionError(Exception):
    """The function failed: it raised, crashed, did not start, timed out, or answered too much."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class NotRun(FunctionError):
    """The function was not even started: the local cloud cannot run what it is made of."""


class TooSlow(Exception):
    """The caller's patience ended before the function's."""
