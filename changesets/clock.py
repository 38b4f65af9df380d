"""The package's only access to time: two methods, so that a test can play an hour in a millisecond."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is aware and in UTC; `sleep` takes seconds."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
