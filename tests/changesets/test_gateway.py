"""AWS's words become ours: what a refusal means, what a page holds, what a name comes to."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from changesets.errors import (
    AccessDenied,
    ChangeSetGone,
    ChangeSetsError,
    CredentialsProblem,
    Refused,
    StackBusy,
    StackNotFound,
    Throttled,
    UnknownStatus,
    Unreachable,
)
from changesets.gateway import answered
from changesets.models import Action, Replacement
from changesets.outcomes import Rejected
from changesets.shapes import change, status
from tests.changesets.cloud import TOPIC, Cloud, template, topic

SID = "arn:aws:cloudformation:us-east-1:111111111111:stack/demo/1"


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("ValidationError", "Stack with id demo does not exist", StackNotFound),
        ("ValidationError", "Stack [demo] does not exist", StackNotFound),
        ("ValidationError", "Stack 'demo' does not exist", StackNotFound),
        ("ValidationError", f"Stack:{SID} is in UPDATE_IN_PROGRESS state and can not be updated.", StackBusy),
        ("ValidationError", "Stack [demo] cannot be deleted while in status UPDATE_IN_PROGRESS", StackBusy),
        ("ValidationError", "This stack is currently in a non-terminal [UPDATE_FAILED] state. To update", StackBusy),
        ("ValidationError", "CancelUpdateStack cannot be called from current stack status", StackBusy),
        ("ValidationError", "RollbackUpdatedStack cannot be called from current stack status", StackBusy),
        ("AlreadyExistsException", "Stack [demo] already exists", StackBusy),
        ("ChangeSetNotFound", "ChangeSet [x] does not exist", ChangeSetGone),
        (
            "InvalidChangeSetStatus",
            "ChangeSet [x] cannot be executed in its current status of [FAILED]",
            ChangeSetGone,
        ),
        ("AccessDenied", "User is not authorized", AccessDenied),
        ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]", Refused),
        ("ExpiredToken", "The security token included in the request is expired", CredentialsProblem),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than", CredentialsProblem),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match", CredentialsProblem),
        ("Throttling", "Rate exceeded", Throttled),
        ("503", "Service Unavailable", Unreachable),
    ],
)
def test_a_refusal_means_one_thing(code: str, text: str, kind: type[ChangeSetsError]) -> None:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": code, "Message": text}}, "Any")

    with pytest.raises(ChangeSetsError) as told:
        answered("Any", refuse)
    assert type(told.value) is kind
    assert text in str(told.value)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"),
        ("InvalidSignatureException", "Signature not yet current: 20260101T001000Z is still later than"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_a_wrong_clock_is_told_as_such(code: str, text: str) -> None:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": code, "Message": text}}, "Any")

    with pytest.raises(CredentialsProblem, match="This machine's clock is not AWS's") as told:
        answered("Any", refuse)
    assert told.value.hint == "set the clock right, then run the same command: it resumes where this one stopped"


def test_no_credentials_and_no_connection_are_told_apart() -> None:
    def nobody() -> None:
        raise NoCredentialsError

    def nowhere() -> None:
        raise EndpointConnectionError(endpoint_url="http://nowhere")

    with pytest.raises(CredentialsProblem, match="No AWS credentials"):
        answered("Any", nobody)
    with pytest.raises(Unreachable, match="nowhere"):
        answered("Any", nowhere)


def test_an_unknown_status_stops_at_the_door() -> None:
    with pytest.raises(UnknownStatus, match="does not know: HIBERNATING"):
        status("HIBERNATING")


def test_a_stack_that_does_not_exist_is_none_and_a_deleted_one_answers_by_id() -> None:
    cloud = Cloud()
    assert cloud.gateway.stack("demo") is None
    cloud.apply()
    arn = cloud.stack().id
    cloud.delete()
    assert cloud.gateway.stack("demo") is None
    deleted = cloud.gateway.stack(arn)
    assert deleted is not None
    assert deleted.status == "DELETE_COMPLETE"
    assert cloud.gateway.deleted("demo") == (deleted.id,)


def test_a_template_that_is_too_long_is_not_in_the_message_that_says_so() -> None:
    outcome = Cloud().apply(template(Topic={**TOPIC, "Metadata": {"Long": "x" * 51_200}}))
    assert isinstance(outcome, Rejected)
    assert outcome.diagnosis.cause.endswith(
        "...' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200"
    )
    assert len(outcome.diagnosis.cause) < 250


def test_replacement_is_read_on_a_modification_only() -> None:
    shape = {"LogicalResourceId": "A", "ResourceType": "T", "Replacement": "True"}
    assert change({**shape, "Action": "Add"}).replacement is Replacement.FALSE
    assert change({**shape, "Action": "Modify"}).replaces


def test_a_change_told_twice_is_one_with_its_cause_and_its_values() -> None:
    target = {"Attribute": "Properties", "Name": "Memory", "Path": "/Properties/Memory", "RequiresRecreation": "Never"}
    details = [
        {"Target": {**target, "BeforeValue": "1", "AfterValue": "2"}, "ChangeSource": "DirectModification"},
        {"Target": target, "ChangeSource": "ParameterReference", "CausingEntity": "Size"},
    ]
    told = change({"Action": "Modify", "LogicalResourceId": "A", "ResourceType": "T", "Details": details})
    (one,) = told.properties
    assert (one.before, one.after, one.cause) == ("1", "2", "Size")


@pytest.mark.parametrize("page_size", [1, 3])
def test_all_pages_of_a_change_set_are_read(page_size: int) -> None:
    cloud = Cloud(page_size=page_size)
    cloud.apply(template(**{f"T{number}": TOPIC for number in range(5)}))
    outcome = cloud.review(template(**{f"T{number}": topic("two") for number in range(5)}, New=TOPIC))
    changes = outcome.review.changes  # type: ignore[union-attr]
    assert [each.action for each in changes].count(Action.MODIFY) == 5
    assert len(changes) == 6
