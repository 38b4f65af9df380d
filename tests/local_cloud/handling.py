"""What CloudFormation asks of a resource type's handler, as a test says it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local_cloud.cloudformation.resources.handlers import HandlerError, Handlers, Request, State

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"})


def request(type: str, properties: Mapping[str, Any], **facts: Any) -> Request:
    return Request(
        **{
            "type": type,
            "logical_id": "Thing",
            "properties": properties,
            "stack_name": "site",
            "stack_id": "arn:aws:cloudformation:us-east-1:111111111111:stack/site/1",
            "account": "111111111111",
            "region": "us-east-1",
            "token": "token-1",
            **facts,
        }
    )


def made(handlers: Handlers, type: str, properties: Mapping[str, Any], **facts: Any) -> State:
    return handlers.handler(type).create(request(type, properties, **facts))


def changed(handlers: Handlers, type: str, id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> State:
    return handlers.handler(type).update(request(type, after, previous=before, physical_id=id))


def removed(handlers: Handlers, type: str, id: str, properties: Mapping[str, Any] = {}) -> None:
    handlers.handler(type).delete(request(type, properties, physical_id=id))


def live(handlers: Handlers, type: str, id: str, properties: Mapping[str, Any] = {}) -> Mapping[str, Any] | None:
    return handlers.handler(type).read(request(type, properties, physical_id=id))


def refusal(act: Callable[..., Any], *args: Any, **facts: Any) -> HandlerError:
    with pytest.raises(HandlerError) as caught:
        act(*args, **facts)
    return caught.value
