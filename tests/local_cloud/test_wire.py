"""The query protocol, checked by botocore: what its serializer writes we read, what we write its parser reads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from local_cloud import wire

MODEL = wire.cloudformation()


def sent(operation: str, **parameters: Any) -> Mapping[str, str]:
    """The form fields botocore sends for a call."""
    request = create_serializer("query").serialize_to_request(parameters, MODEL.operation_model(operation))
    return {name: str(value) for name, value in request["body"].items()}


def received(operation: str, body: bytes, status: int = 200) -> dict[str, Any]:
    """What a boto3 client makes of a response."""
    response = {"body": body, "status_code": status, "headers": {}}
    shape: Any = MODEL.operation_model(operation).output_shape
    parsed: dict[str, Any] = create_parser("query").parse(response, shape)
    return parsed


@pytest.mark.parametrize(
    "parameters",
    [
        {"StackName": "a"},
        {"StackName": "a", "DisableRollback": True, "TimeoutInMinutes": 3},
        {"StackName": "a", "Capabilities": [f"CAPABILITY_{n}" for n in range(12)]},
        {"StackName": "a", "Capabilities": []},
        {"StackName": "a", "Parameters": [{"ParameterKey": "k", "ParameterValue": ""}], "TemplateBody": "a\n  b: 'ü'"},
        {"StackName": "a", "RollbackConfiguration": {"MonitoringTimeInMinutes": 0, "RollbackTriggers": []}},
    ],
)
def test_parameters_arrive_as_they_were_given(parameters: dict[str, Any]) -> None:
    operation, arrived = wire.parse(MODEL, sent("CreateStack", **parameters))

    assert operation.name == "CreateStack"
    assert arrived == parameters


def test_maps_arrive_as_maps() -> None:
    resource = {
        "ResourceType": "AWS::S3::Bucket",
        "LogicalResourceId": "Bucket",
        "ResourceIdentifier": {"BucketName": "tracks", "Other": "x"},
    }
    parameters = {"StackName": "a", "ChangeSetName": "b", "ResourcesToImport": [resource]}

    assert wire.parse(MODEL, sent("CreateChangeSet", **parameters))[1] == parameters


def test_an_operation_that_the_service_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(wire.UnknownOperation, match="Could not find operation MakeCoffee for version 2010-05-15"):
        wire.parse(MODEL, {"Action": "MakeCoffee", "Version": "2010-05-15"})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"DisableRollback": "maybe"}, "Not a boolean: maybe"),
        ({"TimeoutInMinutes": "soon"}, "Not a integer: soon"),
        ({"Tags.member.first.Key": "a"}, "Not the number of a list's member: first"),
    ],
)
def test_a_field_that_cannot_be_read_is_malformed(field: dict[str, str], text: str) -> None:
    with pytest.raises(wire.MalformedInput, match=text):
        wire.parse(wire.cloudformation(), {"Action": "CreateStack", "Version": "2010-05-15", **field})


def test_another_version_of_the_api_has_no_operations() -> None:
    with pytest.raises(wire.UnknownOperation, match="Could not find operation DescribeStacks for version 2000-01-01"):
        wire.parse(wire.cloudformation(), {"Action": "DescribeStacks", "Version": "2000-01-01"})


@pytest.mark.parametrize(
    ("operation", "output"),
    [
        ("CreateStack", {"StackId": "arn:x"}),
        ("GetTemplate", {"TemplateBody": "a: 1\r\nb: ' <&> '\n", "StagesAvailable": ["Original", "Processed"]}),
        (
            "DescribeStacks",
            {
                "Stacks": [
                    {
                        "StackName": "a",
                        "CreationTime": datetime(2026, 9, 1, 12, 30, 0, 125000, tzinfo=UTC),
                        "StackStatus": "ROLLBACK_COMPLETE",
                        "StackStatusReason": "The following resource(s) failed to create: [A]. ",
                        "DisableRollback": False,
                        "NotificationARNs": [],
                        "Tags": [{"Key": "k", "Value": ""}],
                    }
                ],
                "NextToken": "t",
            },
        ),
        (
            "GetTemplateSummary",
            {"ResourceIdentifierSummaries": [{"ResourceType": "T", "ResourceIdentifiers": ["A", "B"]}]},
        ),
        (
            "DescribeStackDriftDetectionStatus",
            {"DriftedStackResourceCount": 0, "Timestamp": datetime(2026, 9, 1, tzinfo=UTC), "StackId": "a"},
        ),
        ("DescribeAccountLimits", {"AccountLimits": [{"Name": "StackLimit", "Value": 2000}]}),
    ],
)
def test_a_client_reads_what_the_engine_answered(operation: str, output: dict[str, Any]) -> None:
    body = wire.serialise(MODEL.operation_model(operation), output, "request-1")

    parsed = received(operation, body)

    assert parsed.pop("ResponseMetadata")["RequestId"] == "request-1"
    assert parsed == output


def test_what_xml_cannot_hold_is_replaced_in_answers_and_refusals() -> None:
    odd, shown = "a\x00b\ud800c\td", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\td"
    body = wire.serialise(MODEL.operation_model("ValidateTemplate"), {"Description": odd}, "request-1")
    assert received("ValidateTemplate", body)["Description"] == shown

    refused = wire.serialise_error(MODEL, code="ValidationError", message=odd, status=400, request_id="r")
    assert received("ValidateTemplate", refused, 400)["Error"]["Message"] == shown


def test_an_operation_without_output_still_names_its_request() -> None:
    parsed = received("DeleteStack", wire.serialise(MODEL.operation_model("DeleteStack"), {}, "request-1"))

    assert parsed["ResponseMetadata"]["RequestId"] == "request-1"


@pytest.mark.parametrize(("status", "blamed"), [(400, "Sender"), (404, "Sender"), (500, "Receiver")])
def test_an_error_travels_with_its_code_text_and_who_is_to_blame(status: int, blamed: str) -> None:
    body = wire.serialise_error(MODEL, code="ValidationError", message="Stack <a> ", status=status, request_id="r")

    parsed = received("DescribeStacks", body, status)

    assert parsed["Error"] == {"Type": blamed, "Code": "ValidationError", "Message": "Stack <a> "}
