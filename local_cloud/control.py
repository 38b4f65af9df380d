"""The verbs under /_local_cloud/, for questions to the local cloud itself and for its faults. JSON both ways.

The rule: verbs are a table, and each is a plain function of the body (verbs.py).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Verb = Callable[[Any], Any]


class ControlError(ValueError):
    """A control verb was misused; the text names the value and the fix."""


class Control:
    """`verbs` by method and name, as {"GET health": …}; a POST or PUT gets its JSON body with what the
    query says, a GET gets None."""

    def __init__(self, verbs: Mapping[str, Verb]) -> None:
        self._verbs = verbs

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, answer = self._answer(Request(environ))
        body = json.dumps(answer, default=str)
        return Response(body, status, content_type="application/json")(environ, start_response)

    def _answer(self, request: Request) -> tuple[int, Any]:
        name = f"{request.method} {request.path.rpartition('/')[2]}"
        verb = self._verbs.get(name)
        if not verb:
            return 404, {"error": f"There is no control verb {name}, only: {', '.join(sorted(self._verbs))}"}
        try:
            return 200, verb(_object(request) if request.method in ("POST", "PUT") else None)
        except (ControlError, json.JSONDecodeError) as error:
            return 400, {"error": str(error)}


def _object(request: Request) -> dict[str, Any]:
    body = json.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise ControlError(f"A control verb needs a JSON object, got: {body!r}")
    return {**body, **request.args.to_dict()}
