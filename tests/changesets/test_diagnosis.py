"""The first real failure is found, and what its text means is known."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from changesets.diagnosis import diagnose, diagnose_change_set, diagnose_rollback, diagnose_text, failures, recognise
from changesets.models import ChangeSet, StackEvent, Validation
from changesets.outcomes import UNKNOWN_CAUSE

TEXTS = [
    line.split("\t")
    for line in (Path(__file__).parent / "failure_texts.tsv").read_text(encoding="utf-8").splitlines()
    if line
]
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def event(logical_id: str, status: str, reason: str = "", **more: Any) -> StackEvent:
    event.count = getattr(event, "count", 0) + 1  # type: ignore[attr-defined]
    number = event.count  # type: ignore[attr-defined]
    return StackEvent(
        **{
            "id": str(number),
            "stack_id": "arn:stack",
            "stack_name": "demo",
            "logical_id": logical_id,
            "physical_id": "arn:stack" if logical_id == "demo" else logical_id.lower(),
            "type": "AWS::CloudFormation::Stack" if logical_id == "demo" else "AWS::SNS::Topic",
            "status": status,
            "reason": reason,
            "at": NOON + timedelta(seconds=number),
        }
        | more
    )


@pytest.mark.parametrize(("expected", "type_", "text"), TEXTS, ids=[f"{line[0]}-{n}" for n, line in enumerate(TEXTS)])
def test_a_known_text_is_recognised(expected: str, type_: str, text: str) -> None:
    found = recognise(text, type_)
    assert found is not None
    assert found.id == expected


def test_at_least_ninety_failures_are_known_each_by_an_exact_text() -> None:
    tested = {expected for expected, _, _ in TEXTS}
    assert len(failures()) >= 90
    assert tested == {row.id for row in failures()}


def test_every_row_says_what_it_means_and_what_to_do() -> None:
    for row in failures():
        assert re.fullmatch(r"[a-z0-9-]+", row.id)
        assert row.meaning.endswith(".")
        assert row.fix.endswith(".")
        re.compile(row.pattern)


def test_the_first_real_failure_is_the_cause_and_cancellations_are_not() -> None:
    told = diagnose(
        [
            event("demo", "UPDATE_IN_PROGRESS", "User Initiated"),
            event("First", "CREATE_FAILED", "Resource creation cancelled"),
            event("Second", "CREATE_FAILED", "Rate exceeded"),
            event("Third", "UPDATE_FAILED", "Internal Failure"),
            event("demo", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Second]. "),
        ]
    )
    assert (told.logical_id, told.cause, told.page) == ("Second", "Rate exceeded", "rate-exceeded.md")
    assert [each.logical_id for each in told.others] == ["Third"]


def test_a_nested_stack_is_blamed_on_its_own_resource() -> None:
    embedded = "Embedded stack arn:child was not successfully created: The following resource(s) failed to create: [Q]."
    told = diagnose(
        [
            event("Q", "CREATE_FAILED", "Access Denied", stack_id="arn:child", stack_name="demo-Child-1"),
            event("Child", "CREATE_FAILED", embedded, type="AWS::CloudFormation::Stack", physical_id="arn:child"),
        ]
    )
    assert (told.logical_id, told.stack_name) == ("Q", "demo-Child-1")


def test_what_only_the_stack_tells_is_found_there() -> None:
    reason = "Transform 1111::M failed with: boom. Rollback requested by user."
    told = diagnose(
        [event("demo", "CREATE_IN_PROGRESS", "User Initiated"), event("demo", "ROLLBACK_IN_PROGRESS", reason)]
    )
    assert told.cause == "Transform 1111::M failed with: boom."
    assert told.page == "transform-failed.md"


def test_the_handlers_wrapping_is_taken_off() -> None:
    text = 'Resource handler returned message: "No." (RequestToken: 1-2, HandlerErrorCode: GeneralServiceException)'
    assert diagnose_text(text).cause == "No."


def test_a_failed_rollback_is_blamed_on_what_failed_in_the_rollback() -> None:
    told = diagnose_rollback(
        [
            event("First", "UPDATE_FAILED", "the update's own failure"),
            event("demo", "UPDATE_ROLLBACK_IN_PROGRESS", "x"),
            event("Second", "UPDATE_FAILED", "the rollback's failure"),
        ]
    )
    assert told.logical_id == "Second"


def test_nothing_failed_is_said_so() -> None:
    assert diagnose([event("demo", "UPDATE_IN_PROGRESS", "User Initiated")]) == UNKNOWN_CAUSE


def test_a_refused_change_set_is_explained_by_the_validation_that_stopped_it() -> None:
    refused = ChangeSet(
        id="arn:cs", name="cs", stack_id="arn:stack", status="FAILED", execution_status="UNAVAILABLE", reason="hooks"
    )
    text = "Resource of type 'AWS::S3::Bucket' with identifier 'tracks' already exists."
    finding = Validation(logical_id="Bucket", path="/Resources/Bucket/Properties/BucketName", reason=text, mode="FAIL")
    told = diagnose_change_set(refused, [finding])
    assert told.page == "bucket-exists.md"
    assert told.cause.endswith("(/Resources/Bucket/Properties/BucketName)")


def test_a_command_names_what_failed_so_that_it_can_be_typed_as_it_stands() -> None:
    protected = (
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    )
    table = event("Orders", "DELETE_FAILED", protected, type="AWS::DynamoDB::Table", physical_id="orders-1")
    full = event("Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty", type="AWS::S3::Bucket")
    told = [diagnose([each]).command for each in (table, full)]
    assert told == [
        "aws dynamodb update-table --table-name orders-1 --no-deletion-protection-enabled",
        "delete --allow Bucket",
    ]


def test_a_text_that_says_nothing_is_known_by_its_error_code() -> None:
    assert diagnose_text("Stack limit exceeded: 2000", code="LimitExceededException").page == "stack-limit.md"
    assert diagnose_text("ChangeSet limit exceeded", code="LimitExceededException").page == "change-set-limit.md"
    assert diagnose_text("No.", code="ValidationError").page == ""
