"""Replaces the interface emulator where AWS's does not run (macOS): the handler in a plain Python process.

The rule: it answers the emulator's one HTTP call, and nothing else. It is not the official runtime: there is no init
phase, and the log has no START and REPORT lines. It is a script, `runtime_plain.py PORT HANDLER`, with no imports of
ours.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Timer
from typing import Any

Handler = Callable[[Any, "Context"], Any]


@dataclass(frozen=True, slots=True)
class Context:
    """The second argument of a handler, with the attributes of Lambda's context object that a website may ask for."""

    timeout: float
    function_name: str = field(default_factory=lambda: os.environ["AWS_LAMBDA_FUNCTION_NAME"])
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = field(default_factory=lambda: os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.timeout - (time.monotonic() - self.started)) * 1000))


def handler_of(name: str) -> Handler:
    module, _, function = name.rpartition(".")
    found: Handler = getattr(importlib.import_module(module), function)
    return found


def failure(error: BaseException) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def run(name: str, event: Any, limit: float) -> tuple[int, bytes]:
    """The emulator's status and body for an event that the handler of this name gets."""
    try:
        handler = handler_of(name)
    except (ImportError, AttributeError, SyntaxError) as error:
        return 502, json.dumps(failure(error)).encode()
    try:
        return 200, json.dumps(handler(event, Context(limit))).encode()
    except Exception as error:  # as on Lambda, whatever the user's code raises is an answer
        traceback.print_exc()
        return 200, json.dumps(failure(error)).encode()


class Invocations(BaseHTTPRequestHandler):
    server: "Plain"

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        watch = Timer(self.server.limit, self._timed_out)
        watch.start()
        status, body = run(self.server.handler, event, self.server.limit)
        watch.cancel()
        self._reply(status, body)

    def _timed_out(self) -> None:
        self._reply(200, f"Task timed out after {self.server.limit:.2f} seconds".encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the log is the function's."""


class Plain(HTTPServer):
    """Answers invocations one after the other; `limit` is the function's timeout in seconds."""

    def __init__(self, port: int, handler: str, limit: float) -> None:
        super().__init__(("127.0.0.1", port), Invocations)
        self.handler, self.limit = handler, limit


if __name__ == "__main__":
    installed = [place for place in sys.path[1:] if place.startswith((sys.prefix, sys.base_prefix))]
    sys.path[:] = [os.environ["LAMBDA_TASK_ROOT"], *installed]
    Plain(int(sys.argv[1]), sys.argv[2], float(os.environ["AWS_LAMBDA_FUNCTION_TIMEOUT"])).serve_forever()
