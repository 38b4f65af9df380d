"""The web ACL and the subscription of CloudFront's flat-rate Free plan.

The plan needs exactly one distribution and one web ACL, both in us-east-1, and only managed cache policies; the parts
ensure that by construction. While the plan is subscribed, the distribution cannot lose its web ACL, so the subscription
is created last and deleted first.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Sub, cloudfront, pricingplanmanager, wafv2

from template_gen import policies
from template_gen.options import Plan
from template_gen.site import Site
from template_gen.template import Template

MANAGED_RULES = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}
"""The groups that CloudFront's console puts on a Free plan -> rules of theirs that only count. SizeRestrictions_BODY
would answer 403 to every upload of more than 8 KB."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The web ACL that the distribution must name."""

    web_acl_arn: Any


def add_guard(template: Template, site: Site) -> Guard | None:
    if site.plan is not Plan.FREE:
        return None
    template.section("Plan: CloudFront's Free plan and the web ACL that it requires")
    acl = template.add(
        wafv2.WebACL(
            "WebAcl",
            Scope="CLOUDFRONT",
            DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
            Rules=[_managed(group, priority) for priority, group in enumerate(MANAGED_RULES)],
            VisibilityConfig=_visible("WebAcl"),
        ),
        "Scope CLOUDFRONT exists only in us-east-1, and so does this stack.",
    )
    return Guard(GetAtt(acl, "Arn"))


def add_plan(template: Template, site: Site, guard: Guard | None, distribution: cloudfront.Distribution) -> None:
    if guard is None:
        return
    zone = site.domain is not None and site.domain.zone_in_plan
    zones = [Sub("arn:${AWS::Partition}:route53:::hostedzone/${HostedZoneId}")] if zone else []
    template.add(
        pricingplanmanager.Subscription(
            "Subscription",
            PlanFamily="CloudFront",
            PlanTier="FREE",
            ResourceArns=[policies.distribution_arn(distribution), guard.web_acl_arn, *zones],
        ),
        "CloudFormation cannot change the tier later; AWS allows three Free plans per account.",
    )


def _managed(group: str, priority: int) -> wafv2.WebACLRule:
    counted = [
        wafv2.RuleActionOverride(Name=rule, ActionToUse=wafv2.RuleAction(Count=wafv2.CountAction()))
        for rule in MANAGED_RULES[group]
    ]
    overrides = {"RuleActionOverrides": counted} if counted else {}
    statement = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=group, **overrides)
    return wafv2.WebACLRule(
        Name=group,
        Priority=priority,
        OverrideAction=wafv2.OverrideAction(**{"None": {}}),
        Statement=wafv2.Statement(ManagedRuleGroupStatement=statement),
        VisibilityConfig=_visible(group),
    )


def _visible(name: str) -> wafv2.VisibilityConfig:
    return wafv2.VisibilityConfig(MetricName=name, CloudWatchMetricsEnabled=True, SampledRequestsEnabled=True)
