"""Change sets: what is added, removed and modified, what is replaced, and why."""

import json
from dataclasses import replace
from typing import Any

import pytest

from local_cloud.cloudformation.changes.diff import Side, changes
from local_cloud.cloudformation.template.loading import load
from local_cloud.cloudformation.template.model import Environment, TemplateError
from local_cloud.cloudformation.values import UNKNOWN

ENVIRONMENT = Environment(
    account="111111111111",
    region="us-east-1",
    stack_name="stack",
    stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/stack/1",
)
Body = dict[str, Any]


def topic(name: str = "name", **other: Any) -> Body:
    attributes = {key: other.pop(key) for key in ("DeletionPolicy", "UpdateReplacePolicy", "Metadata") if key in other}
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, **other}, **attributes}


def parameter(value: Any) -> Body:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def side(resources: Body, parameters: Body | None = None, *, there: Body | None = None, **sections: Any) -> Side:
    """Resources of a stack in which those of `there` exist; attributes read `<logical id>.<attribute>`."""
    declared = {key: {"Type": "String", **declaration} for key, declaration in (sections.pop("declared", {})).items()}
    body = {"Parameters": declared, "Resources": resources, **sections}
    ids = {name: f"{name}-id" for name in there or {}}

    def lookup(name: str, attribute: str | None) -> Any:
        if name not in ids:
            return UNKNOWN
        return ids[name] if attribute is None else f"{name}.{attribute}"

    return Side(
        template=load(json.dumps({key: value for key, value in body.items() if value})),
        environment=replace(ENVIRONMENT, parameters=parameters or {}),
        lookup=lookup,
        physical_ids=ids,
    )


def update(before: Body, after: Body, *, values: bool = True) -> dict[str, Body]:
    told = changes(side(before, there=before), side(after, there=before), property_values=values)
    return {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told}


def paths(change: Body) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (target["Path"], target.get("BeforeValue"), target.get("AfterValue"), target["AttributeChangeType"])
        for target in (detail["Target"] for detail in change["Details"])
    ]


def reasons(change: Body) -> set[tuple[str, str, str | None]]:
    return {(each["ChangeSource"], each["Evaluation"], each.get("CausingEntity")) for each in change["Details"]}


def test_nothing_changes_between_equals() -> None:
    stack = {"A": topic(DisplayName="5"), "B": parameter({"Fn::GetAtt": ["A", "TopicName"]})}
    same = {"A": topic(DisplayName=5), "B": parameter({"Fn::Sub": "${A.TopicName}"})}
    assert update(stack, same) == update(stack, same, values=False) == {}


def test_what_is_added_shows_what_it_will_be() -> None:
    added = update({"A": topic()}, {"A": topic(), "B": parameter({"Ref": "C"}), "C": topic("other")})["B"]
    assert added["Action"] == "Add"
    assert "PhysicalResourceId" not in added
    assert json.loads(added["AfterContext"]) == {"Properties": {"Type": "String", "Value": str(UNKNOWN)}}


@pytest.mark.parametrize(
    ("policy", "action"),
    [({}, "Delete"), ({"DeletionPolicy": "Retain"}, "Retain"), ({"DeletionPolicy": "RetainExceptOnCreate"}, "Retain")],
)
def test_what_is_removed_goes_as_its_deletion_policy_says(policy: Body, action: str) -> None:
    removed = update({"A": topic(**policy), "B": topic("b")}, {"B": topic("b")})["A"]
    assert (removed["Action"], removed["PolicyAction"], removed["PhysicalResourceId"]) == ("Remove", action, "A-id")


def test_a_create_only_property_replaces_as_the_update_replace_policy_says() -> None:
    changed = update({"A": topic("a")}, {"A": topic("b", UpdateReplacePolicy="Retain")})["A"]
    assert (changed["Replacement"], changed["PolicyAction"]) == ("True", "ReplaceAndRetain")
    assert changed["Scope"] == ["Properties", "UpdateReplacePolicy"]


def test_a_conditional_replacement_names_no_policy_action() -> None:
    rule: dict[str, Any] = {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}}
    moved = {**rule, "Properties": {**rule["Properties"], "EventBusName": "other"}}
    changed = update({"A": rule}, {"A": moved})["A"]
    assert changed["Replacement"] == "Conditional"
    assert "PolicyAction" not in changed


def test_each_place_that_differs_is_told_by_its_path() -> None:
    def function(**properties: Any) -> Body:
        return {"Type": "AWS::Lambda::Function", "Properties": properties}

    before = function(Environment={"Variables": {"A": 1, "B": 2}}, Layers=["x"], Timeout=3)
    after = function(Environment={"Variables": {"A": 1, "C": {"x": 1}}}, Layers=["x", "y"], Timeout="4")
    assert paths(update({"F": before}, {"F": after})["F"]) == [
        ("/Properties/Environment/Variables/B", "2", None, "Remove"),
        ("/Properties/Environment/Variables/C", None, '{"x":"1"}', "Add"),
        ("/Properties/Layers/1", None, "y", "Add"),
        ("/Properties/Timeout", "3", "4", "Modify"),
    ]


def test_without_values_a_property_is_told_once() -> None:
    before = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": 1, "B": 2}}}}}
    after = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": 2, "B": 3}}}}}
    [detail] = update(before, after, values=False)["F"]["Details"]
    assert detail["Target"] == {"Attribute": "Properties", "Name": "Environment", "RequiresRecreation": "Never"}


def test_tags_are_a_scope_of_their_own() -> None:
    tagged = topic(Tags=[{"Key": "a", "Value": "b"}])
    changed = update({"A": topic(Tags=[])}, {"A": tagged})["A"]
    assert changed["Scope"] == ["Tags"]
    assert paths(changed) == [("/Properties/Tags/0", None, '{"Key":"a","Value":"b"}', "Add")]
    assert "Name" not in changed["Details"][0]["Target"]


def test_the_stacks_tags_reach_every_resource_that_can_have_them() -> None:
    stack = {"A": topic(), "R": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p"}}}
    before = side(stack, there=stack)
    [told] = changes(before, replace(before, tags={"owner": "me"}), property_values=False)
    assert told["ResourceChange"]["LogicalResourceId"] == "A"
    assert told["ResourceChange"]["Scope"] == ["Tags"]


def test_metadata_alone_is_a_change() -> None:
    changed = update({"A": topic(Metadata={"v": 1})}, {"A": topic(Metadata={"v": 2})})["A"]
    assert changed["Scope"] == ["Metadata"]
    assert paths(changed) == [("/Metadata", '{"v":"1"}', '{"v":"2"}', "Modify")]


REFERENCES = {"GetAtt": {"Fn::GetAtt": ["A", "TopicName"]}, "Ref": {"Ref": "A"}}


def test_a_reference_to_what_is_replaced_is_known_after_apply() -> None:
    before = {"A": topic("a"), **{name: parameter(node) for name, node in REFERENCES.items()}}
    told = update(before, {**before, "A": topic("b")})
    assert paths(told["GetAtt"])[0] == ("/Properties/Value", "A.TopicName", str(UNKNOWN), "Modify")
    assert reasons(told["GetAtt"]) == {
        ("DirectModification", "Dynamic", None),
        ("ResourceAttribute", "Static", "A.TopicName"),
    }
    assert reasons(told["Ref"]) == {("DirectModification", "Dynamic", None), ("ResourceReference", "Static", "A")}


def test_an_attribute_of_what_is_updated_in_place_may_change_and_is_told_only_without_values() -> None:
    before = {"A": topic(DisplayName="x"), **{name: parameter(node) for name, node in REFERENCES.items()}}
    after = {**before, "A": topic(DisplayName="y")}
    assert list(update(before, after)) == ["A"]
    told = update(before, after, values=False)
    assert list(told) == ["A", "GetAtt"]
    assert reasons(told["GetAtt"]) == {("ResourceAttribute", "Dynamic", "A.TopicName")}


def test_what_may_change_may_replace_and_so_on_down_the_line() -> None:
    before = {
        "A": topic(DisplayName="x"),
        "B": topic(TopicName={"Fn::Sub": "${A.TopicName}-b"}),
        "C": parameter({"Ref": "B"}),
    }
    told = update(before, {**before, "A": topic(DisplayName="y")}, values=False)
    assert [told[name]["Replacement"] for name in "ABC"] == ["False", "Conditional", "False"]
    assert reasons(told["C"]) == {("ResourceReference", "Dynamic", "B")}


def test_a_reference_to_what_is_added_surely_changes() -> None:
    told = update({"B": parameter("old")}, {"A": topic(), "B": parameter({"Ref": "A"})}, values=False)
    assert reasons(told["B"]) == {("DirectModification", "Dynamic", None), ("ResourceReference", "Static", "A")}


def test_a_metadata_change_does_not_reach_what_refers_to_it() -> None:
    before = {"A": topic(Metadata={"v": 1}), "B": parameter(REFERENCES["GetAtt"])}
    assert list(update(before, {**before, "A": topic(Metadata={"v": 2})}, values=False)) == ["A"]


def test_a_parameter_is_named_where_it_changes_a_value() -> None:
    stack = {"A": topic("a", DisplayName={"Ref": "Name"}), "B": parameter({"Fn::Sub": "always"})}
    before = side(stack, {"Name": "one"}, there=stack, declared={"Name": {}})
    after = replace(before, environment=replace(before.environment, parameters={"Name": "two"}))
    [told] = changes(before, after, property_values=True)
    assert reasons(told["ResourceChange"]) == {
        ("DirectModification", "Dynamic", None),
        ("ParameterReference", "Static", "Name"),
    }


def test_a_no_echo_value_that_changes_is_told_and_not_shown() -> None:
    stack = {"A": topic("a", DisplayName={"Fn::If": ["Given", {"Ref": "Secret"}, "none"]})}
    given = {"Given": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Secret"}, ""]}]}}
    before = side(stack, {"Secret": "one"}, there=stack, declared={"Secret": {"NoEcho": True}}, Conditions=given)
    after = replace(before, environment=replace(before.environment, parameters={"Secret": "two"}))
    [told] = changes(before, after, property_values=True)
    assert paths(told["ResourceChange"])[0] == ("/Properties/DisplayName", "****", "****", "Modify")
    assert "two" not in json.dumps(told)


def test_a_dynamic_reference_stays_as_written() -> None:
    secret = "{{resolve:secretsmanager:key}}"
    added = update({"A": topic()}, {"A": topic(), "B": parameter(secret)})["B"]
    assert json.loads(added["AfterContext"])["Properties"]["Value"] == secret


def test_an_export_that_is_missing_is_not_known_yet() -> None:
    added = update({"A": topic()}, {"A": topic(), "B": parameter({"Fn::ImportValue": "absent"})})["B"]
    assert json.loads(added["AfterContext"])["Properties"]["Value"] == str(UNKNOWN)


def test_a_nested_stack_may_always_have_changed() -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x"}}
    stack = {"N": nested, "B": parameter({"Fn::GetAtt": ["N", "Outputs.Url"]})}
    told = update(stack, stack, values=False)
    assert reasons(told["N"]) == {("Automatic", "Dynamic", None)}
    assert reasons(told["B"]) == {("ResourceAttribute", "Dynamic", "N.Outputs.Url")}


def test_a_resource_that_was_never_made_is_added_again() -> None:
    stack = {"A": topic(), "B": topic("b")}
    told = changes(side(stack, there={"A": 1}), side(stack, there={"A": 1}), property_values=False)
    assert [(each["ResourceChange"]["Action"], each["ResourceChange"]["LogicalResourceId"]) for each in told] == [
        ("Add", "B")
    ]


def test_a_resource_cannot_become_another_type() -> None:
    with pytest.raises(TemplateError, match=r"modifies resource type of the following resources: \[A\]"):
        update({"A": topic()}, {"A": parameter("x")})
