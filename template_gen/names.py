"""The site's names: parameters of every stack that uses them, so that all stacks agree.

The hosted zone is not created here: the registrar must know its name servers before anything else works.
"""

from typing import Any

from troposphere import Ref, Sub

from template_gen.options import Domain, Redirect
from template_gen.template import Template


def site_names(template: Template, domain: Domain) -> dict[str, Any]:
    """The names under which the site answers, its own one first; the keys are for logical ids."""
    apex = template.parameter(
        "DomainName",
        Type="String",
        Description="The site's domain",
        Default=domain.name,
        AllowedPattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$",
        ConstraintDescription="must be a bare lower-case name like example.com",
    )
    own, www = {"Domain": apex}, {"Www": Sub("www.${DomainName}")}
    names = {Redirect.WWW_TO_APEX: own | www, Redirect.APEX_TO_WWW: www | own, Redirect.NONE: own}
    return names[domain.redirect]


def site_url(domain: Domain) -> Any:
    return Sub("https://www.${DomainName}" if domain.redirect is Redirect.APEX_TO_WWW else "https://${DomainName}")


def add_zone(template: Template) -> Ref:
    return template.parameter(
        "HostedZoneId", Type="AWS::Route53::HostedZone::Id", Description="The existing public hosted zone of the domain"
    )
