"""Every rule fires on a template that is one tick away from a right one, alone; on right templates none does."""

from collections import Counter

import pytest

from template_gen.rules import RULES, check, findings
from template_gen.rules.rule import Rule
from tests.template_gen.rules.every_wrong import WRONG
from tests.template_gen.rules.wrong import RIGHT, Wrong, built, right

NAMES = sorted(path.stem for path in RIGHT.iterdir())


def rules_broken(template: dict[str, object], region: str = "us-east-1") -> Counter[str]:
    return Counter(finding.rule.id for finding in findings(template, region))


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_one_wrong_tick_breaks_exactly_its_rule(case: Wrong) -> None:
    """Remarks on cost and taste (I...) may come along with any change, and are not counted."""
    new = rules_broken(built(case), case.region) - rules_broken(right(case.template))
    assert {rule for rule in new if rule == case.rule or rule[0] != "I"} == {case.rule} | case.also


def test_every_rule_has_a_wrong_template() -> None:
    assert {rule.id for rule in RULES} == {case.rule for case in WRONG}


def test_a_rule_has_an_id_of_its_own_in_the_range_that_cfn_lint_leaves_to_its_users() -> None:
    ids = [rule.id for rule in RULES]
    assert len({id[1:] for id in ids}) == len(ids)
    assert all(id[0] in "EWI" and 9000 <= int(id[1:]) <= 9999 for id in ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_is_seen_what_to_do_and_who_says_so(rule: Rule) -> None:
    assert rule.symptom.endswith(".")
    assert rule.fix.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/"))


@pytest.mark.parametrize("name", NAMES)
def test_a_right_template_is_clean(name: str) -> None:
    (path,) = RIGHT.glob(f"{name}.*")
    assert check(path.read_text(encoding="utf-8")) == ()
