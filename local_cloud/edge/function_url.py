"""Lambda function URLs: from a request on a lambda-url name to the function's answer.

The rule: as `http_api`, but for what differs: the path stays percent-encoded, the only route is $default, a failed
function is a 502, and AuthType, permissions and the origin access control decide who may call.
Source: "Control access to Lambda function URLs", "Restrict access to an AWS Lambda function URL origin".
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from local_cloud.edge import payload, permissions
from local_cloud.edge.invoke import TOO_LARGE, FunctionError, Invoke
from local_cloud.edge.live import Deployed, Live, account
from local_cloud.edge.messages import Headers, Request, Response

LOG = logging.getLogger("local_cloud")
BODIES = ("POST", "PUT", "PATCH")
HELP = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
FORBIDDEN = '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: ' + HELP + '"}'
BAD_SIGNATURE = '{"message":"The request signature we calculated does not match the signature you provided."}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: CloudFront on behalf of a distribution, and whether it signs for Lambda."""

    arn: str = ""
    signs: bool = False


class FunctionUrl:
    """One deployed AWS::Lambda::Url."""

    def __init__(self, url: Deployed, live: Live, invoke: Invoke) -> None:
        self._url = url
        self._live = live
        self._invoke = invoke
        self._function = permissions.named(str(url.properties["TargetFunctionArn"]))

    def handle(self, request: Request, caller: Caller, *, seconds: float) -> Response:
        """The URL's answer. Raises TooSlow when the caller gave up."""
        if refusal := self._refusal(request, caller):
            return refusal
        try:
            call = self._call(request)
            answer = payload.response(self._invoke(self._function, payload.event(request, call), seconds=seconds))
            return answer.but(headers=answer.headers.adding(("X-Amzn-Requestid", call.request_id)))
        except (FunctionError, payload.PayloadError) as error:
            LOG.warning("%s %s: %s", request.method, request.path, error)
            too_large = isinstance(error, FunctionError) and error.kind == TOO_LARGE
            return _json(413, "Request Entity Too Large") if too_large else _json(502, "Internal Server Error")

    def _refusal(self, request: Request, caller: Caller) -> Response | None:
        if self._url.properties.get("AuthType") != "AWS_IAM":
            public = permissions.invocable(self._live, self._function, "*", ("",), "lambda:InvokeFunctionUrl")
            return None if public else _json(403, FORBIDDEN)
        actions = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
        if not caller.signs or not all(self._permits(caller, action) for action in actions):
            return _json(403, FORBIDDEN)
        if request.method in BODIES and "X-Amz-Content-Sha256" not in request.headers:
            return _json(403, BAD_SIGNATURE)
        return None

    def _permits(self, caller: Caller, action: str) -> bool:
        return permissions.invocable(self._live, self._function, "cloudfront.amazonaws.com", (caller.arn,), action)

    def _call(self, request: Request) -> payload.Call:
        domain = request.headers.get("Host")
        return payload.Call(
            account=account(self._url),
            api_id=domain.partition(".")[0],
            domain=domain,
            stage="$default",
            route_key="$default",
            raw_path=request.path,
            request_id=str(uuid.uuid4()),
            at=datetime.now(UTC),
        )


def find(live: Live, domain: str) -> Deployed | None:
    """The deployed URL behind a lambda-url name."""
    for url in live.of("AWS::Lambda::Url"):
        if str(url.attributes.get("FunctionUrl", "")).removeprefix("https://").rstrip("/") == domain:
            return url
    return None


def _json(status: int, body: str) -> Response:
    return Response(status=status, headers=Headers((("Content-Type", "application/json"),)), body=body.encode())
