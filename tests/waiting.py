"""Waiting for what happens beside a test, in another process or thread. The rule: every wait has an end."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(
    look: Callable[[], T], *, seconds: float = 60, pause: float = 0.02, failure: Callable[[], object] = lambda: ""
) -> T:
    """What `look` answers once that is true; `failure` says what there is instead."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited for {seconds:g} s in vain: {failure()}"
        time.sleep(pause)
    return found
