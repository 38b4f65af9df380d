"""Raw SAM and the CloudFormation that SAM makes of it are one site to the rules."""

from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from template_gen.rules import findings
from tests.template_gen.rules import wrong_cdn, wrong_rest
from tests.template_gen.rules.wrong import Wrong, built, right

MANAGED = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
# SAM refuses the first itself, cfn-lint finds the second in what SAM makes, the third is a remark on SAM's own type.
ONLY_RAW = {"E9127", "E9192", "I9213"}
SAM = [
    case
    for case in (*wrong_cdn.WRONG, *wrong_rest.WRONG)
    if case.template in ("site", "function-url") and case.rule not in ONLY_RAW
]


def expanded(template: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = Translator(MANAGED, Parser()).translate(template, parameter_values={})
    return made


@pytest.mark.parametrize("name", ["site", "function-url"])
def test_a_right_site_stays_right_when_sam_expands_it(name: str) -> None:
    assert [finding.message for finding in findings(expanded(right(name))) if finding.rule.id[0] != "I"] == []


@pytest.mark.parametrize("case", SAM, ids=str)
def test_a_wrong_tick_is_found_after_sam_expanded_it(case: Wrong) -> None:
    assert case.rule in {finding.rule.id for finding in findings(expanded(built(case)), case.region)}
