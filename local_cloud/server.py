"""The one HTTP endpoint of the local cloud: CloudFormation is ours, the control verbs are ours, the rest is moto.

The rule: a request goes where its signature says (the credential scope of SigV4 names service and region), as on AWS,
so that every client works unmodified. Loopback only; one thread per request; nothing here keeps state.
"""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from local_cloud import wire
from local_cloud.cloudformation.errors import ApiError
from local_cloud.daemon import PORT_IN_USE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
CONTROL = "/_local_cloud/"
MEANT_FOR = "HTTP_X_LOCAL_CLOUD"  # a client may say which local cloud it means, by its pid; ports change hands
US = str(os.getpid())
LOG = logging.getLogger("local_cloud")


class Engine(Protocol):
    """The CloudFormation behind the endpoint; raises ApiError."""

    def call(self, operation: str, params: Mapping[str, Any], *, region: str) -> Mapping[str, Any]: ...


class Scope(NamedTuple):
    """Whom a request is signed for."""

    service: str
    region: str


class CloudRequest(Request):
    max_form_memory_size = 16 * 1024 * 1024  # a template that is too large deserves CloudFormation's own words

    @property
    def scope(self) -> Scope | None:
        """From the Authorization header, or the query of a presigned URL; None when unsigned."""
        credential = self.headers.get("Authorization", "").partition("Credential=")[2].partition(",")[0]
        parts = (credential or self.args.get("X-Amz-Credential", "")).split("/")
        return Scope(parts[3], parts[2]) if len(parts) == 5 else None


class Endpoint:
    """The WSGI application: CloudFormation, control verbs, everything else."""

    def __init__(self, engine: Engine, *, services: "WSGIApplication", control: "WSGIApplication") -> None:
        self._engine = engine
        self._services = services
        self._control = control

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = CloudRequest(environ)
        if environ.get(MEANT_FOR, US) != US:
            return Response(f"This is another local cloud: {US}\n", 421)(environ, start_response)
        if request.path.startswith(CONTROL):
            return self._control(environ, start_response)
        scope = request.scope
        if scope and scope.service == "cloudformation":
            return self._cloudformation(request, scope.region)(environ, start_response)
        return self._services(environ, start_response)

    def _cloudformation(self, request: CloudRequest, region: str) -> Response:
        started = time.perf_counter()
        form = request.values.to_dict()
        status, body = self._answer(form, region)
        milliseconds = (time.perf_counter() - started) * 1000
        LOG.info("%s %s %s %d %.0f ms", form.get("Action"), form.get("StackName", ""), region, status, milliseconds)
        return Response(body, status, content_type="text/xml")

    def _answer(self, form: Mapping[str, str], region: str) -> tuple[int, bytes]:
        model, request_id = wire.cloudformation(), str(uuid.uuid4())
        try:
            operation, parameters = wire.parse(model, form)
            output = self._engine.call(operation.name, parameters, region=region)
            return 200, wire.serialise(operation, output, request_id)
        except wire.UnknownOperation as error:
            refusal = ApiError("InvalidAction", str(error))
        except wire.MalformedInput as error:
            refusal = ApiError("MalformedInput", str(error))
        except ApiError as error:
            refusal = error
        except ConnectionError:  # the fault LoseResponse
            raise
        except Exception:  # a bug of ours is answered as AWS answers one of its own, and logged
            LOG.exception("%s broke", form.get("Action"))
            refusal = ApiError("InternalFailure", "An internal error has occurred.", 500)
        status = refusal.status
        return status, wire.serialise_error(
            model, code=refusal.code, message=refusal.message, status=status, request_id=request_id
        )


class PortInUse(OSError):
    """Somebody else listens there."""


class Server:
    """A WSGI application on a loopback port of its own; a context manager serves it from a thread.

    `port` 0 takes a free one. Raises PortInUse.
    """

    def __init__(self, app: "WSGIApplication", *, port: int = 0) -> None:
        with _listening(port) as listener:
            self.port: int = listener.getsockname()[1]
            self._server = _wsgi_server(_until_hung_up(app), listener)
        self._thread = threading.Thread(target=self.run, name=f"port-{self.port}", daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def run(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever(poll_interval=0.1)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._thread.join()


def on_first_free(app: "WSGIApplication", ports: range) -> Server:
    """A server on the first of these ports that nobody has; it is not yet started. Raises PortInUse."""
    for port in ports:
        with suppress(PortInUse):
            return Server(app, port=port)
    raise PortInUse(f"No free port for a site from {ports.start} to {ports.stop - 1}")


class _Quiet(WSGIRequestHandler):
    """The endpoint writes its own log lines, of what was asked rather than of HTTP."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""

    def connection_dropped(self, error: BaseException, environ: "WSGIEnvironment | None" = None) -> None:  # noqa: ARG002
        """Also how the engine loses a response: the client must see that the connection is gone."""
        self.close_connection = True


def _until_hung_up(app: "WSGIApplication") -> "WSGIApplication":
    """A client that goes away in the midst of its request is no error of the server's, and nothing to write down."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except ClientDisconnected as gone:
            raise ConnectionAbortedError("The client went away in the midst of its request") from gone

    return application


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise PortInUse(f"{PORT_IN_USE}: {port}") from error


def _wsgi_server(app: "WSGIApplication", listener: socket.socket) -> BaseWSGIServer:
    return make_server(
        HOST, listener.getsockname()[1], app, threaded=True, request_handler=_Quiet, fd=listener.fileno()
    )
