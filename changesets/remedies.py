"""What could repair a failed rollback: looked for before planning, one kind of cause after the other.

The rule: looking changes nothing, and what cannot be known is not mended. What is found is in a Situation as values;
which of it is done, and after what question, is the planner's.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from changesets import lending, repairs, restorations
from changesets.lending import Loan, Told, Wanted
from changesets.mending import PushImage, Repair
from changesets.models import StackEvent
from changesets.repairs import Door
from changesets.restorations import Changed

# From an image's URI to what pushes it again (raising Refused if it cannot after all), or None: it has no copy.
PushAgain = Callable[[str], Callable[[], None] | None]
_NO_IMAGE = re.compile(r"Source image (?P<uri>\S+@sha256:[0-9a-f]{64}) does not exist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """`repairs` make again what was deleted, `images` push again what is gone, `changed` is what was by hand, `wanted`
    what roles lost and could be lent; `lent` is what they were lent and have still.
    """

    repairs: tuple[Repair, ...] = ()
    images: tuple[PushImage, ...] = ()
    changed: tuple[Changed, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    lent: tuple[Loan, ...] = ()


class Gateway(Door, Told, Protocol):
    """What looking needs of the gateway."""


def look(door: Gateway, stack_id: str, failed: tuple[StackEvent, ...], push_again: PushAgain | None) -> Remedies:
    """For a stack in UPDATE_ROLLBACK_FAILED and the stacks nested in it; `failed` is what failed in the rollback."""
    stacks = dict.fromkeys([stack_id, *(event.stack_id for event in failed)])
    return Remedies(
        repairs=repairs.steps(lost for each in stacks for lost in repairs.lost(door, each)),
        images=tuple(_images(failed, push_again)) if push_again else (),
        changed=tuple(one for each in stacks for one in restorations.changed(door, each, failed)),
        wanted=lending.wanted(door, stack_id, failed),
        lent=lending.outstanding(door, stack_id),
    )


def _images(failed: tuple[StackEvent, ...], push_again: PushAgain) -> Iterator[PushImage]:
    for event in failed:
        told = _NO_IMAGE.search(event.reason)
        push = push_again(told["uri"]) if told else None
        if told and push:
            why = f"the rollback needs this image, it is gone from the registry, and there is a copy: {told['uri']}"
            yield PushImage(uri=told["uri"], logical_id=event.logical_id, push=push, why=why)
