"""All stacks of one account, and what they depend on: time, handlers, faults and other services.

The rule: a name refers to the one stack of that name that is not deleted; everything else is found by its ARN.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from local_cloud.cloudformation.faults import Faults, On
from local_cloud.cloudformation.history import Answers
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import ChangeSet, Live, Signal, Stack
from local_cloud.cloudformation.refusals import NO_STACK, Refusal
from local_cloud.cloudformation.resources.handlers import Handlers, State
from local_cloud.cloudformation.schedule import Schedule, Steps
from local_cloud.cloudformation.template.model import ResolvedResource, no_dynamic_references

SHORTEST_POLL = 0.01


def _no_parameter(_region: str, _name: str) -> str | None:
    return None


def _no_reference(_region: str, service: str, key: str) -> str:
    return no_dynamic_references(service, key)


def _holds_nothing(_region: str, _type: str, _physical_id: str) -> bool:
    return False


def _no_alarm(_region: str, _arn: str) -> str | None:
    return None


def _no_url(url: str) -> str:
    raise ValueError(f"S3 error: The specified bucket does not exist: {url}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What CloudFormation asks of other services; the default is a world without any."""

    ssm: Callable[[str, str], str | None] = _no_parameter
    """The value of an SSM parameter by region and name, or None."""
    dynamic: Callable[[str, str, str], str] = _no_reference
    """The value of `{{resolve:service:key}}` by region, service and key. Raises TemplateError."""
    read_url: Callable[[str], str] = _no_url
    """The text behind a TemplateURL. Raises ValueError with CloudFormation's text."""
    holds: Callable[[str, str, str], bool] = _holds_nothing
    """Whether a bucket or repository, by region, resource type and physical id, has something in it."""
    alarm: Callable[[str, str], str | None] = _no_alarm
    """The state of an alarm, plain or composite, by region and ARN: OK, ALARM, INSUFFICIENT_DATA, or None."""

    @property
    def snippet(self) -> Callable[[str], str]:
        """The text at an s3:// location. Raises ValueError."""
        return lambda location: self.read_url(location.replace("s3://", "https://s3.amazonaws.com/", 1))


class Embedded(Protocol):
    """What a step does with a resource that is itself a stack. `run` is the parent's Run (which knows this module)."""

    def attempt(self, run: Any, on: On, live: Live) -> Steps[State]:
        """Create, update, roll back or delete the child, until it rests. Raises Failure."""
        ...

    def differs(self, run: Any, live: Live, desired: ResolvedResource) -> bool:
        """Whether the child's template or parameters changed."""
        ...

    def cancel(self, run: Any, live: Live) -> None:
        """Stop what the child is doing."""
        ...


class World:
    """The account. `speed` is how many times faster than AWS things go; 0 means at once."""

    def __init__(
        self,
        *,
        schedule: Schedule,
        handlers: Handlers,
        account: str,
        speed: float,
        surroundings: Surroundings,
        embedded: Embedded,
        answers: Answers,
        page_size: int | None = None,
    ) -> None:
        self.schedule = schedule
        self.handlers = handlers
        self.account = account
        self.surroundings = surroundings
        self.embedded = embedded
        self.answers = answers
        self.page_size = page_size
        self.faults = Faults()
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.detections: dict[str, Any] = {}
        self.signals: dict[str, dict[str, Signal]] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self.pace = 1 / speed if speed else 0.0

    def seconds(self, seconds: float) -> float:
        """AWS's seconds in seconds of our clock."""
        return seconds * self.pace

    def poll(self, seconds: float) -> float:
        """The time between two looks; never none, or no time would pass between them."""
        return max(self.seconds(seconds), SHORTEST_POLL)

    def limit(self, seconds: float) -> float:
        """A time limit in seconds of our clock; AWS's own where everything happens at once: nothing may time out."""
        return self.seconds(seconds) or seconds

    def random_name(self) -> str:
        """Twelve characters, like those at the end of the names that AWS generates."""
        return uuid4().hex[:12].upper()

    def arn(self, region: str, kind: str, name: str) -> str:
        """A new ARN of CloudFormation: kind is `stack` or `changeSet`."""
        return f"arn:aws:cloudformation:{region}:{self.account}:{kind}/{name}/{uuid4()}"

    def add(self, stack: Stack) -> None:
        """Make the stack known, also by its name."""
        self.stacks[stack.id] = stack
        self._ids[stack.region, stack.name] = stack.id

    def find(self, region: str, reference: str) -> Stack | None:
        """The stack of an ARN, or the one of a name that is not deleted."""
        if reference.startswith("arn:"):
            return self.stacks.get(reference)
        stack = self.stacks.get(self._ids.get((region, reference), ""))
        return None if stack is None or stack.status is StackStatus.DELETE_COMPLETE else stack

    def require(self, region: str, reference: str, refusal: Refusal = NO_STACK) -> Stack:
        """The stack, as `find` gives it. Raises AWS's refusal, as the calling operation words it."""
        stack = self.find(region, reference)
        if stack is None:
            raise refusal.error(stack=reference)
        return stack

    def in_region(self, region: str) -> Iterator[Stack]:
        """The region's stacks, the newest first, deleted ones included."""
        return (stack for stack in reversed(self.stacks.values()) if stack.region == region)

    def family(self, stack: Stack) -> Iterator[Stack]:
        """All nested stacks below a root stack."""
        return (other for other in self.stacks.values() if other.root_id == stack.id)

    def children(self, stack: Stack) -> Iterator[Stack]:
        """The nested stacks of a stack."""
        return (other for other in self.stacks.values() if other.parent_id == stack.id)
