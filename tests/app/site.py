"""The website on loopback as the edge serves it: /api from the app, everything else from the frontend's folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from app.main import create_app
from app.settings import Settings
from tests.app.browser import InProcess

FRONTEND = Path(__file__).parents[2] / "app" / "frontend"


class Edge(SimpleHTTPRequestHandler):
    api = InProcess(create_app(Settings()))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(FRONTEND))

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what matters is seen in the browser."""

    def end_headers(self) -> None:
        """As strict as a site can ask its visitors' browsers to be."""
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def do_GET(self) -> None:
        if not self.path.startswith("/api/"):
            return super().do_GET()
        return self.to_app()

    def do_POST(self) -> None:
        self.to_app()

    def do_DELETE(self) -> None:
        self.to_app()

    def to_app(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = f"http://{self.headers['Host']}{self.path}"
        answer = self.api.handle_request(httpx.Request(self.command, url, headers=self.headers.items(), content=body))
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Edge)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
