"""DNS: whether the records and the distribution's aliases mean one another."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Distribution, Graph
from template_gen.rules.graph.dns import (
    CLOUDFRONT_ZONE,
    SERVICE_ZONES,
    WEBSITE_ZONES,
    Record,
    aliases,
    plain,
    records,
    surely_not,
)
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_API_DOMAINS: Final = ("AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName")
_OWN_ADDRESS: Final = re.compile(r"\.(execute-api|lambda-url)\.")
_BALANCERS: Final = ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")
_WEBSITE: Final = re.compile(r"(^|\.)s3-website[.-]")
_ROUTE53: Final = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"


@rule(
    "E9165",
    "An alias has no DNS record",
    symptom="The browser says that the server was not found (NXDOMAIN).",
    fix="Add A and AAAA records of this name, as aliases of the distribution.",
    source=f"{_ROUTE53}/routing-to-cloudfront-distribution.html",
)
def alias_without_record(graph: Graph) -> Iterator[Place]:
    """DNS may live elsewhere: the rule fires when the template has records, or a zone for the certificate. An AAAA
    record alone is none for most visitors."""
    found = records(graph.resources)
    for distribution in graph.distributions:
        names = tuple(r.name for r in found if r.type != "AAAA" and r.leads_to(distribution.resource))
        managed = (found or _validated_here(distribution, graph)) and not _unclear(graph)
        for alias in aliases(distribution) if managed else ():
            if surely_not(alias, names) and not alias.startswith("*."):
                yield at(distribution.config, "Aliases", alias)


def _unclear(graph: Graph) -> bool:
    """Some record may be for this distribution, or not."""
    groups = any(group.properties.unknown("RecordSets") for group in graph.of("AWS::Route53::RecordSetGroup"))
    found = records(graph.resources)
    return groups or any(one.body.unknown("AliasTarget") or graph.resources.unclear(list(one.targets)) for one in found)


def _validated_here(distribution: Distribution, graph: Graph) -> bool:
    arn = distribution.config.object("ViewerCertificate").get("AcmCertificateArn")
    certificate = graph.named(arn, "AWS::CertificateManager::Certificate")
    options = certificate.properties.objects("DomainValidationOptions") if certificate else ()
    return any("HostedZoneId" in option for option in options)


@rule(
    "E9166",
    "A DNS record leads to a distribution or an API that does not know the name",
    symptom="CloudFront answers 403 Bad request, API Gateway 403 Forbidden with a certificate of another name.",
    fix="Add the record's name to Aliases (and to the certificate); for an API make a domain name of it.",
    source=f"{_ROUTE53}/routing-to-cloudfront-distribution.html",
)
def record_without_alias(graph: Graph) -> Iterator[Place]:
    for record, distribution in _to_distributions(graph):
        clear = not distribution.config.unknown("Aliases") or distribution.aliases
        if clear and record.name and surely_not(record.name, aliases(distribution)):
            yield at(record.body, "Name")
    for record in records(graph.resources):
        domain = graph.named(next(iter(record.targets), ""), *_API_DOMAINS)
        own = plain(domain.properties.text("DomainName")) if domain else ""
        if domain and record.leads_to(domain) and own and record.name and surely_not(record.name, (own,)):
            yield at(record.body, "Name")


def _to_distributions(graph: Graph) -> Iterator[tuple[Record, Distribution]]:
    for record in records(graph.resources):
        for distribution in graph.distributions:
            if record.leads_to(distribution.resource):
                yield record, distribution


@rule(
    "E9167",
    "The alias target's zone id is not the service's own",
    symptom="The deployment fails: an alias record must be in the zone of its target.",
    fix=f"Set HostedZoneId to {CLOUDFRONT_ZONE} for CloudFront, to the domain name's RegionalHostedZoneId for API "
    "Gateway, to the balancer's CanonicalHostedZoneID.",
    source=f"{_ROUTE53}/resource-record-sets-values-alias.html",
)
def alias_zone(graph: Graph) -> Iterator[Place]:
    """The id of a zone of the template is cfn-lint's own to find (E1041)."""
    for record, _ in _to_distributions(graph):
        zone = record.alias.get("HostedZoneId", CLOUDFRONT_ZONE)
        own = zone == record.zone.get("HostedZoneId") and not graph.named(zone)
        if (known(zone) or own) and zone != CLOUDFRONT_ZONE and graph.scope.partition == "aws":
            yield at(record.alias, "HostedZoneId")
    for record in records(graph.resources):
        name, zone = record.alias.text("DNSName"), record.alias.get("HostedZoneId")
        own = zone is not None and zone == record.zone.get("HostedZoneId") and not graph.named(zone)
        regional = name.endswith(".RegionalDomainName}") and graph.named(name, *_API_DOMAINS)
        foreign = own or zone == CLOUDFRONT_ZONE or ".Distribution" in str(zone)
        elsewhere = zone == CLOUDFRONT_ZONE and (graph.named(name, *_BALANCERS) or _WEBSITE.search(name))
        if (regional and foreign) or elsewhere or _of_another_region(name, zone):
            yield at(record.alias, "HostedZoneId")


def _of_another_region(name: str, zone: object) -> bool:
    """The zone is one of website endpoints, and not of this one's region."""
    region = re.search(r"(?:^|\.)s3-website[.-]([a-z0-9-]+)\.amazonaws", name)
    wanted = WEBSITE_ZONES.get(region[1]) if region else None
    return wanted is not None and zone != wanted and zone in WEBSITE_ZONES.values()


@rule(
    "E9168",
    "The domain itself cannot be a CNAME",
    symptom="The deployment fails: RRSet of type CNAME is not permitted at apex in the zone.",
    fix="Use A and AAAA records with an AliasTarget.",
    source=f"{_ROUTE53}/resource-record-sets-choosing-alias-non-alias.html",
)
def apex_cname(graph: Graph) -> Iterator[Place]:
    """The zone's name may be unknown; then a name of two labels (`example.com`) is taken for the apex, and one that has
    a www. beside it among the aliases."""
    names = {name for distribution in graph.distributions for name in aliases(distribution)}
    for record in records(graph.resources):
        zone = graph.named(record.zone.get("HostedZoneId"), "AWS::Route53::HostedZone")
        apex = zone.properties.text("Name") if zone else record.zone.text("HostedZoneName")
        short = known(record.name) and record.name.count(".") == 1
        is_apex = record.name == plain(apex) if apex else short or {record.name, f"www.{record.name}"} <= names
        if record.type == "CNAME" and is_apex:
            yield at(record.body, "Type")


@rule(
    "W9169",
    "The name has an IPv6 record, the distribution no IPv6 address",
    symptom="Visitors with IPv6 only do not reach the site.",
    fix="Set IPV6Enabled to true.",
    source=f"{_GUIDE}/cloudfront-enable-ipv6.html",
)
def record_without_ipv6(graph: Graph) -> Iterator[Place]:
    for record, distribution in _to_distributions(graph):
        unclear = distribution.config.unknown("IPV6Enabled")
        if record.type == "AAAA" and not unclear and not distribution.config.flag("IPV6Enabled"):
            yield at(distribution.config, "IPV6Enabled")


@rule(
    "E9231",
    "The record's name is not in its zone",
    symptom="The deployment fails: RRSet with DNS name ... is not permitted in zone ...",
    fix="Write the whole name, such as www.example.com for www, and your own zone as HostedZoneId of the record.",
    source=f"{_ROUTE53}/resource-record-sets-values-shared.html",
)
def record_outside_zone(graph: Graph) -> Iterator[Place]:
    """Surely so where both names are known, and for a name without a dot."""
    for record in records(graph.resources):
        zone = graph.named(record.zone.get("HostedZoneId"), "AWS::Route53::HostedZone")
        inside = plain(zone.properties.text("Name") if zone else record.zone.text("HostedZoneName"))
        other = bool(inside) and known(inside) and not f".{record.name}".endswith(f".{inside}")
        if record.name and known(record.name) and (other or (not inside and "." not in record.name)):
            yield at(record.body, "Name")
        if record.zone.text("HostedZoneId") in SERVICE_ZONES:
            yield at(record.zone, "HostedZoneId", "a zone of AWS, for AliasTarget only")


@rule(
    "E9234",
    "The record leads to a value that its type does not take",
    symptom="The deployment fails: ARRDATAIllegalIPv4Address, the value is not a valid IPv4 address; or, for a URL, "
    "DomainLabelEmpty and the like.",
    fix="Set AliasTarget: {DNSName: !GetAtt X.DomainName, HostedZoneId: ...} for ResourceRecords of an A or AAAA "
    "record; write the bare host name of a URL.",
    source=f"{_ROUTE53}/ResourceRecordTypes.html",
)
def record_value(graph: Graph) -> Iterator[Place]:
    """An A record wants addresses, not the name of a distribution or of a load balancer; no record takes a URL."""
    for record in records(graph.resources):
        holder, key = (record.alias, "DNSName") if record.alias else (record.body, "ResourceRecords")
        wanted = record.type in ("A", "AAAA", "CNAME")
        url = next((name for name in record.targets if wanted and "://" in name), None)
        address = record.type in ("A", "AAAA") and not record.alias
        name = next((name for name in record.targets if address and _is_host_name(name)), None)
        if url or name:
            yield at(holder, key, url or name)


def _is_host_name(value: str) -> bool:
    """A literal one is cfn-lint's own to find (E3023)."""
    attribute = re.fullmatch(r"\$\{\w+\.\w*(DomainName|DNSName)\}", value)
    literal = re.sub(r"\$\{[^}]*\}", "x", value)
    ends_in_a_name = re.fullmatch(r"[\w.-]+\.[a-z]{2,}\.?", literal, re.IGNORECASE)
    return attribute is not None or (not known(value) and ends_in_a_name is not None)


@rule(
    "E9339",
    "Route 53 cannot ask CloudFront for its health",
    symptom="The deployment fails: EvaluateTargetHealth is not supported for this alias target.",
    fix="Remove EvaluateTargetHealth (its default is false).",
    source=f"{_ROUTE53}/resource-record-sets-values-alias.html",
)
def health_of_distribution(graph: Graph) -> Iterator[Place]:
    for record, _ in _to_distributions(graph):
        if record.alias.flag("EvaluateTargetHealth"):
            yield at(record.alias, "EvaluateTargetHealth")


@rule(
    "W9340",
    "The zone's name ends without a dot",
    symptom="The deployment fails: no hosted zone of that name is found.",
    fix="Write HostedZoneName: example.com. with a closing dot, or HostedZoneId.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html",
)
def zone_without_dot(graph: Graph) -> Iterator[Place]:
    for record in records(graph.resources):
        name = record.zone.text("HostedZoneName")
        if name and known(name) and not name.endswith("."):
            yield at(record.zone, "HostedZoneName")


@rule(
    "E9158",
    "A DNS record leads to the API's own address",
    symptom="The browser warns that the certificate is for another name, and the API answers 403 Forbidden.",
    fix="Make an AWS::ApiGatewayV2::DomainName and lead the record to its RegionalDomainName, or to a distribution.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html",
)
def record_to_api(graph: Graph) -> Iterator[Place]:
    """Function URLs know no name but their own either."""
    for record in records(graph.resources):
        holder, key = (record.alias, "DNSName") if record.alias else (record.body, "ResourceRecords")
        own = next((name for name in record.targets if _OWN_ADDRESS.search(name)), None)
        if own and record.type in ("A", "AAAA", "CNAME"):
            yield at(holder, key, own)


@rule(
    "I9159",
    "The name has no IPv6 record",
    symptom="Visitors with IPv6 only do not reach the site, although the distribution has an address for them.",
    fix="Add an AAAA record of the same name, as an alias of the distribution.",
    source=f"{_ROUTE53}/routing-to-cloudfront-distribution.html",
)
def record_without_ipv6_twin(graph: Graph) -> Iterator[Place]:
    """Informational: hardly a visitor has IPv6 alone."""
    found = list(_to_distributions(graph))
    for record, distribution in found:
        twin = any(other.type == "AAAA" and other.name == record.name for other, _ in found)
        if record.type == "A" and record.alias and distribution.config.flag("IPV6Enabled") and not twin:
            yield at(record.body, "Name")


@rule(
    "W9173",
    "The zone of the website would be deleted with its stack",
    symptom="A zone made anew has other name servers: the domain is gone until the registrar knows them.",
    fix="Set DeletionPolicy and UpdateReplacePolicy to Retain.",
    source=f"{_ROUTE53}/DeleteHostedZone.html",
)
def zone_retained(graph: Graph) -> Iterator[Place]:
    """Only public zones beside a distribution: a private one is no visitor's concern."""
    for zone in graph.of("AWS::Route53::HostedZone") if graph.distributions else ():
        if not zone.retained and "VPCs" not in zone.properties:
            yield at(zone.body, "DeletionPolicy")
