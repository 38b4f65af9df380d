"""The tick-box rules: what breaks between the services of a website, found before anything is deployed.

    from template_gen.rules import check
    check(text, region="us-east-1") -> Finding, ...

and as a plugin of cfn-lint: `cfn-lint -a template_gen.rules template.yaml`. cfn-lint itself is imported only for the
plugin; it finds one class for each rule among the names of this module.
"""

from typing import Any

from template_gen.rules.catalogue import RULES
from template_gen.rules.check import check, findings
from template_gen.rules.rule import Finding, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "check", "findings"]


def __dir__() -> list[str]:
    return [*globals(), *(f"Rule{rule.id}" for rule in RULES)]


def __getattr__(name: str) -> Any:
    if name.startswith("Rule"):
        from template_gen.rules.plugin import LINT_RULES

        if name in LINT_RULES:
            return LINT_RULES[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
