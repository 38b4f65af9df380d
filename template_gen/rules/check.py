"""Run the rules: on the worlds of a template, each finding once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from template_gen.rules.catalogue import RULES
from template_gen.rules.graph import Graph
from template_gen.rules.resolver import Scope
from template_gen.rules.rule import Finding, Rule, Severity
from template_gen.rules.source import load, locate
from template_gen.rules.values import Path
from template_gen.rules.worlds import worlds

_Key = tuple[str, str, Path]  # rule, logical id, path


def findings(template: Mapping[str, Any], region: str = "us-east-1", rules: tuple[Rule, ...] = RULES) -> list[Finding]:
    """What the rules find in a template given as data, in the order of the rules' ids; the template is left as it was.

    `region` is where the stack will live, "us-east-1" unless told.
    """
    found: dict[_Key, Finding] = {}
    for group in worlds(template, region):
        in_each = [_in_world(template, scope, rules) for scope in group]
        everywhere = set(in_each[0]).intersection(*in_each[1:])
        found |= {key: finding for key, finding in in_each[0].items() if key in everywhere and key not in found}
    accepted = (finding for finding in found.values() if not _accepts(template, finding))
    return sorted(accepted, key=lambda finding: (finding.rule.id[1:], list(map(str, finding.path))))


def _in_world(template: Mapping[str, Any], scope: Scope, rules: tuple[Rule, ...]) -> dict[_Key, Finding]:
    graph = Graph(template, scope)
    places = ((rule, place) for rule in rules for place in rule.query(graph))
    return {
        (rule.id, place.logical_id, place.path): Finding(
            rule=rule, logical_id=place.logical_id, path=place.path, value=place.value
        )
        for rule, place in places
    }


def _accepts(template: Mapping[str, Any], finding: Finding) -> bool:
    """The template or the resource says in its Metadata that it is meant so, as for cfn-lint."""
    resources = template.get("Resources")
    resource = resources.get(finding.logical_id) if isinstance(resources, dict) else None
    return any(finding.rule.id.startswith(ignored) for holder in (template, resource) for ignored in _ignored(holder))


def _ignored(holder: Any) -> tuple[str, ...]:
    for key in ("Metadata", "cfn-lint", "config", "ignore_checks"):
        holder = holder.get(key) if isinstance(holder, Mapping) else None
    return tuple(item for item in holder if isinstance(item, str) and item) if isinstance(holder, list) else ()


def check(
    template: str | Mapping[str, Any], *, region: str = "us-east-1", informational: bool = False
) -> tuple[Finding, ...]:
    """What the rules find in a template: its text (findings then carry line and column) or its data.

    Errors and warnings, and with `informational` the remarks on cost and taste too, as cfn-lint does it.
    Raises ValueError when the text is no template.
    """
    rules = RULES if informational else tuple(rule for rule in RULES if rule.severity is not Severity.INFO)
    if not isinstance(template, str):
        return tuple(findings(template, region, rules))
    found = findings(load(template), region, rules)
    places = locate(template, [finding.path for finding in found]) if found else []
    return tuple(
        replace(finding, line=line, column=column) for finding, (line, column) in zip(found, places, strict=True)
    )
