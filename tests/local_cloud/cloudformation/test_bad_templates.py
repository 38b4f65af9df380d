"""Whatever is wrong in a template, and wherever, it is refused or its stack fails, and nothing breaks."""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
RICH: dict[str, Any] = {
    "Parameters": {
        "P": {"Type": "String", "Default": "x", "AllowedValues": ["x", "y"], "AllowedPattern": "[a-z]", "MinLength": 1},
        "N": {"Type": "Number", "Default": 1, "MinValue": 0},
        "L": {"Type": "CommaDelimitedList", "Default": "a,b"},
    },
    "Mappings": {"M": {"us-east-1": {"k": "v"}}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}, "D": {"Fn::Not": [{"Condition": "C"}]}},
    "Rules": {
        "R": {
            "RuleCondition": {"Fn::Equals": [{"Ref": "P"}, "x"]},
            "Assertions": [{"Assert": {"Fn::Contains": [["x"], {"Ref": "P"}]}, "AssertDescription": "no"}],
        }
    },
    "Resources": {
        "T": topic(
            Condition="C",
            DependsOn=["U"],
            DeletionPolicy="Retain",
            properties={
                "TopicName": {"Fn::Sub": ["${A}${P}", {"A": {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "k"]}}]},
                "Tags": [{"Key": "a", "Value": {"Fn::Select": [0, {"Ref": "L"}]}}],
            },
        ),
        "U": topic(properties={"DisplayName": {"Fn::If": ["C", {"Fn::Join": ["-", {"Ref": "L"}]}, "no"]}}),
        "Q": {"Type": "AWS::SQS::Queue", "CreationPolicy": {"ResourceSignal": {"Count": 0}}},
        "K": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3/x", "Parameters": {}}},
    },
    "Outputs": {"O": {"Condition": "C", "Value": {"Fn::GetAtt": ["U", "TopicName"]}, "Export": {"Name": "e"}}},
}
INSTEAD: list[Any] = [
    None,
    "",
    7,
    [],
    {},
    ["a"],
    {"a": 1},
    {"Ref": "L"},
    {"Fn::GetAtt": ["U"]},
    {"Fn::If": ["C"]},
    "[a",
]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def other(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    body = copy.deepcopy(RICH)
    node: Any = body
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return body


def test_the_template_is_a_good_one_before_anything_is_wrong() -> None:
    account = Account(surroundings=Surroundings(read_url=lambda _url: json.dumps(template(Inner=topic()))))
    account.create(RICH, Capabilities=CAPABILITIES)
    assert account.status() == "CREATE_COMPLETE"


@pytest.mark.parametrize("section", RICH)
def test_a_template_with_anything_wrong_is_answered_or_refused(section: str) -> None:
    around = Surroundings(read_url=lambda _url: json.dumps(template(Inner=topic())))
    for path in [path for path in places(RICH) if path[0] == section]:
        for value in INSTEAD:
            body, account = other(path, value), Account(surroundings=around)
            for operation in ("ValidateTemplate", "GetTemplateSummary"):
                with suppress(ApiError):
                    account(operation, TemplateBody=json.dumps(body))
            with suppress(ApiError):
                account.create(body, Capabilities=CAPABILITIES)
                assert not any("Internal Failure" in str(reason) for _, _, reason in account.story())


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("Resources", "T", "Condition"), {"Ref": "P"}, "Every Condition member must be a string."),
        (("Mappings", "M"), ["a"], "Every Mappings member must be a map."),
        (("Parameters", "P", "AllowedValues"), "x", "Every AllowedValues member must be a list."),
        (("Parameters", "N", "MinValue"), "few", "Every MinValue member must be a number."),
        (("Outputs", "O", "Export"), "e", "Every Export member must be a map."),
    ],
)
def test_a_member_of_another_kind_is_refused_by_its_name(
    account: Account, path: tuple[str, ...], value: Any, told: str
) -> None:
    with pytest.raises(ApiError) as refused:
        account("ValidateTemplate", TemplateBody=json.dumps(other(path, value)))
    assert refused.value.message == f"Template format error: {told}"
