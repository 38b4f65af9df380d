"""Every rule fires on a template that is one tick away from a right one, alone, and says what cfn-lint does not."""

from collections import Counter

import pytest

from template_gen.rules import RULES, findings
from tests.template_gen.rules import wrong_cdn, wrong_rest
from tests.template_gen.rules.wrong import RIGHT, Wrong, built, right

WRONG = (*wrong_cdn.WRONG, *wrong_rest.WRONG)


def rules_broken(template: dict[str, object], region: str = "us-east-1") -> Counter[str]:
    return Counter(finding.rule.id for finding in findings(template, region))


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_one_wrong_tick_breaks_exactly_its_rule(case: Wrong) -> None:
    """Remarks on cost and taste (I...) may come along with any change, and are not counted."""
    new = rules_broken(built(case), case.region) - rules_broken(right(case.template))
    assert {rule for rule in new if rule == case.rule or rule[0] != "I"} == {case.rule} | case.also


def test_every_rule_has_a_wrong_template() -> None:
    assert {rule.id for rule in RULES} - {case.rule for case in WRONG} == set()


@pytest.mark.parametrize("path", sorted(RIGHT.iterdir()), ids=lambda path: path.stem)
def test_a_right_template_is_clean(path) -> None:
    assert [finding.message for finding in findings(right(path.stem)) if finding.rule.id[0] != "I"] == []
