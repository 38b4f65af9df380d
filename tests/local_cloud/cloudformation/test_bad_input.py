"""Whatever a call lacks or gets wrong, it is refused with a code and a text of AWS's kind, and nothing breaks."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_cloud.cloudformation.api.exclusive import ONE_OF
from local_cloud.cloudformation.engine import CALLS
from local_cloud.cloudformation.errors import ApiError
from local_cloud.wire import cloudformation
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

BODY = json.dumps(template(A=topic("a")))
GIVEN = {"StackName": "site", "TemplateBody": BODY, "ChangeSetName": "proposal", "LogicalResourceId": "A"}


def complete(shape: Shape, name: str = "") -> Any:
    """A value with everything in it that the model has."""
    match shape:
        case _ if name in GIVEN:
            return GIVEN[name]
        case StructureShape():
            return {member: complete(inner, member) for member, inner in shape.members.items()}
        case ListShape():
            return [complete(shape.member)]
        case MapShape():
            return {"x": complete(shape.value)}
    if shape.type_name == "string":
        return values[0] if (values := shape.metadata.get("enum")) else "x" * max(shape.metadata.get("min", 1), 1)
    return {"boolean": True, "timestamp": datetime(2026, 1, 1, tzinfo=UTC)}.get(shape.type_name, 1)


def incomplete(value: Any) -> Iterator[Any]:
    """The value with one thing less, wherever it is."""
    match value:
        case dict():
            for key, inner in value.items():
                yield {other: value[other] for other in value if other != key}
                yield from ({**value, key: less} for less in incomplete(inner))
        case [first]:
            yield []
            yield from ([less] for less in incomplete(first))


def attempts(operation: str) -> Iterator[Mapping[str, Any]]:
    shape = cloudformation().operation_model(operation).input_shape
    whole = complete(shape) if shape else {}
    least = {name: whole[name] for name in {*shape.required_members, "TemplateBody"} & whole.keys()} if shape else {}
    yield from ({}, whole, least)
    yield from incomplete(whole)
    for name, value in whole.items():
        yield from ({**least, name: each} for each in (value, *incomplete(value)))


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_a_call_that_lacks_anything_is_answered_or_refused(operation: str) -> None:
    for params in attempts(operation):
        account = Account()
        account.create(json.loads(BODY))
        account.propose(template(B=topic("b")))
        with suppress(ApiError):
            account(operation, **params)
        account.settle()


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        ("CreateStack", {}, "Value null at 'stackName' failed to satisfy constraint: Member must not be null"),
        ("CreateStack", {"StackName": "a" * 129}, "Member must have length less than or equal to 128"),
        ("CreateStack", {"StackName": "a", "OnFailure": "STOP"}, "enum value set: [DO_NOTHING, ROLLBACK, DELETE]"),
        ("CreateStack", {"StackName": "a", "Tags": [{"Key": "k"}]}, "Value null at 'tags.1.member.value'"),
        ("CreateStack", {"StackName": "a", "Capabilities": ["ALL"]}, "Value '[ALL]' at 'capabilities'"),
        (
            "UpdateStack",
            {"StackName": "a", "RollbackConfiguration": {"MonitoringTimeInMinutes": 181}},
            "Value '181' at 'rollbackConfiguration.monitoringTimeInMinutes' failed to satisfy constraint: "
            "Member must have value less than or equal to 180",
        ),
        ("CreateStack", {"StackName": "a", "Tags": [{"Key": "AWS:k", "Value": "v"}]}, "aws: prefixed tag key names"),
        ("CreateStack", {"OnFailure": "STOP"}, "2 validation errors detected: "),
        ("CreateStack", {"StackName": "a", "OnFailure": "DELETE", "DisableRollback": True}, "but not both"),
    ],
)
def test_a_parameter_that_the_model_does_not_allow_is_refused(
    account: Account, operation: str, params: dict[str, Any], text: str
) -> None:
    with pytest.raises(ApiError) as refused:
        account(operation, **{"TemplateBody": BODY, **params})
    assert refused.value.code == "ValidationError"
    assert text in refused.value.message


@pytest.mark.parametrize(
    ("operation", "one", "other"),
    [(operation, *names[:2]) for operation, groups in ONE_OF.items() for names in groups],
)
def test_of_parameters_that_exclude_one_another_only_one_is_taken(
    account: Account, operation: str, one: str, other: str
) -> None:
    given = {"StackName": "site", "ChangeSetName": "proposal", "TemplateBody": BODY}
    shape = cloudformation().operation_model(operation).input_shape
    assert shape is not None
    needed = {name: given[name] for name in shape.required_members}
    both = {name: complete(shape.members[name], name) for name in (one, other)}
    with pytest.raises(ApiError, match=f"Either {one} or {other} can be specified, but not both"):
        account(operation, **needed, **both)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {"AWSTemplateFormatVersion": "2020-09-09", **template(A=topic("a"))},
            "2020-09-09 is not a supported value for AWSTemplateFormatVersion.",
        ),
        ({"Resources": {"A": topic("a")}, "Outputs": None}, "[/Outputs] 'null' values are not allowed in templates"),
        (template(A={**topic(), "DependsOn": [None]}), "[/Resources/A/DependsOn/0] 'null' values are not allowed"),
        (template(A={**topic(), "DependsOn": "B"}, B={**topic(), "DependsOn": "A"}), "Circular dependency"),
        ({"Parameters": {"P": {"Type": "Text"}}, **template(A=topic())}, "Unrecognized parameter type: Text"),
        (template(A={"Type": "AWS::SNS::Topic", "Properties": []}), "Properties must be an object"),
        (
            template(A=topic(), B=topic(properties={"DisplayName": {"Fn::GetAtt": ["A", "Arn"]}})),
            "resource A does not support attribute type Arn in Fn::GetAtt",
        ),
    ],
)
def test_a_template_that_cannot_work_does_not_validate(account: Account, body: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as refused:
        account("ValidateTemplate", TemplateBody=json.dumps(body))
    assert text in refused.value.message


def test_a_template_nested_without_end_is_refused(account: Account) -> None:
    nested = '{"Resources":{"A":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":' + "[" * 500 + "]" * 500 + "}}}}"
    with pytest.raises(ApiError, match="unsupported structure"):
        account("ValidateTemplate", TemplateBody=nested)
