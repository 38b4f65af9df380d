"""The stages of an API that a stack made: moto knows only those that were made by a call. `sam list` and `logs` ask.

The rule: it answers GetStages and GetStage of APIs of stacks; everything else goes on.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from local_cloud.develop import Find

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Kind(NamedTuple):
    """A kind of API: where its stages are asked for, what they are in a template, and what holds them in an answer."""

    path: re.Pattern[str]
    type: str
    api: str
    answer: str


KINDS = (
    Kind(re.compile(r"/v2/apis/([^/]+)/stages(?:/([^/]+))?"), "AWS::ApiGatewayV2::Stage", "ApiId", "items"),
    Kind(re.compile(r"/restapis/([^/]+)/stages(?:/([^/]+))?"), "AWS::ApiGateway::Stage", "RestApiId", "item"),
)


class ApiStages:
    """A middleware; `find` is the engine's."""

    def __init__(self, find: Find) -> None:
        self._find = find

    def __call__(self, others: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            return (self._answer(Request(environ)) or others)(environ, start_response)

        return application

    def _answer(self, request: Request) -> Response | None:
        for kind in KINDS if request.method == "GET" else ():
            if asked := kind.path.fullmatch(unquote(request.path)):
                stages = [each.properties for each in self._find(kind.type) if each.properties[kind.api] == asked[1]]
                named = [{"stageName": each.get("StageName", "")} for each in stages]
                one = next((each for each in named if each["stageName"] == asked[2]), None)
                told = one if asked[2] else named and {kind.answer: named}
                return Response(json.dumps(told), content_type="application/json") if told else None
        return None
