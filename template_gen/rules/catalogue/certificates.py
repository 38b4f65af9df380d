"""TLS: which certificate the distribution shows, for which names, and how it comes to be valid."""

from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Distribution, Graph, Resource
from template_gen.rules.graph.dns import aliases, certificate_names, plain, records, region_of, surely_not
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_ACM: Final = "https://docs.aws.amazon.com/acm/latest/userguide"
_OLD_TLS: Final = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")
_CERTIFICATE: Final = "AWS::CertificateManager::Certificate"


def _viewer(distribution: Distribution) -> Object:
    return distribution.config.object("ViewerCertificate")


def _certificate(distribution: Distribution, graph: Graph) -> Resource | None:
    return graph.named(_viewer(distribution).get("AcmCertificateArn"), _CERTIFICATE)


@rule(
    "E9160",
    "The distribution's certificate is not in us-east-1",
    symptom="The deployment fails: the specified SSL certificate doesn't exist, isn't in us-east-1, or isn't valid.",
    fix="Request the certificate in a stack in us-east-1 and pass its ARN as a parameter.",
    source=f"{_GUIDE}/cnames-and-https-requirements.html",
)
def certificateregion_of(graph: Graph) -> Iterator[Place]:
    """A certificate of the same template lies in the stack's region: us-east-1, unless the linter is told another."""
    for distribution in graph.distributions:
        region = region_of(_viewer(distribution).text("AcmCertificateArn"))
        beside = _certificate(distribution, graph) is not None and graph.region != "us-east-1"
        if (region and region != "us-east-1" and graph.scope.partition == "aws") or beside:
            yield at(_viewer(distribution), "AcmCertificateArn")


@rule(
    "E9161",
    "The distribution has aliases but no certificate",
    symptom="The deployment fails: to add an alternate domain name, you must attach a trusted certificate.",
    fix="Set ViewerCertificate.AcmCertificateArn to a certificate for the aliases.",
    source=f"{_GUIDE}/CNAMEs.html",
)
def aliases_without_certificate(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        viewer = _viewer(distribution)
        unclear = distribution.config.unknown("ViewerCertificate")
        listed = isinstance(distribution.config.get("Aliases"), list) and bool(distribution.aliases)
        if listed and not unclear and not viewer.keys() & {"AcmCertificateArn", "IamCertificateId"}:
            yield at(distribution.config, "Aliases", ", ".join(distribution.aliases))


@rule(
    "E9162",
    "An alias, or an API's domain name, is not a name of the certificate",
    symptom="The deployment fails: InvalidViewerCertificate, the certificate doesn't cover the alternate domain name.",
    fix="Add the name to SubjectAlternativeNames; a wildcard covers one level, and not the domain itself.",
    source=f"{_GUIDE}/cnames-and-https-requirements.html",
)
def alias_not_covered(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        certificate = _certificate(distribution, graph)
        names = certificate_names(certificate) if certificate else ()
        for alias in aliases(distribution) if names else ():
            if surely_not(alias, names):
                yield at(distribution.config, "Aliases", alias)
    for holder, key, arn in _api_names(graph):
        certificate, name = graph.named(arn, _CERTIFICATE), plain(holder.text(key))
        if certificate and name and surely_not(name, certificate_names(certificate)):
            yield at(holder, key, name)


def _api_names(graph: Graph) -> Iterator[tuple[Object, str, Any]]:
    """The domain names of APIs: the mapping and key that have it, and its certificate."""
    for name in graph.of("AWS::ApiGateway::DomainName"):
        given = name.properties
        yield given, "DomainName", given.get("RegionalCertificateArn", given.get("CertificateArn"))
    for name in graph.of("AWS::ApiGatewayV2::DomainName"):
        for config in name.properties.objects("DomainNameConfigurations"):
            yield name.properties, "DomainName", config.get("CertificateArn")
    for api in graph.of("AWS::Serverless::Api", "AWS::Serverless::HttpApi"):
        domain = api.properties.object("Domain")
        yield domain, "DomainName", domain.get("CertificateArn")


@rule(
    "E9341",
    "A certificate of ACM stands where one of IAM is wanted",
    symptom="The deployment fails: the specified SSL certificate doesn't exist.",
    fix="Write AcmCertificateArn for IamCertificateId.",
    source=f"{_GUIDE}/cnames-and-https-requirements.html",
)
def certificate_of_iam(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        name = _viewer(distribution).text("IamCertificateId")
        if name.startswith("arn:") or graph.named(name, _CERTIFICATE):
            yield at(_viewer(distribution), "IamCertificateId")


@rule(
    "W9163",
    "The distribution has an address of its own",
    symptom="600 dollars a month.",
    fix="Set SslSupportMethod to sni-only; every browser since 2010 can do it.",
    source=f"{_GUIDE}/cnames-https-dedicated-ip-or-sni.html",
)
def dedicated_ip(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        if _viewer(distribution).get("SslSupportMethod") in ("vip", "static-ip"):
            yield at(_viewer(distribution), "SslSupportMethod")


@rule(
    "W9164",
    "Visitors may use outdated TLS",
    symptom="Security scanners complain; TLS 1.0 and 1.1 are broken.",
    fix="Set MinimumProtocolVersion to TLSv1.2_2021, SecurityPolicy of an API's domain name to TLS_1_2.",
    source=f"{_GUIDE}/secure-connections-supported-viewer-protocols-ciphers.html",
)
def tls_floor(graph: Graph) -> Iterator[Place]:
    """Only with a certificate of one's own: the default one fixes TLSv1. TLSv1.2_2018 and later are left alone."""
    for distribution in graph.distributions:
        viewer = _viewer(distribution)
        floor = viewer.get("MinimumProtocolVersion")
        if viewer.keys() & {"AcmCertificateArn", "IamCertificateId"} and (floor is None or floor in _OLD_TLS):
            yield at(viewer, "MinimumProtocolVersion")
    for name in graph.of("AWS::ApiGateway::DomainName"):
        if name.properties.get("SecurityPolicy") == "TLS_1_0":
            yield at(name.properties, "SecurityPolicy")


@rule(
    "E9170",
    "The certificate waits for an e-mail to be answered",
    symptom="The deployment hangs in CREATE_IN_PROGRESS until it times out.",
    fix="Set ValidationMethod to DNS.",
    source=f"{_ACM}/dns-validation.html",
)
def certificate_by_email(graph: Graph) -> Iterator[Place]:
    """Left alone: imported and private certificates, and a ValidationDomain, which only e-mail validation knows."""
    for certificate in graph.of(_CERTIFICATE):
        properties = certificate.properties
        by_mail = any("ValidationDomain" in option for option in properties.objects("DomainValidationOptions"))
        method = properties.get("ValidationMethod", "EMAIL")
        if method == "EMAIL" and not by_mail and "CertificateAuthorityArn" not in properties:
            yield at(properties, "ValidationMethod")


@rule(
    "E9171",
    "A name of the certificate cannot be validated by itself",
    symptom="The deployment hangs until somebody adds the validation record by hand, or times out after days.",
    fix="Add a DomainValidationOptions entry with exactly this DomainName and the HostedZoneId for every name.",
    source=f"{_ACM}/dns-validation.html",
)
def certificate_validation(graph: Graph) -> Iterator[Place]:
    """DNS may be hosted elsewhere, and its record added by hand on purpose: the rule fires when the template shows a
    Route 53 zone."""
    for certificate in graph.of(_CERTIFICATE):
        properties = certificate.properties
        options = list(properties.objects("DomainValidationOptions"))
        covered = tuple(plain(option.text("DomainName")) for option in options if "HostedZoneId" in option)
        if properties.get("ValidationMethod") != "DNS" or properties.unknown("DomainValidationOptions"):
            continue
        for name in certificate_names(certificate) if covered or _has_zone(graph) else ():
            sibling = covered and name.removeprefix("*.") in {other.removeprefix("*.") for other in covered}
            if name and name not in covered and not sibling and _clear(name, covered):
                yield at(properties, "DomainValidationOptions", name)


def _clear(name: str, covered: tuple[str, ...]) -> bool:
    return surely_not(name, tuple(other.removeprefix("*.") for other in covered))


def _has_zone(graph: Graph) -> bool:
    parameters = graph.template.get("Parameters")
    given = parameters.items() if isinstance(parameters, dict) else ()
    asked = (f"{name} {body.get('Type')}" for name, body in given if isinstance(body, dict))
    here = any(resource.type.startswith("AWS::Route53::") for resource in graph.resources)
    return here or any("HostedZone" in name_and_type for name_and_type in asked)


@rule(
    "E9172",
    "The certificate is validated in a zone that is made along with it",
    symptom="The deployment hangs: nobody asks the new zone until the registrar names its name servers.",
    fix="Create the zone in a stack of its own, set its name servers at the registrar, then request the certificate.",
    source=f"{_ACM}/dns-validation.html",
)
def zone_with_certificate(graph: Graph) -> Iterator[Place]:
    """A zone that is delegated by an NS record of the same template is found at once."""
    delegated = [record for record in records(graph.resources) if record.type == "NS"]
    for certificate in graph.of(_CERTIFICATE):
        for option in certificate.properties.objects("DomainValidationOptions"):
            if graph.named(option.get("HostedZoneId"), "AWS::Route53::HostedZone") and not delegated:
                yield at(option, "HostedZoneId")
