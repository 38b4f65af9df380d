"""A wait condition's handle: a URL that takes signals by PUT, without a signature.

On AWS it is a presigned URL of S3, with the stack's id and the handle's logical id in it; here it is the endpoint's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from local_cloud.cloudformation.resources.base import Properties
from local_cloud.cloudformation.resources.handlers import Request, State

HANDLE = "AWS::CloudFormation::WaitConditionHandle"


@dataclass(frozen=True, slots=True)
class WaitConditionHandle:
    """AWS::CloudFormation::WaitConditionHandle; `url` is where signals arrive, known once the endpoint listens."""

    url: Callable[[], str]

    def create(self, request: Request) -> State:
        return State(physical_id=f"{self.url()}?{urlencode({'Handle': f'{request.stack_id}/{request.logical_id}'})}")

    def update(self, request: Request) -> State:
        return State(physical_id=str(request.physical_id))

    def delete(self, request: Request) -> None:
        """Nothing is there."""

    def read(self, request: Request) -> Properties | None:
        return request.properties

    def ready(self, request: Request) -> bool:  # noqa: ARG002 - a URL is there at once
        return True
