"""A client of groat's makes no further call once a Ctrl-C came, even one that Python has dropped."""

import io
import signal
from collections.abc import Iterator

import pytest

from changesets import interrupts
from groat.aws import make, without_account

NOWHERE = "http://127.0.0.1:9"


class Answer(io.IOBase):
    """Its end is Python code, where Ctrl-C comes and is dropped; botocore's answers are such."""

    def close(self) -> None:
        if not self.closed:
            signal.raise_signal(signal.SIGINT)
        super().close()


@pytest.fixture
def listening() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupts.listen()
    yield
    interrupts.handle()
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_the_next_call_raises_what_was_dropped() -> None:
    s3 = make(without_account("us-east-1"), "s3", endpoint_url=NOWHERE)
    Answer()
    with pytest.raises(KeyboardInterrupt):
        s3.list_buckets()
