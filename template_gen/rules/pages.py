"""The rules' pages in docs/rules: an index and a page for each section; `python -m template_gen.rules.pages` writes."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from template_gen.rules.catalogue import RULES, SECTIONS, rules_of
from template_gen.rules.rule import Rule

FOLDER: Final = Path(__file__).parents[2] / "docs" / "rules"
_INTRODUCTION: Final = """\
# Tick-box rules

What breaks between CloudFront, API Gateway, Lambda, S3, ACM and Route 53, and between a function and what calls it,
found before anything is deployed. Every rule was tried against cfn-lint: none of these mistakes is reported by its own.

    cfn-lint -a template_gen.rules template.yaml
    groat lint template.yaml

The rules read SAM, expanded SAM and plain CloudFormation alike. They evaluate parameters' defaults, mappings and
functions, and both sides of conditions; where only the deployment knows a value, no rule guesses. The letter of an id
is its severity: **E** breaks or loses something, **W** is wrong in most sites, **I** is a remark on cost or taste
(shown by `cfn-lint -c I`, `groat lint --remarks`). A resource says that it disagrees in its Metadata:

    Metadata: {cfn-lint: {config: {ignore_checks: [W9184]}}}

Not here, because cfn-lint says it itself: SnapStart without an alias (W2530), a template larger than 1 MB (E1002; in
`groat lint` E9316, and I9316 for one that needs a bucket), a ResponseCode without its page (E3021), data other than
buckets without DeletionPolicy (I3011), a queue that shows messages again before a plain function is done (E3505). And
because no template tells: that a pricing plan's tier differs from the deployed one, which CloudFormation refuses to
change; whether an alias, a name or a quota is taken already; whether the region or account that an ARN names is the
stack's; whether a tag such as v1 moves. And because it is no mistake: one throttling limit without the other, which
then is the account's; a zip function's Timeout above its API's 30 seconds, as AWS's own starting templates have it.
"""


def pages() -> Mapping[str, str]:
    """File name -> text, as they stand in docs/rules."""
    sections = {f"{_name(section)}.md": _section(section) for section in SECTIONS}
    return {"README.md": _index(), **sections}


def _name(section: ModuleType) -> str:
    return section.__name__.rsplit(".", 1)[-1].replace("_", "-")


def _summary(section: ModuleType) -> str:
    return (section.__doc__ or "").strip()


def _index() -> str:
    lines = [_INTRODUCTION, f"{len(RULES)} rules in {len(SECTIONS)} sections.", ""]
    for section in SECTIONS:
        page = f"{_name(section)}.md"
        lines += [f"## [{_summary(section)}]({page})", "", "| rule | what is wrong |", "| --- | --- |"]
        lines += [f"| [{rule.id}]({page}#{rule.id.lower()}) | {rule.title} |" for rule in rules_of(section)]
        lines.append("")
    return "\n".join(lines)


def _section(section: ModuleType) -> str:
    return "\n".join([f"# {_summary(section)}", "", *(_rule(rule) for rule in rules_of(section))])


def _rule(rule: Rule) -> str:
    parts = [
        f"## {rule.id}",
        f"**{rule.title}** ({rule.severity})",
        f"What you see: {rule.symptom}",
        f"What to do: {rule.fix}",
        *([f"When: {rule.remark}"] if rule.remark else []),
        f"Source: <{rule.source}>",
    ]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
