"""The tick-box rules: what breaks between the services of a website, found before anything is deployed.

    from template_gen.rules import check
    check(text, region="us-east-1") -> Finding, ...

and as a plugin of cfn-lint: `cfn-lint -a template_gen.rules template.yaml`.
"""

from template_gen.rules.catalogue import RULES
from template_gen.rules.check import check, findings
from template_gen.rules.rule import Finding, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "check", "findings"]
