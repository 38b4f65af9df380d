"""DNS: names that are none, records that exclude one another, and zones that nobody outside can ask."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.catalogue import dns_records
from template_gen.rules.graph import Graph, Object, Resource
from template_gen.rules.graph.dns import Record, certificate_names, plain, records
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, known

_ROUTE53: Final = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"
_ACM: Final = "https://docs.aws.amazon.com/acm/latest/userguide"
_ZONE: Final = "AWS::Route53::HostedZone"
_CERTIFICATE: Final = "AWS::CertificateManager::Certificate"
_PUBLIC: Final = ("AWS::CloudFront::Distribution", "AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName")
_NO_NAME: Final = re.compile(r"://|/|\s|^[.-]|\.\.")
_AUTHORITIES: Final = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
# Where a domain name is wanted, outside of records.
_NAMES: Final = (
    ("AWS::CloudFront::Distribution", "DistributionConfig.Aliases"),
    (_CERTIFICATE, "DomainName"),
    (_CERTIFICATE, "SubjectAlternativeNames"),
    ("AWS::ApiGateway::DomainName", "DomainName"),
    ("AWS::ApiGatewayV2::DomainName", "DomainName"),
    (_ZONE, "Name"),
)


@rule(
    "E9371",
    "This is no domain name",
    symptom="The deployment fails: the parameter CNAME contains one or more parameters that are not valid, or the "
    "domain name does not match its pattern.",
    fix="Write the bare name, such as www.example.com: no https://, no path, no closing slash.",
    source=f"{_ROUTE53}/DomainNameFormat.html",
)
def no_domain_name(graph: Graph) -> Iterator[Place]:
    for kind, way in _NAMES:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                for name in holder.texts(key):
                    if _NO_NAME.search(re.sub(r"\$\{[^}]*\}", "x", name)):
                        yield at(holder, key, name)


@rule(
    "E9372",
    "The record says no time to live",
    symptom="The deployment fails: Missing field 'TTL' in change.",
    fix="Set TTL: 300 beside ResourceRecords; only a record with an AliasTarget has none.",
    source=f"{_ROUTE53}/resource-record-sets-values-basic.html",
)
def record_without_ttl(graph: Graph) -> Iterator[Place]:
    for record in records(graph.resources):
        if "ResourceRecords" in record.body and record.body.get("TTL") is None:
            yield at(record.body, "ResourceRecords", record.name)


@rule(
    "E9373",
    "A CNAME stands beside another record of its name",
    symptom="The deployment fails: RRSet of type CNAME conflicts with existing records of the same name.",
    fix="Write A and AAAA records with an AliasTarget instead of the CNAME.",
    source=f"{_ROUTE53}/ResourceRecordTypes.html#CNAMEFormat",
)
def cname_beside_others(graph: Graph) -> Iterator[Place]:
    """Of one name, but not at the apex, where a CNAME never is (E9168)."""
    apexes = {place.path for place in dns_records.apex_cname.query(graph)}
    found = [record for record in records(graph.resources) if record.name]
    for record in found:
        others = {
            other.type
            for other in found
            if known(other.type) and other.name == record.name and _zone(other) == _zone(record)
        }
        apex = (*record.body.path, "Type") in apexes
        if record.type == "CNAME" and not apex and others - {"CNAME", ""}:
            yield at(record.body, "Type", f"CNAME beside {', '.join(sorted(others - {'CNAME', ''}))}")


def _zone(record: Record) -> str:
    return record.zone.text("HostedZoneId") or plain(record.zone.text("HostedZoneName"))


@rule(
    "E9374",
    "The record leads to itself",
    symptom="The deployment fails, or the name cannot be resolved: the domain name of an API is the name that visitors "
    "type, not the address behind it.",
    fix="Write DNSName: !GetAtt X.RegionalDomainName (X.DistributionDomainName of an EDGE one).",
    source=f"{_ROUTE53}/routing-to-api-gateway.html",
)
def record_to_itself(graph: Graph) -> Iterator[Place]:
    for record in records(graph.resources):
        holder, key = (record.alias, "DNSName") if record.alias else (record.body, "ResourceRecords")
        for target in record.targets if record.type in ("A", "AAAA", "CNAME") else ():
            domain = graph.named(target, *_PUBLIC[1:])
            itself = domain is not None and target == f"${{{domain.id}}}"
            if itself or (target and plain(target) == record.name):
                yield at(holder, key, target)


@rule(
    "E9375",
    "The zone is private",
    symptom="The certificate waits until the deployment fails, and nobody outside of the VPC finds the name.",
    fix="Name the public zone of the domain: its record is what Amazon and visitors ask for.",
    source=f"{_ROUTE53}/hosted-zones-private.html",
)
def private_zone(graph: Graph) -> Iterator[Place]:
    private = {zone.id: zone for zone in graph.of(_ZONE) if zone.properties.get("VPCs")}
    for certificate in graph.of(_CERTIFICATE) if private else ():
        for option in certificate.properties.objects("DomainValidationOptions"):
            if _is(option.get("HostedZoneId"), private, graph):
                yield at(option, "HostedZoneId")
    for record in records(graph.resources) if private else ():
        public = any(graph.named(target, *_PUBLIC) for target in record.targets)
        if public and _is(record.zone.get("HostedZoneId"), private, graph):
            yield at(record.zone, "HostedZoneId", record.name)


def _is(zone: object, private: dict[str, Resource], graph: Graph) -> bool:
    named = graph.named(zone, _ZONE)
    return named is not None and named.id in private


@rule(
    "E9376",
    "A CAA record forbids Amazon to issue the certificate",
    symptom="The certificate fails: one or more domain names have failed validation due to a CAA error.",
    fix='Add the value 0 issue "amazon.com" to the CAA record.',
    source=f"{_ACM}/setup-caa.html",
)
def authority_excluded(graph: Graph) -> Iterator[Place]:
    """The nearest CAA record counts, of the name itself or of a name above it."""
    allowed = {record.name: record for record in records(graph.resources) if record.type == "CAA"}
    for certificate in graph.of(_CERTIFICATE) if allowed else ():
        for name in certificate_names(certificate):
            record = next((allowed[above] for above in _above(name.removeprefix("*.")) if above in allowed), None)
            if record and _excludes(record.body):
                yield at(record.body, "ResourceRecords", f"for the certificate {certificate.id}")
                break


def _above(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def _excludes(body: Object) -> bool:
    values = body.texts("ResourceRecords")
    issue = [value for value in values if re.search(r"\bissue(wild)?\b", value)]
    clear = not body.unknown("ResourceRecords") and bool(issue)
    return clear and not any(authority in value for value in issue for authority in _AUTHORITIES)
