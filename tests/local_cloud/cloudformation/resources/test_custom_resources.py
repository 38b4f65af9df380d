"""Custom resources: what the function is told, and what its answer, failure or silence becomes."""

from collections.abc import Mapping
from typing import Any

import pytest

from local_cloud.cloudformation.resources.custom import CustomResource, Mailbox, NoAnswer
from local_cloud.cloudformation.resources.handlers import HandlerError, Request, State

TOKEN = "arn:aws:lambda:us-east-1:111111111111:function:seed:live"


class Function:
    """Answers each event with `answer`, and keeps what it was told."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.mailbox = Mailbox(lambda: "http://127.0.0.1:1/_local_cloud/responses")
        self.told: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(self, function: str, event: Mapping[str, Any]) -> None:
        self.told.append((function, event))
        if self.answer:
            self.mailbox.deliver({"RequestId": event["RequestId"], **self.answer})

    @property
    def handler(self) -> CustomResource:
        return CustomResource(self, self.mailbox)


def request(properties: Mapping[str, Any] | None = None, **facts: Any) -> Request:
    return Request(
        **{
            "type": "Custom::Seed",
            "logical_id": "Seed",
            "properties": {"ServiceToken": TOKEN, "ServiceTimeout": "0.1", **(properties or {})},
            "stack_name": "site",
            "stack_id": "arn:aws:cloudformation:us-east-1:111111111111:stack/site/1",
            "account": "111111111111",
            "region": "us-east-1",
            "token": "token-1",
            **facts,
        }
    )


def test_a_function_that_answers_names_its_resource_and_gives_attributes() -> None:
    function = Function(Status="SUCCESS", PhysicalResourceId="seed-1", Data={"Rows": 3})

    assert function.handler.create(request()) == State(physical_id="seed-1", attributes={"Rows": 3})


def test_the_function_is_told_everything_as_text() -> None:
    function = Function(Status="SUCCESS")

    function.handler.update(request({"Rows": 3, "Deep": [{"On": True}]}, previous={"Rows": 2}, physical_id="seed-1"))

    [(name, event)] = function.told
    assert name == "seed"
    assert (event["RequestType"], event["PhysicalResourceId"]) == ("Update", "seed-1")
    assert event["ResourceProperties"]["Rows"] == "3"
    assert event["ResourceProperties"]["Deep"] == [{"On": "true"}]
    assert event["OldResourceProperties"] == {"Rows": "2"}
    assert event["ResponseURL"] == "http://127.0.0.1:1/_local_cloud/responses"


def test_a_changed_physical_id_is_handed_on_as_the_replacement_it_is() -> None:
    function = Function(Status="SUCCESS", PhysicalResourceId="seed-2")

    assert function.handler.update(request(physical_id="seed-1")).physical_id == "seed-2"


def test_a_function_that_reports_failure_fails_the_resource_with_its_reason() -> None:
    function = Function(Status="FAILED", Reason="no database")

    with pytest.raises(HandlerError) as caught:
        function.handler.create(request())

    assert caught.value.message.startswith(
        "Received response status [FAILED] from custom resource. Message returned: no database (RequestId: "
    )
    assert caught.value.plain


def test_a_function_that_stays_silent_fails_the_resource_in_the_end() -> None:
    with pytest.raises(HandlerError, match="CloudFormation did not receive a response from your Custom Resource"):
        Function().handler.delete(request(physical_id="seed-1"))


@pytest.mark.parametrize(
    ("answer", "id"),
    [({"Status": "FAILED", "PhysicalResourceId": "seed-1"}, "seed-1"), ({"Status": "FAILED"}, ""), ({}, "")],
    ids=["failed with an id", "failed without one", "silent"],
)
def test_a_create_that_failed_leaves_what_the_rollback_asks_the_function_to_delete(
    answer: dict[str, str], id: str
) -> None:
    with pytest.raises(HandlerError) as failure:
        Function(**answer).handler.create(request())
    left = failure.value.left
    assert left is not None
    assert left.physical_id.startswith(id or "site-Seed-")


def test_a_function_that_crashes_is_not_waited_for() -> None:
    def crash(function: str, event: Mapping[str, Any]) -> None:
        raise NoAnswer("ZeroDivisionError")

    with pytest.raises(HandlerError, match="CloudFormation did not receive a response from your Custom Resource"):
        CustomResource(crash, Mailbox(lambda: "")).create(request({"ServiceTimeout": "3600"}))


def test_a_service_token_that_is_no_function_is_refused() -> None:
    with pytest.raises(HandlerError, match="Invalid service token: arn:aws:sns:us-east-1:1:topic"):
        Function().handler.create(request({"ServiceToken": "arn:aws:sns:us-east-1:1:topic"}))
