"""A Ctrl-C that CPython drops, for tests: it comes at the end of a file-like object, as botocore's answers are."""

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from changesets import interrupts


class Answer(io.IOBase):
    """Its end is Python code, in which Ctrl-C comes."""

    def close(self) -> None:
        if not self.closed:
            signal.raise_signal(signal.SIGINT)
        super().close()


def dropped() -> str:
    Answer()
    return "answer"


@contextmanager
def listening() -> Iterator[None]:
    """As the command lines listen; afterwards it is pytest's own again."""
    before, hook = signal.signal(signal.SIGINT, signal.default_int_handler), sys.unraisablehook
    interrupts.listen()
    yield
    interrupts.handle()
    sys.unraisablehook = hook
    signal.signal(signal.SIGINT, before)
