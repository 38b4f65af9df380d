"""CloudFront Functions in V8: one event in, one value out."""

import subprocess
import sys

import pytest

from local_cloud.javascript import JavaScriptError, call_handler


def test_a_handler_returns_what_it_made_of_the_event() -> None:
    code = "function handler(event) { event.uri += '/é'; return event; }"
    assert call_handler(code, {"uri": "/ä"}) == {"uri": "/ä/é"}


def test_an_async_handler_may_look_into_a_key_value_store_that_is_empty() -> None:
    code = """
    import cf from 'cloudfront';
    const store = cf.kvs('id');
    async function handler(event) {
      try { return await store.get('key'); } catch (error) { return String(error); }
    }"""
    assert call_handler(code, {}) == "Error: KeyNotFound: key"


def test_calls_share_nothing() -> None:
    code = "let calls = 0; function handler() { return ++calls; }"
    assert [call_handler(code, {}), call_handler(code, {})] == [1, 1]


def test_the_console_is_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        call_handler("function handler(event) { console.log('uri', event.uri); console.error(1); }", {"uri": "/é"})
    assert caplog.messages == ["uri /é\n1"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("function handler(event {", "SyntaxError"),
        ("function handler() { throw new TypeError('boom'); }", "TypeError: boom"),
        ("const other = 1;", "handler is not defined"),
        ("function handler() { for (;;) {} }", "timeout"),
        ("function handler() { return new Promise(() => {}); }", "never settled"),
    ],
)
def test_a_function_that_cannot_answer_says_why(code: str, message: str) -> None:
    with pytest.raises(JavaScriptError, match=message):
        call_handler(code, {})


CONCURRENTLY = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from local_cloud.javascript import call_handler

def called(number):
    begun.wait()
    return [call_handler("function handler(event) { return event; }", number) for _ in range(10)][-1]

begun = Barrier(4)
with ThreadPoolExecutor(4) as threads:
    print(*threads.map(called, range(4)))
"""


def test_threads_that_are_older_than_v8_run_functions_at_the_same_time() -> None:
    """In a process of its own: with protected memory, a thread would end it by a segmentation fault."""
    done = subprocess.run([sys.executable, "-c", CONCURRENTLY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0 1 2 3\n")
