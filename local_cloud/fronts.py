"""What stands in front of moto: calls that are answered, or refused, before they reach it.

The rule: whoever has no answer says None, and the call goes on.
"""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from local_cloud.server import CloudRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from local_cloud.services import Middleware

JSON = "application/json"


def asked_first(answer: Callable[[CloudRequest], Response | None]) -> "Middleware":
    """The middleware that asks `answer` about each call."""

    def front(others: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            return (answer(CloudRequest(environ)) or others)(environ, start_response)

        return application

    return front


def refused_in_json(code: str, message: str, *, content_type: str = JSON) -> Response:
    """A refusal of a service that is asked in JSON."""
    body = json.dumps({"__type": code, "message": message})
    return Response(body, 400, {"x-amzn-ErrorType": code}, content_type=content_type)


def refused_in_xml(code: str, message: str) -> Response:
    """A refusal of a service that is asked by a form."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f"<ErrorResponse>{error}</ErrorResponse>", 400, content_type="text/xml")
