"""A client of groat's makes no further call once a Ctrl-C came, even one that Python has dropped."""

import pytest

from groat.aws import make, without_account
from tests.interrupting import dropped, listening

NOWHERE = "http://127.0.0.1:9"


def test_the_next_call_raises_what_was_dropped() -> None:
    s3 = make(without_account("us-east-1"), "s3", endpoint_url=NOWHERE)
    with listening():
        dropped()
        with pytest.raises(KeyboardInterrupt):
            s3.list_buckets()
