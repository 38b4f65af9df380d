"""The Rules section: assertions about parameters, checked before anything is created or updated.

The rule: the resolver gives the values; only what exists in Rules alone is here (user guide, "Rules syntax").
Fn::RefAll and Fn::ValueOf, which ask what an account has, count as satisfied. The text is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import Environment, Template, TemplateError
from local_cloud.cloudformation.template.shape import UNMADE
from local_cloud.cloudformation.values import text

UNASKED = ("Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll")
BROKEN = "Template error: rule {rule} is not satisfied: {description}"


def check_rules(template: Template, environment: Environment) -> None:
    """Raise TemplateError for the first assertion that does not hold, of a rule whose RuleCondition does."""
    resolver = Resolver(template, environment, _no_resources)
    for name, rule in (template.body.get("Rules") or {}).items():
        if name.startswith(UNMADE) or not _holds(resolver, rule.get("RuleCondition", True)):
            continue
        for assertion in rule.get("Assertions", ()):
            if not _holds(resolver, assertion.get("Assert", True)):
                description = assertion.get("AssertDescription", "")
                raise TemplateError(BROKEN.format(rule=name, description=description))


def _no_resources(logical_id: str, _attribute: str | None) -> Any:
    raise TemplateError(f"Template format error: Unresolved dependencies [{logical_id}] in the Rules block")


def _holds(resolver: Resolver, node: Any) -> bool:
    if any(name in str(node) for name in UNASKED):
        return True
    match node:
        case {"Fn::Not": [inner]}:
            return not _holds(resolver, inner)
        case {"Fn::And": list() as all_of}:
            return all(_holds(resolver, each) for each in all_of)
        case {"Fn::Or": list() as any_of}:
            return any(_holds(resolver, each) for each in any_of)
        case dict() if (name := next(iter(node), "")) in MEMBERS:
            match resolver.value(node[name]):
                case [many, one]:
                    return MEMBERS[name](_texts(many), one)
            raise TemplateError(f"Template error: every {name} object requires two parameters.")
    return resolver.boolean(node)


def _texts(value: Any) -> list[str]:
    return [text(each) for each in (value if isinstance(value, list) else [value])]


MEMBERS: Mapping[str, Callable[[list[str], Any], bool]] = {
    "Fn::Contains": lambda many, one: text(one) in many,
    "Fn::EachMemberEquals": lambda many, one: all(each == text(one) for each in many),
    "Fn::EachMemberIn": lambda many, one: set(many) <= set(_texts(one)),
}
