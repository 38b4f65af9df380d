"""Lambda's Invoke call, for functions of stacks, which the local cloud really runs; every other call is moto's.

The rule: it is a middleware in front of moto, so that `aws lambda invoke` and a boto3 client reach the running
function, while its configuration stays where the stack put it. Source: the Invoke operation in the Lambda API
reference.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from local_cloud.cloudformation import Deployed
from local_cloud.edge.invoke import FunctionError, Invoke

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = re.compile(r"/2015-03-31/functions/(?:arn:[^/]*:function:)?(?P<name>[^/:]+)(?::[^/]*)?/invocations/?")


class Invocations:
    """The middleware: `deployed` is the engine's, whose functions it calls."""

    def __init__(self, deployed: Callable[[str], Sequence[Deployed]], *, invoke: Invoke) -> None:
        self._deployed = deployed
        self._invoke = invoke

    def __call__(self, moto: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            request = Request(environ)
            called = PATH.fullmatch(unquote(request.path)) if request.method == "POST" else None
            if not called or not self._has(called["name"]):
                return moto(environ, start_response)
            return self._answer(called["name"], request)(environ, start_response)

        return application

    def _has(self, name: str) -> bool:
        return any(each.physical_id == name for each in self._deployed("AWS::Lambda::Function"))

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
        return Response(json.dumps(answer), 200, headers, content_type="application/json")
