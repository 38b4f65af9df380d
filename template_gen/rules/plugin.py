"""The rules as cfn-lint sees them: one class for each rule, one evaluation of the template for all of them.

cfn-lint asks every rule in turn about the same template object; the findings are kept until it comes with another.
"""

from collections.abc import Mapping
from types import new_class
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from template_gen.rules.catalogue import RULES
from template_gen.rules.check import findings
from template_gen.rules.rule import Finding, Rule


class _LastTemplate:
    """The findings of the template that was asked about last, by rule id."""

    def __init__(self) -> None:
        self._template: Template | None = None
        self._by_rule: Mapping[str, list[Finding]] = {}

    def of(self, rule_id: str, template: Template) -> list[Finding]:
        if template is not self._template:
            by_rule: dict[str, list[Finding]] = {}
            for finding in _in_every_region(template):
                by_rule.setdefault(finding.rule.id, []).append(finding)
            self._template, self._by_rule = template, by_rule
        return self._by_rule.get(rule_id, [])


def _in_every_region(template: Template) -> list[Finding]:
    written = _as_written(template)
    found = (finding for region in template.regions for finding in findings(written, region))
    return list({(finding.rule.id, finding.path): finding for finding in found}.values())


def _as_written(template: Template) -> dict[str, Any]:
    """cfn-lint has merged SAM's Globals into the resources already; merging them again would double their lists."""
    return {name: section for name, section in template.template.items() if name != "Globals"}


_LAST: Final = _LastTemplate()


def _match(self: CloudFormationLintRule, cfn: Template) -> list[RuleMatch]:
    return [RuleMatch(list(finding.path), finding.message) for finding in _LAST.of(self.id, cfn)]


def _lint_rule(rule: Rule) -> type[CloudFormationLintRule]:
    attributes = {
        "id": rule.id,
        "shortdesc": rule.title,
        "description": f"{rule.symptom} {rule.fix}",
        "source_url": rule.source,
        "tags": ["website"],
        "match": _match,
        "__module__": __name__,
    }
    return new_class(f"Rule{rule.id}", (CloudFormationLintRule,), exec_body=lambda body: body.update(attributes))


LINT_RULES: Final = {f"Rule{rule.id}": _lint_rule(rule) for rule in RULES}
globals().update(LINT_RULES)  # where cfn-lint looks for classes, when it is given the directory
