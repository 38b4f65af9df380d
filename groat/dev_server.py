"""The app by uvicorn, anew at each SIGHUP: `python -m groat.dev_server FD MODULE:APP`, run by `groat dev`.

The rule: an edit shows at the next request. What the app imports from elsewhere is imported once, here; each generation
is a fork that imports only the app's own modules, a tenth of a second instead of one. The listening socket belongs to
this process, so a request that comes between two generations waits instead of being refused, and one that came before
the edit gets the answer of the app that it was sent to. It ends with whoever started it, also where that one was killed
or its terminal closed.
"""

import importlib
import math
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

Scope = MutableMapping[str, Any]
Send = Callable[[Scope], Awaitable[None]]
Receive = Callable[[], Awaitable[Scope]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Leaving = dict[int, float]  # generations that were told to end, and when they are made to

LOOK = 1.0  # seconds between two looks at who started this
GRACE = 5.0  # seconds that a generation has for what it was asked before the edit
ENDS = frozenset({signal.SIGTERM, signal.SIGALRM})
SIGNALS = ENDS | {signal.SIGHUP}
CRASHED = os.WEXITED | os.WNOHANG | os.WNOWAIT


def main() -> None:
    parent, listener, reference = os.getppid(), socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    sys.path.insert(0, os.getcwd())
    sys.dont_write_bytecode = True  # it is told by second and size, so a quick edit of the same length would be missed
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    with suppress(Exception):  # the generation that serves it tells why
        imported(reference)
    forget(Path.cwd())
    leaving: Leaving = {}
    while True:
        child = os.fork()
        if not child:
            serve(listener, reference)
        wanted = awaited(parent, child, leaving)
        os.kill(child, signal.SIGTERM)
        leaving[child] = time.monotonic() + GRACE
        if wanted in ENDS:
            return reap(leaving, by=math.inf)


def awaited(parent: int, child: int, leaving: Leaving) -> int:
    """The next signal that means something; the clock's means the end once the parent is another one."""
    while (number := signal.sigwait(SIGNALS)) == signal.SIGALRM and os.getppid() == parent:
        reap(leaving, by=time.monotonic())
        if os.waitid(os.P_PID, child, CRASHED):
            return signal.SIGHUP
    return number


def reap(leaving: Leaving, *, by: float) -> None:
    """Let go of who has ended; whose time is over by then is ended."""
    for child, until in list(leaving.items()):
        if over := until <= by:
            os.kill(child, signal.SIGKILL)
        if os.waitpid(child, 0 if over else os.WNOHANG)[0]:
            del leaving[child]


def load(reference: str) -> App:
    """The app, or one that shows why it cannot be imported."""
    try:
        return imported(reference)
    except Exception as error:  # whatever the user's code raises is shown where the user looks
        text = where_to_say(error, reference) or traceback.format_exc()
        print(text, file=sys.stderr, flush=True)
        return failing(text)


def imported(reference: str) -> App:
    module, _, name = reference.partition(":")
    app: App = getattr(importlib.import_module(module), name)
    return app


def where_to_say(error: Exception, reference: str) -> str:
    """For an app that is somewhere else, or that an ASGI server cannot serve as it is; "" for an error of the app's."""
    module, _, name = reference.partition(":")
    missing = isinstance(error, ModuleNotFoundError) and error.name in (module, module.partition(".")[0])
    unnamed = isinstance(error, AttributeError) and error.name == name and error.obj is sys.modules.get(module)
    said = f'There is no ASGI app {reference}: say where it is in pyproject.toml, [tool.groat] app = "module:name"\n'
    return said if missing or unnamed else ""


def failing(text: str) -> App:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


def forget(folder: Path) -> None:
    """Let the modules below this folder be imported anew."""
    importlib.invalidate_caches()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if Path(file).is_relative_to(folder) and "site-packages" not in file and name != "__main__":
            del sys.modules[name]


class Server(uvicorn.Server):
    """From the first signal on it takes no new request: those are the next generation's, which has the edit."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for server in getattr(self, "servers", ()):  # it may not have begun
            server.close()
        super().handle_exit(sig, frame)


def serve(listener: socket.socket, reference: str) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    config = uvicorn.Config(load(reference), lifespan="off", log_level="warning", access_log=False)
    Server(config).run(sockets=[listener])
    os._exit(0)


if __name__ == "__main__":
    main()
