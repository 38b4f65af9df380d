"""Text to template: the forms it may have and the texts of what is refused."""

import json
from typing import Any

import pytest

from local_cloud.cloudformation.template.loading import load, resolve
from local_cloud.cloudformation.template.model import Environment, TemplateError
from local_cloud.cloudformation.template.order import dependencies, in_order
from local_cloud.cloudformation.values import UNKNOWN

ENVIRONMENT = Environment(
    account="111111111111",
    region="us-east-1",
    stack_name="site",
    stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/site/1",
)


def nothing(_logical_id: str, _attribute: str | None) -> str:
    return UNKNOWN


def refusal(text: str) -> str:
    with pytest.raises(TemplateError) as refused:
        dependencies(load(text), ENVIRONMENT)
    return str(refused.value)


def resources(**types: object) -> str:
    return json.dumps({"Resources": types})


TOPIC = {"Type": "AWS::SNS::Topic"}


SHORT = """
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Join ["-", [!Ref AWS::Region, !GetAtt A.B.C]]}
  A:
    Type: Custom::A
"""


def test_short_forms_read_like_their_long_forms() -> None:
    long = {"Fn::Join": ["-", [{"Ref": "AWS::Region"}, {"Fn::GetAtt": ["A", "B.C"]}]]}
    assert load(SHORT).resources["T"].properties == {"TopicName": long}


def test_json_and_yaml_give_the_same_template() -> None:
    body = {"Resources": {"T": {**TOPIC, "Properties": {"DisplayName": "x", "FifoTopic": True}}}}
    as_yaml = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: x, FifoTopic: true}\n"
    assert load(json.dumps(body)).body == load(as_yaml).body == body


def test_a_policy_date_stays_text() -> None:
    template = load(
        "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DataProtectionPolicy: {Version: 2012-10-17}}}}"
    )
    assert template.resources["T"].properties["DataProtectionPolicy"] == {"Version": "2012-10-17"}


def test_account_numbers_as_mapping_keys_are_text() -> None:
    assert load("Mappings: {M: {123: {a: b}}}\nResources: {T: {Type: AWS::SNS::Topic}}").mappings == {
        "M": {"123": {"a": "b"}}
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": }', "Template format error: JSON not well-formed. (line 1, column 7)"),
        ("a: b: c", "Template format error: YAML not well-formed. (line 1, column 5)"),
        ("just text", "Template format error: unsupported structure."),
        ("Description: nothing else", "Template format error: At least one Resources member must be defined."),
        (
            resources(Foo={}),
            "Template format error: [/Resources/Foo] Every Resources object must contain a Type member.",
        ),
        (resources(**{"my-topic": TOPIC}), "Template format error: Resource name my-topic is non alphanumeric."),
        (resources(T={**TOPIC, "Properteis": {}}), "Invalid template resource property 'Properteis'"),
        (resources(T={"Type": "AWS::No::Such"}), "Template format error: Unrecognized resource types: [AWS::No::Such]"),
        ("Resource: {}\nResources: {T: {Type: AWS::SNS::Topic}}", "Invalid template property or properties [Resource]"),
        (
            resources(T={**TOPIC, "DependsOn": "U"}),
            "Template format error: Unresolved resource dependencies [U] in the Resources block of the template",
        ),
        (
            resources(T={**TOPIC, "DependsOn": {"Ref": "U"}}),
            "Template format error: DependsOn must be a string or list of strings.",
        ),
        (
            resources(T={**TOPIC, "Properties": {"TopicName": {"Fn::Sub": "${U}-${V}"}}}),
            "Template format error: Unresolved resource dependencies [U, V] in the Resources block of the template",
        ),
        (
            resources(T={**TOPIC, "Properties": {"TopicName": {"Fn::GetAtt": ["U", "Arn"]}}}),
            "Template error: instance of Fn::GetAtt references undefined resource U",
        ),
        (
            resources(T={**TOPIC, "Properties": {"TopicName": {"Fn::Sub": "${U.Arn}"}}}),
            "Template error: instance of Fn::Sub references invalid resource attribute U.Arn",
        ),
        (
            resources(T={**TOPIC, "Condition": "C"}),
            "Template format error: Unresolved condition dependency C in the Resources block of the template",
        ),
        (
            resources(T={**TOPIC, "Properties": {"TopicName": {"Fn::If": ["C", "a", "b"]}}}),
            "Template error: unresolved condition dependency C in Fn::If",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Outputs": {"O": {"Value": {"Ref": "U"}}}}),
            "Template format error: Unresolved resource dependencies [U] in the Outputs block of the template",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Conditions": {"C": {"Fn::Equals": [{"Ref": "T"}, "x"]}}}),
            "Template format error: Unresolved dependencies [T]. "
            "Cannot reference resources in the Conditions block of the template",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Outputs": {"O": {"Value": ["a"]}}}),
            "Template format error: The Value field of every Outputs member must evaluate to a String and not a List.",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Parameters": {"P": {"Default": "x"}}}),
            "Template format error: Every Parameters object must contain a Type member.",
        ),
        (
            resources(T={**TOPIC, "DeletionPolicy": "Retian"}),
            "Template format error: Unrecognized DeletionPolicy Retian for resource T",
        ),
        (
            resources(T={**TOPIC, "UpdateReplacePolicy": "RetainExceptOnCreate"}),
            "Template format error: Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource T",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Description": "x" * 1025}),
            "Template format error: 'Description' length is greater than 1024.",
        ),
        *(
            (
                json.dumps({"Resources": {"T": TOPIC}, **wrong}),
                "Template format error: Every Description member must be a string.",
            )
            for wrong in (
                {"Description": {"Ref": "T"}},
                {"Parameters": {"P": {"Type": "String", "Description": ["x"]}}},
                {"Outputs": {"O": {"Value": "x", "Description": {"Ref": "T"}}}},
            )
        ),
        (
            resources(**{"T" * 256: TOPIC}),
            f"Template format error: Resource name {'T' * 256} is longer than 255.",
        ),
        (
            resources(**{f"T{number}": TOPIC for number in range(501)}),
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Parameters": {"P": {"Type": "String", "Default": ["x"]}}}),
            "Template format error: Every Default member must be a string.",
        ),
        (
            json.dumps({"Resources": {"T": TOPIC}, "Outputs": {"O": {"Description": "x"}}}),
            "Template format error: Every Outputs member must contain a Value object",
        ),
    ],
)
def test_a_wrong_template_is_refused_in_cloudformations_words(text: str, told: str) -> None:
    assert refusal(text) == told


@pytest.mark.parametrize("function", ["Fn::Joyn", "Fn::Length"])
def test_a_function_that_does_not_exist_is_refused(function: str) -> None:
    """Fn::Length is AWS::LanguageExtensions'."""
    told = refusal(resources(T={**TOPIC, "Properties": {"TopicName": {function: ["a"]}}}))
    assert told.startswith(f"Template error: Encountered unsupported function: {function} Supported functions are: [")


def test_a_cycle_names_its_members_only() -> None:
    told = refusal(
        resources(
            A={**TOPIC, "DependsOn": "B"},
            B={**TOPIC, "DependsOn": "A"},
            Before=TOPIC,
            After={**TOPIC, "DependsOn": ["A", "Before"]},
        )
    )
    assert told == "Circular dependency between resources: [A, B]"


def test_resources_come_after_all_that_they_need() -> None:
    template = load(
        resources(
            Last={**TOPIC, "Properties": {"TopicName": {"Fn::Sub": "${Middle.TopicName}"}}},
            Middle={**TOPIC, "Properties": {"TopicName": {"Ref": "First"}}},
            First=TOPIC,
        )
    )
    assert list(in_order(dependencies(template, ENVIRONMENT))) == ["First", "Middle", "Last"]


CONDITIONAL: dict[str, Any] = {
    "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
    "Resources": {
        "Absent": {**TOPIC, "Condition": "Never"},
        "There": {
            **TOPIC,
            "DependsOn": "Absent",
            "Properties": {"TopicName": {"Fn::If": ["Never", {"Ref": "Absent"}, "name"]}},
        },
    },
    "Outputs": {"Topic": {"Value": {"Ref": "Absent"}, "Condition": "Never"}},
}


def test_a_condition_that_does_not_hold_takes_the_resource_and_its_outputs_away() -> None:
    resolved = resolve(load(json.dumps(CONDITIONAL)), ENVIRONMENT, nothing)
    assert list(resolved.resources) == ["There"]
    assert resolved.resources["There"].properties == {"TopicName": "name"}
    assert resolved.outputs == {}


def test_what_is_not_taken_is_not_waited_for() -> None:
    assert dependencies(load(json.dumps(CONDITIONAL)), ENVIRONMENT) == {"There": frozenset()}


def test_a_reference_to_an_absent_resource_is_refused() -> None:
    body = {
        **CONDITIONAL,
        "Resources": {**CONDITIONAL["Resources"], "User": {**TOPIC, "Properties": {"TopicName": {"Ref": "Absent"}}}},
    }
    told = "Template format error: Unresolved resource dependencies [Absent] in the Resources block of the template"
    assert refusal(json.dumps(body)) == told


def test_outputs_are_text_and_exports_are_resolved() -> None:
    body = {
        "Resources": {"T": TOPIC},
        "Outputs": {
            "Count": {"Value": 3, "Description": "How many", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-count"}}}
        },
    }
    output = resolve(load(json.dumps(body)), ENVIRONMENT, nothing).outputs["Count"]
    assert (output.value, output.description, output.export_name) == ("3", "How many", "site-count")
