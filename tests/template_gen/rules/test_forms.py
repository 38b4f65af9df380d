"""A template says the same in many ways: raw SAM and what SAM makes of it, functions around values, the CDK's ids."""

from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from template_gen.rules import findings
from tests.template_gen.rules.every_wrong import WRONG
from tests.template_gen.rules.spellings import SPELLINGS, Spelling
from tests.template_gen.rules.wrong import RIGHT, Wrong, built, right

MANAGED = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
# SAM refuses the first itself, cfn-lint finds the next two in what SAM makes, the last is a remark on SAM's own type.
ONLY_RAW = {"E9127", "E9192", "E9387", "I9213"}
MACROS = {"nested"}  # its resources come from a loop
RIGHT_NAMES = sorted({path.stem for path in RIGHT.iterdir()} - MACROS)
SAM = [case for case in WRONG if case.template in ("site", "function-url") and case.rule not in ONLY_RAW]


def expanded(template: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = Translator(MANAGED, Parser()).translate(template, parameter_values={})
    return made


@pytest.mark.parametrize("name", ["site", "function-url"])
def test_a_right_site_stays_right_when_sam_expands_it(name: str) -> None:
    assert [finding.message for finding in findings(expanded(right(name))) if finding.rule.id[0] != "I"] == []


@pytest.mark.parametrize("case", SAM, ids=str)
def test_a_wrong_tick_is_found_after_sam_expanded_it(case: Wrong) -> None:
    assert case.rule in {finding.rule.id for finding in findings(expanded(built(case)), case.region)}


def broken(template: dict[str, Any], region: str = "us-east-1") -> set[str]:
    return {finding.rule.id for finding in findings(template, region)}


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.__name__)
def test_a_right_template_stays_right_in_other_words(spelling: Spelling) -> None:
    said = {name: broken(spelling(right(name))) for name in RIGHT_NAMES}
    assert {name: rules for name, rules in said.items() if any(rule[0] != "I" for rule in rules)} == {}


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.__name__)
def test_a_wrong_tick_is_found_in_other_words(spelling: Spelling) -> None:
    missed = [str(case) for case in WRONG if case.rule not in broken(spelling(built(case)), case.region)]
    assert missed == []
