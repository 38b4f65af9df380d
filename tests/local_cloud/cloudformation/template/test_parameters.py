"""Parameter values: where they come from, what is refused."""

import json
from typing import Any

import pytest

from local_cloud.cloudformation.template.loading import load
from local_cloud.cloudformation.template.model import Template, TemplateError
from local_cloud.cloudformation.template.parameters import Parameters, parameter_values

STORED = {"/image": "ami-1", "/names": "a, b"}


def template(**parameters: dict[str, Any]) -> Template:
    return load(json.dumps({"Parameters": parameters, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}))


def given(**values: str) -> list[dict[str, Any]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def values(template: Template, *parameters: dict[str, Any], previous: dict[str, str] | None = None) -> Parameters:
    return parameter_values(template, parameters, previous or {}, STORED.get)


def test_a_given_value_wins_over_the_default() -> None:
    declared = template(A={"Type": "String", "Default": "default"}, B={"Type": "Number", "Default": 3})
    assert values(declared, *given(A="given")).values == {"A": "given", "B": "3"}


def test_the_previous_value_is_used_only_when_asked_for() -> None:
    declared = template(A={"Type": "String", "Default": "default"})
    assert values(declared, previous={"A": "old"}).values == {"A": "default"}
    asked = {"ParameterKey": "A", "UsePreviousValue": True}
    assert values(declared, asked, previous={"A": "old"}).values == {"A": "old"}


def test_a_list_is_split_and_trimmed() -> None:
    declared = template(A={"Type": "CommaDelimitedList"}, B={"Type": "List<AWS::EC2::Subnet::Id>", "Default": ""})
    assert values(declared, *given(A="x, y")).values == {"A": ["x", "y"], "B": []}


def test_an_ssm_parameter_is_resolved_and_shown_with_its_name() -> None:
    declared = template(
        Image={"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"},
        Names={"Type": "AWS::SSM::Parameter::Value<List<String>>"},
    )
    found = values(declared, *given(Image="/image", Names="/names"))
    assert found.values == {"Image": "ami-1", "Names": ["a", "b"]}
    assert found.shown[0] == {"ParameterKey": "Image", "ParameterValue": "/image", "ResolvedValue": "ami-1"}


def test_a_no_echo_value_is_used_but_never_shown() -> None:
    found = values(template(Secret={"Type": "String", "NoEcho": "true"}), *given(Secret="hush"))
    assert found.values == {"Secret": "hush"}
    assert found.shown == [{"ParameterKey": "Secret", "ParameterValue": "****"}]


TEXT = {"Type": "String"}


@pytest.mark.parametrize(
    ("declaration", "value", "told"),
    [
        ({**TEXT, "AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues"),
        ({**TEXT, "AllowedPattern": "[a-z]{2}"}, "abc", "Parameter 'P' must match pattern [a-z]{2}"),
        (
            {**TEXT, "AllowedPattern": "[a-z]+", "ConstraintDescription": "lower case {please}"},
            "X",
            "Parameter 'P' failed to satisfy constraint: lower case {please}",
        ),
        ({**TEXT, "MinLength": 3}, "ab", "Parameter 'P' must contain at least 3 characters"),
        ({**TEXT, "MaxLength": "1"}, "ab", "Parameter 'P' must contain at most 1 characters"),
        ({"Type": "Number", "MinValue": 1}, "0", "Parameter 'P' must be a number not less than 1"),
        ({"Type": "Number", "MaxValue": 900}, "901", "Parameter 'P' must be a number not greater than 900"),
        ({"Type": "Number"}, "many", "Parameter 'P' must be a number"),
        (TEXT, "x" * 4097, "Parameter 'P' must contain at most 4096 characters"),
        ({"Type": "Text"}, "x", "Template format error: Unrecognized parameter type: Text"),
        (
            {"Type": "AWS::SSM::Parameter::Value<String>"},
            "/absent",
            "Unable to fetch parameters [/absent] from parameter store for this account.",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_cloudformations_words(declaration: dict[str, Any], value: str, told: str) -> None:
    with pytest.raises(TemplateError) as refused:
        values(template(P=declaration), *given(P=value))
    assert str(refused.value) == told


def test_every_parameter_without_a_value_is_named() -> None:
    with pytest.raises(TemplateError, match=r"^Parameters: \[A, B\] must have values$"):
        values(template(A=TEXT, B=TEXT, C={**TEXT, "Default": ""}))


def test_every_ssm_parameter_that_is_not_there_is_named() -> None:
    stored = {"Type": "AWS::SSM::Parameter::Value<String>"}
    with pytest.raises(
        TemplateError, match=r"^Unable to fetch parameters \[/a, /b\] from parameter store for this acc"
    ):
        values(template(A=stored, B=stored), *given(A="/a", B="/b"))


def test_every_value_without_a_parameter_is_named() -> None:
    with pytest.raises(TemplateError, match=r"^Parameters: \[A, B\] do not exist in the template$"):
        values(template(), *given(A="1", B="2"))


def test_there_is_no_previous_value_of_a_new_parameter() -> None:
    with pytest.raises(TemplateError, match="Cannot specify usePreviousValue as true for a parameter key not in the"):
        values(template(A=TEXT), {"ParameterKey": "A", "UsePreviousValue": True})
