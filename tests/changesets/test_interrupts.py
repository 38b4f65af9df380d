"""Ctrl-C comes through where CPython's own handler loses it, or lets the process die of it in the end."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from changesets import interrupts
from changesets.gateway import answered
from tests import interrupting
from tests.interrupting import dropped


@pytest.fixture
def listening() -> Iterator[None]:
    with interrupting.listening():
        yield


@pytest.mark.usefixtures("listening")
def test_a_ctrl_c_that_python_drops_is_raised_after_the_call() -> None:
    with pytest.raises(KeyboardInterrupt):
        answered("DescribeStacks", dropped)


@pytest.mark.usefixtures("listening")
def test_one_that_was_heard_is_not_raised_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    interrupts.handle()
    assert answered("DescribeStacks", lambda: "answer") == "answer"


@pytest.mark.usefixtures("listening")
def test_one_that_answers_a_question_is_not_raised_again() -> None:
    with interrupts.answering(EOFError):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise EOFError from None
    assert answered("DescribeStacks", lambda: "answer") == "answer"


@pytest.mark.usefixtures("listening")
def test_one_that_was_lost_is_raised_before_the_next_call_and_one_that_was_handled_is_not() -> None:
    dropped()
    with pytest.raises(KeyboardInterrupt):
        interrupts.raise_if_lost()
    interrupts.handle()
    interrupts.raise_if_lost()


def test_one_that_the_process_was_started_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupts.listen()
    answer = answered("DescribeStacks", dropped)
    assert signal.signal(signal.SIGINT, before) is signal.SIG_IGN
    assert answer == "answer"


@pytest.mark.parametrize(("prepare", "code"), [("", -signal.SIGINT), ("listen()", 1)], ids=["python's own", "ours"])
def test_one_in_the_making_of_a_dataclass_leaves_the_exit_code_alone(tmp_path: Path, prepare: str, code: int) -> None:
    """The first row shows that CPython does what the module says of it: else the second would prove nothing."""
    (tmp_path / "program.py").write_text(f"""
import signal, sys
from changesets.interrupts import listen
{prepare}
try:
    exec("signal.raise_signal(signal.SIGINT)\\nfor _ in 'ab': pass")  # since 3.12 a loop looks for signals, a line not
except KeyboardInterrupt:
    sys.exit(1)
""")
    assert subprocess.run([sys.executable, "-m", "program"], cwd=tmp_path, check=False).returncode == code
