"""Intrinsic functions: what each gives, what it refers to, and what is only known after apply."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from local_cloud.cloudformation.template.intrinsics import Reference, Resolver
from local_cloud.cloudformation.template.model import EMPTY, Environment, TemplateError
from local_cloud.cloudformation.values import UNKNOWN

ENVIRONMENT = Environment(
    parameters={"P": "pic", "Name": "site", "Zones": ["a", "b"], "Stage": "prod"},
    account="111111111111",
    region="us-east-1",
    stack_name="stack",
    stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/stack/1",
    notification_arns=("arn:topic",),
    exports={"there": "value"}.get,
    outputs=lambda region, stack, output: None if stack == "absent" else f"{region}/{stack}/{output}",
    dynamic=lambda service, key: f"<{service} {key}>",
)
TEMPLATE = replace(
    EMPTY,
    mappings={"Sizes": {"prod": {"memory": 512, "zones": ["x", "y"]}}},
    conditions={
        "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "NotProd": {"Fn::Not": [{"Condition": "Prod"}]},
        "Both": {"Fn::And": [{"Condition": "Prod"}, {"Condition": "NotProd"}]},
        "Either": {"Fn::Or": [{"Condition": "Prod"}, {"Condition": "NotProd"}]},
        "One": {"Fn::Equals": ["1", 1]},
    },
)
KNOWN = {("Topic", None): "arn:topic", ("Topic", "TopicName"): "topic", ("Stack", "Outputs.Url"): "https://x"}


def resolver(known: Mapping[tuple[str, str | None], Any] = KNOWN) -> Resolver:
    return Resolver(TEMPLATE, ENVIRONMENT, lambda name, attribute: known.get((name, attribute), UNKNOWN))


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Name"}, "site"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        ({"Ref": "AWS::NotificationARNs"}, ["arn:topic"]),
        ({"Ref": "Topic"}, "arn:topic"),
        ({"Fn::GetAtt": ["Topic", "TopicName"]}, "topic"),
        ({"Fn::GetAtt": "Topic.TopicName"}, "topic"),
        ({"Fn::GetAtt": ["Stack", "Outputs.Url"]}, "https://x"),
        ({"Fn::GetAtt": [{"Fn::Sub": "To${P}"}, {"Fn::Sub": "To${P}Name"}]}, "topic"),
        ({"Fn::GetStackOutput": {"StackName": "api", "OutputName": "Url"}}, "us-east-1/api/Url"),
        (
            {"Fn::GetStackOutput": {"StackName": "api", "OutputName": "Url", "Region": {"Fn::Sub": "eu-${Name}"}}},
            "eu-site/api/Url",
        ),
        ({"Fn::Sub": "${Name}-${Topic.TopicName}-${!Literal}-${AWS::Region}"}, "site-topic-${Literal}-us-east-1"),
        ({"Fn::Sub": ["${Name}-${Own}", {"Own": {"Ref": "Stage"}, "Name": "mine"}]}, "mine-prod"),
        ({"Fn::Join": ["-", ["a", 1, True]]}, "a-1-true"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::Split": ["-", "a-b--c"]}, ["a", "b", "", "c"]),
        ({"Fn::If": ["Prod", "yes", "no"]}, "yes"),
        ({"Fn::If": ["NotProd", "yes", "no"]}, "no"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::If": ["One", "yes", "no"]}, "yes"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 512),
        ({"Fn::FindInMap": ["Sizes", "test", "memory", {"DefaultValue": 128}]}, 128),
        ({"Fn::Base64": {"Fn::Sub": "${Name}!"}}, base64.b64encode(b"site!").decode()),
        ({"Fn::Cidr": ["10.0.0.0/24", 2, 5]}, ["10.0.0.0/27", "10.0.0.32/27"]),
        ({"Fn::GetAZs": ""}, [f"us-east-1{zone}" for zone in "abcdef"]),
        ({"Fn::GetAZs": "eu-west-1"}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::ImportValue": "there"}, "value"),
        ({"Fn::Length": {"Ref": "Zones"}}, 2),
        ({"Fn::Length": [{"Ref": "New"}]}, 1),
        ({"Fn::ToJsonString": {"name": {"Ref": "Name"}}}, '{"name":"site"}'),
        ("{{resolve:ssm:/key:1}}", "<ssm /key:1>"),
        ({"Fn::Sub": "{{resolve:secretsmanager:${Name}:SecretString:key}}"}, "<secretsmanager site:SecretString:key>"),
        (
            {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Name"}, ":SecretString:key::}}"]]},
            "<secretsmanager site:SecretString:key::>",
        ),
        ({"Condition": "Prod", "Effect": "Allow"}, {"Condition": "Prod", "Effect": "Allow"}),
    ],
)
def test_a_function_gives(node: Any, value: Any) -> None:
    assert resolver().value(node) == value


def test_no_value_leaves_its_place_out() -> None:
    absent = {"Ref": "AWS::NoValue"}
    assert resolver().value({"a": absent, "b": [1, absent, 2], "c": {"Fn::If": ["Prod", absent, 1]}}) == {"b": [1, 2]}


@pytest.mark.parametrize(
    "node",
    [
        {"Ref": "New"},
        {"Fn::GetAtt": ["New", "Arn"]},
        {"Fn::Sub": "before ${New} after"},
        {"Fn::Join": ["-", ["prefix", {"Ref": "New"}]]},
        {"Fn::Select": [0, [{"Ref": "New"}, "known"]]},
        {"Fn::Split": [",", {"Ref": "New"}]},
        {"Fn::Base64": {"Ref": "New"}},
        {"Fn::ImportValue": {"Ref": "New"}},
        {"Fn::Length": {"Ref": "New"}},
        {"Fn::ToJsonString": {"a": {"Ref": "New"}}},
    ],
)
def test_what_is_made_of_the_unknown_is_unknown(node: Any) -> None:
    assert resolver().value(node) is UNKNOWN


def test_selecting_a_known_element_does_not_ask_the_others() -> None:
    assert resolver().value({"Fn::Select": [1, [{"Ref": "New"}, "known"]]}) == "known"


def test_the_unknown_reads_as_in_a_change_set() -> None:
    assert str(UNKNOWN) == "{{changeSet:KNOWN_AFTER_APPLY}}"


def test_a_value_tells_what_it_was_made_from_once() -> None:
    node = {"Fn::If": ["Prod", {"Fn::Sub": "${Name}${Name}${Topic}${Topic.TopicName}"}, {"Ref": "Other"}]}
    _, references = resolver().trace(node)
    assert references == (Reference("Name"), Reference("Topic"), Reference("Topic", "TopicName"))


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ({"Fn::Select": [2, ["a", "b"]]}, "Template error: Fn::Select cannot select nonexistent value at index 2"),
        (
            {"Fn::FindInMap": ["Sizes", "test", "memory"]},
            "Template error: Unable to get mapping for Sizes::test::memory",
        ),
        (
            {"Fn::FindInMap": ["None", "a", "b"]},
            "Template error: Mapping named 'None' is not present in the 'Mappings' section of template.",
        ),
        ({"Fn::ImportValue": "absent"}, "No export named absent found."),
        (
            {"Fn::Equals": ["only one"]},
            "Template error: every Fn::Equals object requires a list of 2 string parameters.",
        ),
        ({"Fn::If": ["Prod", "yes"]}, "Template error: Fn::If requires a list argument with three elements"),
        (
            {"Fn::Sub": "${no good}"},
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
            "periods, and colons",
        ),
        ({"Fn::Base64": ["a"]}, "Template error: every Fn::Base64 object must have a String-typed value."),
    ],
)
def test_a_wrong_argument_is_refused_in_cloudformations_words(node: Any, told: str) -> None:
    with pytest.raises(TemplateError) as refused:
        resolver().value(node)
    assert str(refused.value) == told


def test_conditions_that_ask_each_other_are_refused() -> None:
    circle = {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    asked = Resolver(replace(TEMPLATE, conditions=circle), ENVIRONMENT, lambda _name, _attribute: UNKNOWN)
    with pytest.raises(TemplateError, match=r"^Circular dependency between conditions: \[A, B\]$"):
        asked.condition("A")
