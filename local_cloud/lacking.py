"""What moto does not have: a service, or an operation of one.

The rule: it is refused by name, in the caller's own format, and with a status that no client tries again.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from local_cloud.fronts import refused_in_json, refused_in_xml
from local_cloud.server import CloudRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CODE = "UnsupportedOperation"


def no_such_service(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """An application that refuses everything."""
    return _refusal(environ, f"The local cloud does not have the service {_asked(environ)}")(environ, start_response)


def naming_what_it_lacks(service: "WSGIApplication") -> "WSGIApplication":
    """A service of moto's; an operation that it lacks is refused."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return service(environ, start_response)
        except NotImplementedError as lacking:
            message = f"The local cloud does not have everything of {_asked(environ)}: {lacking}"
            return _refusal(environ, message)(environ, start_response)

    return application


def _asked(environ: "WSGIEnvironment") -> str:
    """The service that a request is signed for."""
    scope = CloudRequest(environ).scope
    return scope.service if scope else "?"


def _refusal(environ: "WSGIEnvironment", message: str) -> Response:
    """A form is answered in XML, everything else in JSON."""
    by_form = "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "")
    return refused_in_xml(CODE, message) if by_form else refused_in_json(CODE, message)
