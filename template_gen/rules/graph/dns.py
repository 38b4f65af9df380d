"""Certificates and DNS records: which names they are for."""

import re
from dataclasses import dataclass
from functools import lru_cache

from template_gen.rules.graph.cdn import Distribution
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, differ, symbols

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
# Region -> the zone of its website endpoints. https://docs.aws.amazon.com/general/latest/gr/s3.html
WEBSITE_ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF", "us-east-2": "Z2O1EMRO9K5GLX", "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M", "ca-central-1": "Z1QDHH18159H29", "sa-east-1": "Z7KQH4QJS55SO",
    "eu-west-1": "Z1BKCTXD74EZPE", "eu-west-2": "Z3GKZC51ZF0DB4", "eu-west-3": "Z3R1K369G5AVDG",
    "eu-central-1": "Z21DNDUVLTQW6Q", "eu-north-1": "Z3BAZG2TWCNX0D", "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB", "ap-southeast-2": "Z1WCIGYICN2BYD", "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
}  # fmt: skip
SERVICE_ZONES = frozenset({CLOUDFRONT_ZONE, *WEBSITE_ZONES.values()})


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record, alone or of a group; `name` without the closing dot."""

    name: str
    type: str
    body: Object
    zone: Object  # the mapping that names the zone: the record, or its group

    @property
    def alias(self) -> Object:
        return self.body.object("AliasTarget")

    def leads_to(self, resource: Resource) -> bool:
        """Its alias target (or the name it is a CNAME of) is an attribute of the resource."""
        return any(f"${{{resource.id}." in name for name in self.targets)

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.alias.text("DNSName"), *self.body.texts("ResourceRecords"))


@lru_cache(maxsize=1)  # a dozen rules ask it of one world, some of them for each record
def records(resources: Resources) -> tuple[Record, ...]:
    """Those that stand alone, then those of groups."""
    alone = (_record(each.properties, each.properties) for each in resources.of("AWS::Route53::RecordSet"))
    grouped = (
        _record(body, group.properties)
        for group in resources.of("AWS::Route53::RecordSetGroup")
        for body in group.properties.objects("RecordSets")
    )
    return (*alone, *grouped)


def _record(body: Object, zone: Object) -> Record:
    return Record(plain(body.text("Name")), body.text("Type"), body, zone)


def plain(name: str) -> str:
    """A domain name without the closing dot, in lower case as far as it is literal."""
    return re.sub(
        r"\$\{[^}]*\}|[^$]+", lambda part: part[0] if part[0][0] == "$" else part[0].lower(), name.rstrip(".")
    )


def region_of(certificate: str) -> str:
    """The region of a literal certificate ARN, "" when it is not one."""
    match = re.match(r"arn:[^:]+:acm:([a-z0-9-]+):", certificate)
    return match[1] if match else ""


def certificate_names(certificate: Resource) -> tuple[str, ...]:
    properties = certificate.properties
    return tuple(map(plain, (properties.text("DomainName"), *properties.texts("SubjectAlternativeNames"))))


def surely_not(name: str, patterns: tuple[str, ...]) -> bool:
    """None of the names is this one or its one-level wildcard, whatever the deployment fills in."""
    return not any(matches(name, pattern) or not _comparable(name, pattern) for pattern in patterns)


def matches(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.startswith("*.") and name.partition(".")[2] == pattern[2:])


def _comparable(name: str, pattern: str) -> bool:
    """The domain itself is surely no name of its own wildcard; a parameter alone may be any name."""
    if pattern == f"*.{name}":
        return True
    if pattern.startswith("*.") and "." not in name and symbols(name):
        return False
    parent = name.partition(".")[2] if pattern.startswith("*.") else name
    return differ(parent, pattern.removeprefix("*."))


def aliases(distribution: Distribution) -> tuple[str, ...]:
    return tuple(map(plain, distribution.aliases))
