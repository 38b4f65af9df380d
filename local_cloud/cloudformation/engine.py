"""The local CloudFormation: one object with one way in, `call`.

The rule: `call` first plays what is due by the clock and then answers; nothing else lets time pass. One lock covers all
of it, so that any number of threads may call.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from local_cloud.clock import Clock
from local_cloud.cloudformation.api import change_sets, drift, protection, reads, recovery, stacks, templates
from local_cloud.cloudformation.api.calls import Calls
from local_cloud.cloudformation.api.exclusive import check_one_of
from local_cloud.cloudformation.api.shown import stack as shown_stack
from local_cloud.cloudformation.constraints import check
from local_cloud.cloudformation.errors import ApiError
from local_cloud.cloudformation.faults import (
    ExpireCredentials,
    Faults,
    ForeignOperation,
    LoseResponse,
    ThrottleCalls,
)
from local_cloud.cloudformation.history import MOST_RECORDED, Answers
from local_cloud.cloudformation.model import Signal
from local_cloud.cloudformation.operations.foreign import start_foreign_update
from local_cloud.cloudformation.operations.nested import NestedStacks
from local_cloud.cloudformation.operations.signals import has_handle, send
from local_cloud.cloudformation.refusals import EXPIRED, THROTTLED, UNSUPPORTED
from local_cloud.cloudformation.resources.generic import unbacked
from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.cloudformation.schedule import Schedule
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import Surroundings, World

CALLS: Calls = {
    **stacks.CALLS,
    **recovery.CALLS,
    **protection.CALLS,
    **change_sets.CALLS,
    **reads.CALLS,
    **templates.CALLS,
    **drift.CALLS,
}
READS = ("Describe", "List", "Get", "Validate", "Detect")


class ResponseLost(ConnectionError):
    """The call had its effect, but its answer never arrives (fault LoseResponse)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A live resource, as the edge in front of the site reads it."""

    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]


Find = Callable[[str], Sequence[Deployed]]
"""What CloudFormation.deployed is: from a resource type to what lives of it."""


class CloudFormation:
    """One account's CloudFormation in all regions.

    `handlers` stand behind the resource types; the default remembers any type and nothing is real. `speed` is how many
    times faster than AWS things go, 0 meaning at once. `as_of` picks the answers of a day (see history.py).
    `page_size` makes pages small for tests.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        handlers: Handlers | None = None,
        account: str = "111111111111",
        region: str = "us-east-1",
        speed: float = 1.0,
        surroundings: Surroundings | None = None,
        as_of: date = MOST_RECORDED,
        page_size: int | None = None,
    ) -> None:
        self.clock = clock
        self.region = region
        self.world = World(
            schedule=Schedule(clock.now()),
            handlers=handlers or unbacked(),
            account=account,
            speed=speed,
            surroundings=surroundings or Surroundings(),
            embedded=NestedStacks(),
            answers=Answers(as_of),
            page_size=page_size,
        )
        self._lock = threading.RLock()

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self.world.faults

    def call(self, operation: str, params: Mapping[str, Any], *, region: str | None = None) -> dict[str, Any]:
        """Answer one API call, in boto3's shapes. Raises ApiError, or ResponseLost when the fault says so."""
        with self._lock:
            self.advance()
            self._refuse_by_fault(operation)
            if not operation.startswith(READS):
                self._play_bystanders(operation, region or self.region, params)
            answer = self._answer(operation, params, region or self.region)
            if self.faults.take(LoseResponse, operation=operation):
                raise ResponseLost(f"The connection was closed before the answer to {operation} arrived")
            return answer

    def advance(self) -> None:
        """Play what is due."""
        with self._lock:
            self.world.schedule.play(self.clock.now())

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Whatever starts in this context takes no time, apart from faults."""
        with self._lock:
            pace, self.world.pace = self.world.pace, 0.0
            try:
                yield
            finally:
                self.world.pace = pace

    def next_due(self) -> datetime | None:
        """When something happens next; None when everything rests."""
        with self._lock:
            return self.world.schedule.next_due()

    def deployed(self, type: str) -> list[Deployed]:
        """All live resources of a type, in every region, the oldest stack first."""
        with self._lock:
            self.advance()
            return [
                Deployed(
                    stack_id=stack.id,
                    logical_id=live.logical_id,
                    physical_id=live.physical_id,
                    type=live.type,
                    properties=live.properties,
                    attributes=live.attributes,
                )
                for stack in self.world.stacks.values()
                for live in stack.resources.values()
                if live.type == type and live.made
            ]

    def signal(self, handle: str, unique_id: str, signal: Signal) -> bool:
        """Count what was PUT to the URL of a wait condition's handle; False when there is no such handle."""
        with self._lock:
            self.advance()
            if known := has_handle(self.world, handle):
                send(self.world, handle, unique_id, signal)
            return known

    def _answer(self, operation: str, params: Mapping[str, Any], region: str) -> dict[str, Any]:
        if operation not in CALLS:
            raise UNSUPPORTED.error(operation=operation)
        check(operation, params)
        check_one_of(operation, params)
        try:
            return CALLS[operation](self.world, region, params)
        except TemplateError as problem:
            raise ApiError("ValidationError", str(problem)) from None

    def _refuse_by_fault(self, operation: str) -> None:
        if self.faults.take(ExpireCredentials):
            raise EXPIRED.error()
        if self.faults.take(ThrottleCalls, operation=operation):
            raise THROTTLED.error()

    def _play_bystanders(self, operation: str, region: str, params: Mapping[str, Any]) -> None:
        """Before a write: start somebody else's update, and keep what a stale read will still answer afterwards."""
        if not self.faults.pending():
            return
        change_set = self.world.change_sets.get(params.get("ChangeSetName", ""))
        stack = self.world.find(region, change_set.stack_id if change_set else params.get("StackName", ""))
        if stack is None:
            return
        if fault := self.faults.take(ForeignOperation, stack=stack.name, before=operation):
            start_foreign_update(self.world, stack, fault.seconds)
        stack.before = shown_stack(stack, self.world.answers)
