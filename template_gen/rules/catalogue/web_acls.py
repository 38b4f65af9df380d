"""Web ACLs: whether they let anybody in, and whether their rules are written as WAF wants them."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Object
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at

_WAF: Final = "https://docs.aws.amazon.com/waf/latest/developerguide"
_API: Final = "https://docs.aws.amazon.com/waf/latest/APIReference"
_WEB_ACL: Final = "AWS::WAFv2::WebACL"
_GROUPS: Final = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")


@rule(
    "E9382",
    "The web ACL lets nobody in",
    symptom="Every request answers 403: the default is to block, and no rule allows anything.",
    fix="Set DefaultAction: {Allow: {}}, and let rules block what is bad.",
    source=f"{_WAF}/web-acl-default-action.html",
)
def blocks_everybody(graph: Graph) -> Iterator[Place]:
    """A rule group of one's own may allow, and so may what only the deployment knows."""
    for web_acl in graph.of(_WEB_ACL):
        rules = list(web_acl.properties.objects("Rules"))
        unclear = web_acl.properties.unknown("Rules") or graph.resources.unclear(web_acl.properties.get("Rules"))
        own = any("RuleGroupReferenceStatement" in one.object("Statement") for one in rules)
        allows = any("Allow" in one.object("Action") for one in rules)
        if "Block" in web_acl.properties.object("DefaultAction") and not (unclear or own or allows):
            yield at(web_acl.properties, "DefaultAction", "Block")


@rule(
    "E9383",
    "The web ACL's rules are not written as WAF wants them",
    symptom="The deployment fails: WAFInvalidParameterException, a rule group wants OverrideAction and any other rule "
    "Action; or WAFDuplicateItemException, two rules have the same name or priority.",
    fix="Write OverrideAction: {None: {}} for managed and other rule groups, Action: {Block: {}} for other rules, and "
    "give each rule a Name and a Priority of its own.",
    source=f"{_API}/API_Rule.html",
)
def rule_form(graph: Graph) -> Iterator[Place]:
    for web_acl in graph.of(_WEB_ACL):
        rules = list(web_acl.properties.objects("Rules"))
        for one in rules:
            group = not one.object("Statement").keys().isdisjoint(_GROUPS)
            clear = bool(one.object("Statement")) and not one.unknown("Statement")
            wrong = "Action" if group else "OverrideAction"
            if clear and wrong in one:
                yield at(one, wrong, f"{wrong} of {one.text('Name')}")
        yield from _twice(rules)


def _twice(rules: list[Object]) -> Iterator[Place]:
    priorities = Counter(one.number("Priority") for one in rules)
    names = Counter(one.text("Name") for one in rules)
    for one in rules[1:]:
        if one.number("Priority") is not None and priorities[one.number("Priority")] > 1:
            yield at(one, "Priority", f"{one.number('Priority')} twice")
        elif one.text("Name") and names[one.text("Name")] > 1:
            yield at(one, "Name", f"{one.text('Name')} twice")
