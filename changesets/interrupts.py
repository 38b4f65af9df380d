"""Ctrl-C that is never lost, and that leaves the exit code alone.

CPython's own handler falls short twice. An exception that a signal raises in the finalizer of a file-like object is
dropped (`iobase_finalize`; without a word before Python 3.13, with a traceback since), and botocore finalizes such an
object after each answer: the key would have no effect. And a KeyboardInterrupt that leaves an `exec` of text, as in the
making of a dataclass while a module loads, marks the process to die of SIGINT in the end (`run_eval_code_obj`),
whatever code it exits with. So the signals are counted, and what is raised is a subclass, which that mark does not
know, and of which no traceback is printed.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class Interrupt(KeyboardInterrupt):
    """Somebody pressed Ctrl-C."""


class _Heard:
    """How many so far, and how many of them somebody has dealt with; signals are the process's own, so this is too."""

    times = 0
    handled = 0


def listen() -> None:
    """For a process's main function. A SIGINT that the process was started to ignore (nohup, &) stays ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _hear)
        sys.unraisablehook = partial(_unless_heard, sys.unraisablehook)


def _hear(_number: int, _frame: FrameType | None) -> None:
    _Heard.times += 1
    raise Interrupt


def _unless_heard(tell: Callable[["sys.UnraisableHookArgs"], object], lost: "sys.UnraisableHookArgs") -> None:
    if not isinstance(lost.exc_value, Interrupt):
        tell(lost)


def raise_if_lost() -> None:
    """Raises Interrupt if one came that nobody has dealt with: we would not be here."""
    if _Heard.times != _Heard.handled:
        raise Interrupt


def heeded(call: Callable[[], T]) -> T:
    """The call's answer; raises Interrupt after it if one came and was lost."""
    answer = call()
    raise_if_lost()
    return answer


def handle() -> None:
    """Whoever catches an Interrupt and goes on says so: it is not lost."""
    _Heard.handled = _Heard.times


@contextmanager
def answering(interrupted: type[Exception]) -> Iterator[None]:
    """Around a question, which a Ctrl-C ends with this exception (click.Abort): that is an answer too."""
    try:
        yield
    except interrupted:
        handle()
