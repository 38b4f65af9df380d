"""The stages of an API that a stack made: moto knows only those that were made by a call. `sam list` and `logs` ask.

The rule: it answers GetStages and GetStage of APIs of stacks; everything else goes on.
"""

import json
import re
from typing import NamedTuple
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from local_cloud.cloudformation import Find
from local_cloud.fronts import JSON


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


def api_stages(find: Find, request: Request) -> Response | None:
    """The answer to GetStages or GetStage of an API of a stack; `find` is the engine's."""
    for kind in KINDS if request.method == "GET" else ():
        if asked := kind.path.fullmatch(unquote(request.path)):
            stages = [each.properties for each in find(kind.type) if each.properties[kind.api] == asked[1]]
            named = [{"stageName": each.get("StageName", "")} for each in stages]
            one = next((each for each in named if each["stageName"] == asked[2]), None)
            told = one if asked[2] else named and {kind.answer: named}
            return Response(json.dumps(told), content_type=JSON) if told else None
    return None
