"""The steps of a plan that mend a rollback's cause: calls of other services. Like those of steps.py,
each holds all that its call needs, and the sentence why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A call of another service that mends what a rollback needs and somebody deleted or changed; see remedies.py.
    `differs`: the resource may lack something still that the template says.
    """

    service: str
    operation: str
    arguments: Arguments
    logical_id: str
    why: str
    differs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Wait for what is only eventually so, and cannot be asked for."""

    operation: ClassVar[str] = "Pause"
    seconds: float
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"Seconds": self.seconds}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushImage:
    """Put an image back under its digest, as only who runs the deployment can: `push` does it, or raises Refused."""

    operation: ClassVar[str] = "PutImage"
    uri: str
    logical_id: str
    push: Callable[[], None] = field(repr=False, compare=False)
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"imageUri": self.uri}
