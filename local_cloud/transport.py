"""A boto3 client that talks to a local cloud in this process: two botocore hooks on that one client, nothing is sent.

The rule: the client cannot tell. botocore still checks its parameters, pages, waits and raises its modelled exceptions.
One thing differs: botocore retries below this seam, so a throttled call surfaces at once.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from botocore.exceptions import ConnectionClosedError

from local_cloud.clock import Clock, VirtualClock
from local_cloud.cloudformation.engine import CloudFormation, ResponseLost
from local_cloud.cloudformation.errors import ApiError

RAW = "local_cloud_parameters"


class Response:
    """The part of an HTTP response that botocore looks at after `before-call`."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}


def attach(
    client: Any, *, clock: Clock | None = None, engine: CloudFormation | None = None, **settings: Any
) -> CloudFormation:
    """Let a boto3 CloudFormation client talk to a local cloud, and return it; several clients may share one `engine`.

    `settings` are CloudFormation's (handlers, speed, page_size, as_of, …). Without a clock, time is virtual.
    """
    region = client.meta.region_name
    engine = engine or CloudFormation(clock or VirtualClock(), region=region, **settings)
    wire = _Wire(engine, region)
    client.meta.events.register("before-parameter-build.cloudformation.*", wire.keep)
    client.meta.events.register("before-call.cloudformation.*", wire.answer)
    return engine


class _Wire:
    """The two hooks: keep what the caller passed, then answer instead of sending."""

    def __init__(self, engine: CloudFormation, region: str) -> None:
        self._engine = engine
        self._region = region

    def keep(self, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[RAW] = dict(params)

    def answer(self, model: Any, context: Mapping[str, Any], **_: Any) -> tuple[Response, dict[str, Any]]:
        try:
            parsed = self._engine.call(model.name, context.get(RAW, {}), region=self._region)
        except ApiError as refusal:
            return Response(refusal.status), _refused(refusal)
        except ResponseLost as lost:
            raise ConnectionClosedError(endpoint_url="local cloud", error=lost) from lost
        return Response(HTTPStatus.OK), {**parsed, "ResponseMetadata": _metadata(HTTPStatus.OK)}


def _refused(refusal: ApiError) -> dict[str, Any]:
    error = {"Type": "Sender", "Code": refusal.code, "Message": refusal.message}
    return {"Error": error, "ResponseMetadata": _metadata(refusal.status)}


def _metadata(status: int) -> dict[str, Any]:
    return {"RequestId": str(uuid4()), "HTTPStatusCode": int(status), "HTTPHeaders": {}, "RetryAttempts": 0}
