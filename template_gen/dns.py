"""The domain's records: every name of the distribution, for IPv4 and IPv6.

These are alias records, because an apex cannot be a CNAME, and Route 53 answers queries of aliases free of charge.
"""

from typing import Any

from troposphere import GetAtt, Ref, cloudfront, route53

from template_gen.names import add_zone, site_names
from template_gen.site import Site
from template_gen.template import Template

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every distribution: https://docs.aws.amazon.com/general/latest/gr/cf_region.html"""
RECORD_TYPES = ("A", "AAAA")


def add_dns(template: Template, site: Site, distribution: cloudfront.Distribution) -> None:
    if site.domain is None:
        return
    template.section("DNS: the site's names point at the distribution")
    zone = add_zone(template)
    for owner, name in site_names(template, site.domain).items():
        for kind in RECORD_TYPES:
            template.add(_record(f"{owner}Record{kind}", name, kind, zone, distribution))


def _record(
    title: str, name: Any, kind: str, zone: Ref, distribution: cloudfront.Distribution
) -> route53.RecordSetType:
    return route53.RecordSetType(
        title,
        HostedZoneId=zone,
        Name=name,
        Type=kind,
        AliasTarget=route53.AliasTarget(
            DNSName=GetAtt(distribution, "DomainName"), HostedZoneId=CLOUDFRONT_ZONE, EvaluateTargetHealth=False
        ),
    )
