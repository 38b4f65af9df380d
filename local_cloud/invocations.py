"""Lambda's Invoke call, for functions of stacks, which the local cloud really runs; every other call is moto's.

The rule: it is asked before moto, so that `aws lambda invoke` and a boto3 client reach the running function, while its
configuration stays where the stack put it. Source: the Invoke operation in the Lambda API
reference.
"""

import json
import re
import threading
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from local_cloud.cloudformation import Find
from local_cloud.edge.invoke import FunctionError, Invoke
from local_cloud.fronts import JSON

PATH = re.compile(r"/2015-03-31/functions/(?:arn:[^/]*:function:)?(?P<name>[^/:]+)(?::[^/]*)?/invocations/?")


class Invocations:
    """Answers Invoke; `find` is the engine's, whose functions it calls."""

    def __init__(self, find: Find, *, invoke: Invoke) -> None:
        self._find = find
        self._invoke = invoke

    def __call__(self, request: Request) -> Response | None:
        called = PATH.fullmatch(unquote(request.path)) if request.method == "POST" else None
        return self._answer(called["name"], request) if called and self._has(called["name"]) else None

    def _has(self, name: str) -> bool:
        return any(each.physical_id == name for each in self._find("AWS::Lambda::Function"))

    def _answer(self, name: str, request: Request) -> Response:
        event = json.loads(request.get_data() or b"{}")
        match request.headers.get("X-Amz-Invocation-Type", "RequestResponse"):
            case "DryRun":
                return Response(status=204)
            case "Event":
                threading.Thread(target=self._called, args=(name, event), daemon=True).start()
                return Response(status=202)
            case _:
                return self._called(name, event)

    def _called(self, name: str, event: Any) -> Response:
        headers = {"X-Amz-Executed-Version": "$LATEST"}
        try:
            answer = self._invoke(name, event)
        except FunctionError as error:
            headers["X-Amz-Function-Error"] = "Unhandled"
            answer = {"errorMessage": str(error).partition(": ")[2], "errorType": error.kind}
        return Response(json.dumps(answer), 200, headers, content_type=JSON)
