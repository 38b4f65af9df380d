"""The certificate stack: in us-east-1 whatever the website's region is, because CloudFront only looks there.

Every name has its own validation record in the zone; if one is missing, ACM and CloudFormation wait for
days. The zone must already be the one that the domain's registrar names.
"""

from typing import Any

from troposphere import Ref, certificatemanager

from template_gen.names import add_zone, site_names
from template_gen.options import Domain
from template_gen.template import Template


def build_certificate(domain: Domain, site_name: str) -> Template:
    template = Template(f"The certificate of {site_name}, for us-east-1")
    zone = add_zone(template)
    first, *others = site_names(template, domain).values()
    certificate = template.add(
        certificatemanager.Certificate(
            "Certificate",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
            DomainName=first,
            **({"SubjectAlternativeNames": others} if others else {}),
            ValidationMethod="DNS",
            DomainValidationOptions=[_validation(name, zone) for name in (first, *others)],
        ),
        "Other names need a new certificate; the distribution uses the old one until the website is deployed, "
        "so it is kept, at no cost.",
    )
    template.output("CertificateArn", Ref(certificate), "The website stack's parameter CertificateArn")
    return template


def _validation(name: Any, zone: Ref) -> certificatemanager.DomainValidationOption:
    return certificatemanager.DomainValidationOption(DomainName=name, HostedZoneId=zone)
