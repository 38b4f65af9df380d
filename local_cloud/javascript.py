"""Runs CloudFront Functions as they are: the template's JavaScript in V8, one event in, one value out.

The rule: the deployed code runs unchanged, except for its one permitted import. Differences from CloudFront's own
runtime: V8 accepts newer syntax than cloudfront-js-1.0; `crypto`, `querystring` and `Buffer` are absent; a key value
store is empty; time is limited to LIMIT seconds of the wall clock rather than to a share of one millisecond of CPU.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from py_mini_racer import (
    DEFAULT_V8_FLAGS,
    JSEvalException,
    JSTimeoutException,
    MiniRacer,
    init_mini_racer,
    mini_racer,
)

LIMIT = 1.0
FLAGS = (*DEFAULT_V8_FLAGS, "--no-memory-protection-keys")
"""Where the processor has such keys, V8 would lock its memory with one, and only threads that were started after V8 can
open it: any other that runs a function ends the process by a segmentation fault."""
STARTING = Lock()  # the first isolate sets up V8's memory, and two threads that do so at once end the process
LOG = logging.getLogger("local_cloud.functions")
IMPORT = re.compile(r"""^[ \t]*import\s+(\w+)\s+from\s+["']cloudfront["'];?""", re.MULTILINE)
PRELUDE = """
const __absent = async (key) => { throw new Error(`KeyNotFound: ${key}`) };
const __cloudfront = {kvs: () => ({get: __absent, exists: async () => false, count: async () => 0})};
const __lines = [];
const __write = (...values) => { __lines.push(values.map(String).join(' ')) };
const console = {log: __write, warn: __write, error: __write};
let __outcome;
function __invoke(event) {
    __outcome = undefined;
    (async () => handler(event))().then(
        value => { __outcome = JSON.stringify({value: value === undefined ? null : value}) },
        error => { __outcome = JSON.stringify({error: String(error)}) },
    );
}
"""


class JavaScriptError(Exception):
    """The function threw, did not parse, or did not come back in time; the text is the engine's."""


def call_handler(code: str, event: Mapping[str, Any]) -> Any:
    """What the code's `handler(event)` returns or resolves to, in an isolate of its own (about 3 ms).

    Its console output goes to the log, as it goes to CloudWatch on AWS. Raises JavaScriptError.
    """
    try:
        with _engine() as engine:
            _evaluate(engine, PRELUDE + IMPORT.sub(r"const \1 = __cloudfront;", code))
            _evaluate(engine, f"__invoke({json.dumps(event)})")
            outcome = _evaluate(engine, "__outcome")
            lines = _evaluate(engine, "__lines.join('\\n')")
    except JSEvalException as error:
        raise JavaScriptError(str(error)) from error
    if lines:
        LOG.info("%s", lines)
    return _value(outcome)


@contextmanager
def _engine() -> Iterator[MiniRacer]:
    with ExitStack() as ends:
        with STARTING:
            init_mini_racer(flags=FLAGS, ignore_duplicate_init=True)
            engine = ends.enter_context(mini_racer())
        yield engine


def _evaluate(engine: MiniRacer, code: str) -> object:
    try:
        return engine.eval(code, timeout_sec=LIMIT)
    except JSTimeoutException:
        engine.eval("0")  # the stopped script reports to the isolate once more; wait for that before closing it
        raise


def _value(outcome: object) -> Any:
    if not isinstance(outcome, str):
        raise JavaScriptError("The handler's promise never settled")
    answer = json.loads(outcome)
    if "error" in answer:
        raise JavaScriptError(answer["error"])
    return answer["value"]
