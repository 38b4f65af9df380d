"""Custom resources: a function of the site's own, which is told what to do and answers through a URL.

Source: the user guide's "Custom resource request and response objects". The answer arrives over HTTP while the call
waits, so the mailbox is the one thing here that threads share.
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_cloud.cloudformation.resources.base import RANDOM, Properties
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State
from local_cloud.cloudformation.schemas.identity import generated_name
from local_cloud.cloudformation.values import texts

ANSWER_SECONDS = 60.0  # AWS waits an hour; whoever waits at a terminal does not
SILENT = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
    "[{token}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so "
    "that CloudFormation can attach the updated version."
)


class NoAnswer(Exception):
    """The function failed, so that no answer will arrive; the text says how."""


class NobodyThere(Exception):
    """The function cannot be run here, so that nothing was asked; the text says why (ours: AWS runs all)."""


class Invoke(Protocol):
    """Runs a function to its end, whatever it returns. Raises NoAnswer, NobodyThere."""

    def __call__(self, function: str, event: Mapping[str, Any]) -> None: ...


@dataclass(slots=True)
class Mailbox:
    """Where answers arrive; `url` is the ResponseURL, known once the endpoint listens."""

    url: Callable[[], str]
    _arrived: threading.Condition = field(default_factory=threading.Condition)
    _answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def deliver(self, answer: Mapping[str, Any]) -> None:
        """A response object, as the function PUTs it; its RequestId says whose it is."""
        with self._arrived:
            self._answers[str(answer.get("RequestId"))] = answer
            self._arrived.notify_all()

    def collect(self, token: str, seconds: float) -> Mapping[str, Any] | None:
        """Wait for the answer; None if none came in time."""
        with self._arrived:
            self._arrived.wait_for(lambda: token in self._answers, seconds)
            return self._answers.pop(token, None)


@dataclass(frozen=True, slots=True)
class CustomResource:
    """Custom::* and AWS::CloudFormation::CustomResource."""

    invoke: Invoke
    mailbox: Mailbox

    def create(self, request: Request) -> State:
        """What fails may have made something: the rollback asks the function to delete it, by the id it gave or one
        made up for it."""
        try:
            return self._ask(request, "Create")
        except HandlerError as error:
            if error.code is HandlerErrorCode.INVALID_REQUEST:  # nobody was asked
                raise
            made_up = generated_name(request.type, request.stack_name, request.logical_id, RANDOM)
            left = error.left or State(physical_id=made_up)
            raise HandlerError(error.code, error.message, plain=error.plain, left=left) from None

    def update(self, request: Request) -> State:
        return self._ask(request, "Update")

    def delete(self, request: Request) -> None:
        self._ask(request, "Delete")

    def read(self, request: Request) -> Properties | None:
        return request.properties

    def ready(self, request: Request) -> bool:  # noqa: ARG002 - an answer says that it is done
        return True

    def _ask(self, request: Request, verb: str) -> State:
        token = str(uuid.uuid4())
        answer = self._answer(request, self._event(request, verb, token), token)
        if answer.get("Status") != "SUCCESS":
            text = (
                "Received response status [FAILED] from custom resource. Message returned: "
                f"{answer.get('Reason', '')} (RequestId: {token})"
            )
            given = answer.get("PhysicalResourceId")
            left = State(physical_id=str(given)) if given else None
            raise HandlerError(HandlerErrorCode.GENERAL_SERVICE_EXCEPTION, text, plain=True, left=left)
        id = str(answer.get("PhysicalResourceId") or request.physical_id or token)
        return State(physical_id=id, attributes=answer.get("Data") or {})

    def _answer(self, request: Request, event: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        try:
            self.invoke(_function(request), event)
        except NobodyThere as reason:
            raise HandlerError(HandlerErrorCode.INVALID_REQUEST, str(reason), plain=True) from reason
        except NoAnswer as failure:
            raise _silent(token) from failure
        answer = self.mailbox.collect(token, _seconds(request.properties))
        if answer is None:
            raise _silent(token)
        return answer

    def _event(self, request: Request, verb: str, token: str) -> dict[str, Any]:
        event = {
            "RequestType": verb,
            "ResponseURL": self.mailbox.url(),
            "StackId": request.stack_id,
            "RequestId": token,
            "ResourceType": request.type,
            "LogicalResourceId": request.logical_id,
            "ServiceToken": request.properties["ServiceToken"],
            "ResourceProperties": texts(request.properties),
        }
        known = {"PhysicalResourceId": request.physical_id} if request.physical_id else {}
        before = {"OldResourceProperties": texts(request.previous)} if request.previous else {}
        return {**event, **known, **before}


def _function(request: Request) -> str:
    token = str(request.properties["ServiceToken"])
    _, function, name = token.partition(":function:")
    if not function:
        raise HandlerError(HandlerErrorCode.INVALID_REQUEST, f"Invalid service token: {token}", plain=True)
    return name.partition(":")[0]


def _silent(token: str) -> HandlerError:
    return HandlerError(HandlerErrorCode.NOT_STABILIZED, SILENT.format(token=token), plain=True)


def _seconds(properties: Properties) -> float:
    return min(float(properties.get("ServiceTimeout", ANSWER_SECONDS)), ANSWER_SECONDS)
