"""What the handlers backed by moto share: clients, generated names, and AWS's refusals in CloudFormation's words.

The rule: a backed handler calls a service and lets its errors propagate; only `Translated`, which wraps it, turns them
into handler errors.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.cloudformation.resources.handlers import Handler, HandlerError, HandlerErrorCode, Request, State
from local_cloud.cloudformation.resources.tags import tag
from local_cloud.cloudformation.schemas.identity import generated_name
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.services import Services

Properties = Mapping[str, Any]
RANDOM = secrets.SystemRandom()

# The first mark found in the service's error code decides.
MARKS = {
    "AlreadyExists": HandlerErrorCode.ALREADY_EXISTS,
    "EntityExists": HandlerErrorCode.ALREADY_EXISTS,
    "AlreadyOwnedByYou": HandlerErrorCode.ALREADY_EXISTS,
    "ResourceExists": HandlerErrorCode.ALREADY_EXISTS,
    "NotFound": HandlerErrorCode.NOT_FOUND,
    "NoSuch": HandlerErrorCode.NOT_FOUND,
    "NonExistent": HandlerErrorCode.NOT_FOUND,
    "AccessDenied": HandlerErrorCode.ACCESS_DENIED,
    "Throttling": HandlerErrorCode.THROTTLING,
    "LimitExceeded": HandlerErrorCode.SERVICE_LIMIT_EXCEEDED,
    "Conflict": HandlerErrorCode.RESOURCE_CONFLICT,
    "InUse": HandlerErrorCode.RESOURCE_CONFLICT,
    "Validation": HandlerErrorCode.INVALID_REQUEST,
    "Invalid": HandlerErrorCode.INVALID_REQUEST,
    "Malformed": HandlerErrorCode.INVALID_REQUEST,
}


def new_id(request: Request, rng: Random) -> str:
    """The physical id that the template names, or one of stack name, logical id and random characters."""
    return schema(request.type).physical_id(
        stack_name=request.stack_name,
        logical_id=request.logical_id,
        properties=request.properties,
        account=request.account,
        region=request.region,
        rng=rng,
    )


def made_up(request: Request, physical_id: str) -> dict[str, Any]:
    """The attributes that the type's schema declares, as AWS might have made them."""
    return schema(request.type).attributes(
        request.properties, physical_id=physical_id, account=request.account, region=request.region
    )


@dataclass(frozen=True, slots=True)
class Backed:
    """A handler whose resources are in moto. Subclasses define create, update, delete and read."""

    services: Services

    def name(self, request: Request) -> str:
        """The physical id that the template names, or a new one."""
        return new_id(request, RANDOM)

    def state(self, request: Request, physical_id: str, **known: Any) -> State:
        """What exists now: `known` are the attributes that the service gave; the schema makes up the others."""
        return State(physical_id=physical_id, attributes={**made_up(request, physical_id), **known})

    def client(self, service: str, request: Request) -> Any:
        return self.services.client(service, request.region)

    def ready(self, request: Request) -> bool:  # noqa: ARG002 - most things are there at once
        return True


@dataclass(frozen=True, slots=True)
class Translated:
    """A handler whose service's errors read as CloudFormation writes them. `name` is the property with the name."""

    inner: Handler
    services: Services
    service: str
    name: str = ""

    def create(self, request: Request) -> State:
        with _translating(request, self):
            state = self.inner.create(request)
            tag(self.services, request, state)
            return state

    def update(self, request: Request) -> State:
        with _translating(request, self):
            state = self.inner.update(request)
            tag(self.services, request, state)
            return state

    def delete(self, request: Request) -> None:
        try:
            with _translating(request, self):
                self.inner.delete(request)
        except HandlerError as error:
            if error.code is not HandlerErrorCode.NOT_FOUND:  # gone already is what was wanted
                raise

    def read(self, request: Request) -> Properties | None:
        try:
            with _translating(request, self):
                return self.inner.read(request)
        except HandlerError as error:
            if error.code is HandlerErrorCode.NOT_FOUND:
                return None
            raise

    def ready(self, request: Request) -> bool:
        with _translating(request, self):
            return self.inner.ready(request)


@contextmanager
def _translating(request: Request, by: Translated) -> Iterator[None]:
    """Turns the service's error into a HandlerError with CloudFormation's text."""
    try:
        yield
    except ClientError as error:
        code = error_code(error.response["Error"]["Code"])
        if code is HandlerErrorCode.ALREADY_EXISTS:
            raise already_exists(request.type, str(request.properties.get(by.name, request.physical_id))) from error
        status, text = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]
        taken = None
        if code is HandlerErrorCode.RESOURCE_CONFLICT and "already exist" in text:  # Lambda knows no other code for it
            code, taken = HandlerErrorCode.ALREADY_EXISTS, request.properties.get(by.name)
        raise HandlerError(code, service_message(text, by.service, status), taken=taken) from error


@contextmanager
def undone(undo: Callable[[], Any]) -> Iterator[None]:
    """Undo what a create has made, if it is refused half way: nobody would know that it exists."""
    try:
        yield
    except (ClientError, HandlerError):
        undo()
        raise


def error_code(code: str) -> HandlerErrorCode:
    """A service's error code as the handler error code that CloudFormation shows."""
    found = (handler_code for mark, handler_code in MARKS.items() if mark in code)
    return next(found, HandlerErrorCode.GENERAL_SERVICE_EXCEPTION)


def already_exists(type: str, identifier: str) -> HandlerError:
    """The refusal of a second resource of a name (recorded for roles, tables and log groups alike)."""
    message = f"Resource of type '{type}' with identifier '{shown_identifier(type, identifier)}' already exists."
    return HandlerError(HandlerErrorCode.ALREADY_EXISTS, message, taken=identifier)


def shown_identifier(type: str, identifier: str) -> str:
    """A log group's identifier is written as JSON (recorded)."""
    return f'{{"/properties/LogGroupName":"{identifier}"}}' if type == "AWS::Logs::LogGroup" else identifier


def service_message(text: str, service: str, status: int) -> str:
    """The service's message with the ending that the handlers' SDK appends (recorded)."""
    request_id = secrets.token_hex(8)
    return f"{text} (Service: {service}, Status Code: {status}, Request ID: {request_id}) (SDK Attempt Count: 1)"


def refused(code: HandlerErrorCode, text: str, service: str, status: int) -> HandlerError:
    """A handler's own refusal, in the words of its service."""
    return HandlerError(code, service_message(text, service, status))


def given_or_generated(request: Request, name: str) -> str:
    """The name in the template, or a generated one, for types whose physical id is more than their name."""
    made = generated_name(request.type, request.stack_name, request.logical_id, RANDOM)
    return str(request.properties.get(name) or made)


def physical_id(request: Request) -> str:
    """The physical id in a request about something that exists. Raises HandlerError without one."""
    if request.physical_id is None:
        raise HandlerError(HandlerErrorCode.NOT_FOUND, f"{request.logical_id} has no physical id")
    return request.physical_id


def tag_list(properties: Properties) -> list[dict[str, str]]:
    return [{"Key": tag["Key"], "Value": str(tag["Value"])} for tag in properties.get("Tags", [])]


def picked(properties: Properties, *names: str) -> dict[str, Any]:
    """Those of the named properties that are set, for an API that takes them under the same names."""
    return {name: properties[name] for name in names if name in properties}
