"""What a template's Parameters allow, seen before CloudFormation sees it."""

from typing import Any

import pytest

from groat.constraints import broken

NUMBER, STRING, LIST = {"Type": "Number"}, {"Type": "String"}, {"Type": "CommaDelimitedList"}


@pytest.mark.parametrize(
    ("declaration", "value", "rule"),
    [
        (NUMBER, "many", "Type Number"),
        ({"Type": "List<Number>"}, "1,two", "Type List<Number>"),
        ({**NUMBER, "MinValue": 128}, "127", "MinValue 128"),
        ({**NUMBER, "MaxValue": 10240}, "10241", "MaxValue 10240"),
        ({**NUMBER, "AllowedValues": [1, 3, 5]}, "2", "AllowedValues 1, 3, 5"),
        ({**STRING, "AllowedValues": [True, False]}, "yes", "AllowedValues true, false"),
        ({**STRING, "MinLength": 3}, "ab", "MinLength 3"),
        ({**STRING, "MaxLength": "3"}, "abcd", "MaxLength 3"),
        ({**STRING, "AllowedPattern": "[a-z]+"}, "abc1", "AllowedPattern [a-z]+"),
        ({**STRING, "AllowedPattern": r"\d+"}, "١٢", r"AllowedPattern \d+"),
        ({**LIST, "AllowedPattern": "[a-z]+"}, "abc, d1", "AllowedPattern [a-z]+"),
    ],
)
def test_a_value_that_cloudformation_refuses_is_told_with_the_constraint(
    declaration: dict[str, Any], value: str, rule: str
) -> None:
    assert broken(declaration, value) == rule


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        (STRING, ""),
        (NUMBER, "-1.5e3"),
        ({**NUMBER, "MinValue": 1, "MaxValue": 3, "AllowedValues": [1, 2, 3]}, "2"),
        ({**NUMBER, "AllowedValues": [1]}, "1.0"),
        ({**STRING, "AllowedPattern": "^[a-z]+$", "MinLength": 1, "MaxLength": 3}, "abc"),
        ({**STRING, "AllowedValues": [True, False]}, "true"),
        ({**LIST, "AllowedValues": ["a", "b"]}, "b, a"),
        ({**STRING, "AllowedPattern": r"\p{Alpha}+"}, "anything, for AWS to judge"),
        ({**STRING, "AllowedPattern": "[a-z&&[^x]]+"}, "abc"),
        ({**STRING, "AllowedPattern": "[a-c[x-z]]+"}, "ax"),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "AllowedPattern": "[a-z]+"}, "/name/OF/it"),
    ],
)
def test_what_it_takes_or_only_it_can_judge_is_let_through(declaration: dict[str, Any], value: str) -> None:
    assert broken(declaration, value) is None
