"""The app by uvicorn, anew at each SIGHUP: `python -m groat.dev_server FD MODULE:APP`, run by `groat dev`.

The rule: an edit shows at the next request. What the app imports from elsewhere is imported once, here; each generation
is a fork that imports only the app's own modules, a tenth of a second instead of one. The listening socket belongs to
this process, so a request that comes between two generations waits instead of being refused.
"""

import importlib
import os
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Scope = MutableMapping[str, Any]
Send = Callable[[Scope], Awaitable[None]]
Receive = Callable[[], Awaitable[Scope]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def main() -> None:
    listener, reference = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    sys.path.insert(0, os.getcwd())
    sys.dont_write_bytecode = True  # it is told by second and size, so a quick edit of the same length would be missed
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGTERM})
    load(reference)
    forget(Path.cwd())
    while True:
        child = os.fork()
        if not child:
            serve(listener, load(reference))
        wanted = signal.sigwait({signal.SIGHUP, signal.SIGTERM})
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if wanted == signal.SIGTERM:
            return


def load(reference: str) -> App:
    """The app, or one that shows why it cannot be imported."""
    module, _, name = reference.partition(":")
    try:
        app: App = getattr(importlib.import_module(module), name)
    except Exception:  # whatever the user's code raises is shown where the user looks
        traceback.print_exc()
        return failing(traceback.format_exc())
    return app


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


def serve(listener: socket.socket, app: App) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP, signal.SIGTERM})
    config = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
    os._exit(0)


if __name__ == "__main__":
    main()
