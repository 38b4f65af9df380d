"""API Gateway's custom domain names: their certificate, their kind, and the stage that they lead to."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Api, Graph, Resource
from template_gen.rules.graph.api import api_id
from template_gen.rules.graph.dns import records, region_of
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, below, known

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_NAMES: Final = ("AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName")
_MAPPINGS: Final = (
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::BasePathMappingV2",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::RoutingRule",
)
_STAGES: Final = ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Stage")
# Who names a stage by its text: type, way to the mapping that has it, key.
_BY_TEXT: Final = (
    ("AWS::ApiGateway::BasePathMapping", "Stage"),
    ("AWS::ApiGatewayV2::ApiMapping", "Stage"),
    ("AWS::ApiGateway::UsagePlan", "ApiStages.Stage"),
)


@rule(
    "E9174",
    "The API's domain name is regional, its certificate is not in this region",
    symptom="The deployment fails: the certificate must be in the region of the API.",
    fix="Use a certificate of the stack's region and EndpointType REGIONAL (for an EDGE domain name of a REST API "
    "one of us-east-1).",
    source=f"{_GATEWAY}/http-api-custom-domain-names.html",
)
def api_domain_certificate(graph: Graph) -> Iterator[Place]:
    """The stack's region is sure when the linter is told one, or when a distribution's stack is judged."""
    told = graph.region != "us-east-1" or bool(graph.distributions)
    for holder, kind, certificate in _of_http_apis(graph):
        if holder.get(kind) == "EDGE":
            yield at(holder, kind)
        elif told and region_of(holder.text(certificate)) not in ("", graph.region):
            yield at(holder, certificate)
    for name in graph.of("AWS::ApiGateway::DomainName"):
        if told and region_of(name.properties.text("RegionalCertificateArn")) not in ("", graph.region):
            yield at(name.properties, "RegionalCertificateArn")
        elif region_of(name.properties.text("CertificateArn")) not in ("", "us-east-1"):
            yield at(name.properties, "CertificateArn")


def _of_http_apis(graph: Graph) -> Iterator[tuple[Object, str, str]]:
    """The settings of a domain name, the key of its kind and of its certificate."""
    for domain in graph.of("AWS::ApiGatewayV2::DomainName"):
        for config in domain.properties.objects("DomainNameConfigurations"):
            yield config, "EndpointType", "CertificateArn"
    for api in graph.of("AWS::Serverless::HttpApi"):
        yield api.properties.object("Domain"), "EndpointConfiguration", "CertificateArn"


@rule(
    "E9237",
    "The domain name's certificate is given for the other kind of endpoint",
    symptom="The deployment fails: an EDGE domain name wants CertificateArn, a REGIONAL one RegionalCertificateArn.",
    fix="Write RegionalCertificateArn with EndpointConfiguration: {Types: [REGIONAL]}, or CertificateArn with EDGE.",
    source=f"{_GATEWAY}/how-to-custom-domains.html",
)
def certificate_of_other_kind(graph: Graph) -> Iterator[Place]:
    """Without an EndpointConfiguration the domain name is EDGE."""
    for name in graph.of("AWS::ApiGateway::DomainName"):
        properties = name.properties
        kinds = properties.object("EndpointConfiguration").texts("Types")
        unclear = properties.unknown("EndpointConfiguration") or not all(map(known, kinds)) or "PRIVATE" in kinds
        regional = "REGIONAL" in kinds
        wanted, other = ("CertificateArn", "RegionalCertificateArn")[:: -1 if regional else 1]
        if not unclear and other in properties and wanted not in properties:
            yield at(properties, other, f"{other}, for {'REGIONAL' if regional else 'EDGE'}")


@rule(
    "W9238",
    "The domain name leads to no API",
    symptom='Every request to the domain name answers 403 {"message":"Forbidden"}.',
    fix="Add an AWS::ApiGatewayV2::ApiMapping (AWS::ApiGateway::BasePathMapping for a REST API) with DomainName, API "
    "and Stage.",
    source=f"{_GATEWAY}/rest-api-mappings.html",
)
def domain_without_mapping(graph: Graph) -> Iterator[Place]:
    """The mapping may be in another stack: the rule fires where an API is beside the domain name, and neither the
    outputs nor anything but a DNS record tell of it."""
    mappings = [found.properties for found in graph.of(*_MAPPINGS)]
    unclear = any(graph.resources.unclear(found.get("DomainName")) for found in mappings)
    literal = {found.text("DomainName") for found in mappings}
    for name in graph.of(*_NAMES) if graph.apis and not unclear else ():
        users = [user for user in graph.resources.users(name.id) if not user.type.startswith("AWS::Route53::")]
        told = name.id in graph.resources.in_outputs or name.properties.text("DomainName") in literal
        if not users and not told:
            yield at(name.properties, "DomainName")


@rule(
    "E9337",
    "The domain name is of the other kind, and has no such attribute",
    symptom="The deployment fails: the attribute does not exist; or the record leads nowhere.",
    fix="Write RegionalDomainName and RegionalHostedZoneId of a REGIONAL domain name, DistributionDomainName and "
    "DistributionHostedZoneId of an EDGE one.",
    source=f"{_GATEWAY}/how-to-custom-domains.html",
)
def attribute_of_other_kind(graph: Graph) -> Iterator[Place]:
    """Without an EndpointConfiguration the domain name of a REST API is EDGE, and all of HTTP APIs are REGIONAL."""
    for record in records(graph.resources):
        for holder, key in ((record.alias, "DNSName"), (record.body, "ResourceRecords")):
            for value in holder.texts(key):
                name, attribute = graph.named(value, *_NAMES), value.strip("${}").partition(".")[2]
                other = {"REGIONAL": "Distribution", "EDGE": "Regional"}.get(_kind(name) if name else "", "-")
                if attribute.startswith(other):
                    yield at(holder, key, f"{value} of {_kind(name) if name else ''}")


def _kind(name: Resource) -> str:
    """REGIONAL or EDGE; "" when only the deployment knows, or for a private one."""
    if name.type == "AWS::ApiGatewayV2::DomainName":
        return "REGIONAL"
    config = name.properties.object("EndpointConfiguration")
    kinds = config.texts("Types") if "EndpointConfiguration" in name.properties else ("EDGE",)
    return kinds[0] if kinds in (("EDGE",), ("REGIONAL",)) else ""


@rule(
    "E9338",
    "The path of a mapping begins or ends with a slash",
    symptom="The deployment fails: API mapping key should not start with a '/' or have consecutive '/'s.",
    fix="Write v1 for /v1; leave it out for the domain itself.",
    source=f"{_GATEWAY}/rest-api-mappings.html",
)
def mapping_key_form(graph: Graph) -> Iterator[Place]:
    for mapping in graph.of(*_MAPPINGS):
        for key in ("ApiMappingKey", "BasePath"):
            value = mapping.properties.text(key)
            if value.startswith("/") or value.endswith("/") or "//" in value:
                yield at(mapping.properties, key)


@rule(
    "W9355",
    "The domain name has no DNS record",
    symptom="The browser says that the server was not found (NXDOMAIN).",
    fix="Add an A record of this name with AliasTarget: {DNSName: !GetAtt Name.RegionalDomainName, HostedZoneId: "
    "!GetAtt Name.RegionalHostedZoneId}.",
    source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-api-gateway.html",
)
def domain_without_record(graph: Graph) -> Iterator[Place]:
    """DNS may live elsewhere: the rule fires where the certificate is validated in a zone that the template knows, and
    neither a record nor an output has the domain name's target."""
    for name in graph.of(*_NAMES):
        configs = (name.properties, *name.properties.objects("DomainNameConfigurations"))
        arns = (one.get(key) for one in configs for key in ("RegionalCertificateArn", "CertificateArn"))
        certificates = [found for arn in arns if (found := graph.named(arn, "AWS::CertificateManager::Certificate"))]
        zoned = any(
            "HostedZoneId" in one
            for found in certificates
            for one in found.properties.objects("DomainValidationOptions")
        )
        users = [user.type for user in graph.resources.users(name.id)]
        dns = any(not kind.startswith("AWS::ApiGateway") for kind in users) or name.id in graph.resources.in_outputs
        if zoned and not dns and not any(graph.of("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup")):
            yield at(name.properties, "DomainName")


@rule(
    "E9242",
    "The API has no stage of that name",
    symptom="The deployment fails: Invalid stage identifier specified.",
    fix="Name a stage of the API, best by !Ref of it.",
    source=f"{_GATEWAY}/rest-api-mappings.html",
)
def stage_not_there(graph: Graph) -> Iterator[Place]:
    """Of a mapping or a usage plan; only where every stage of the API is known."""
    for _, holder, api in _named_by_text(graph):
        stages = api.stages
        if stages and all(map(known, stages)) and holder.text("Stage") not in (*stages, "Stage"):
            yield at(holder, "Stage", f"{holder.text('Stage')}; stage {', '.join(stages)}")


@rule(
    "W9243",
    "A stage is named before it is there",
    symptom="The first deployment may fail: Invalid stage identifier specified, or API Stage not found.",
    fix="Write Stage: !Ref <the stage's logical id> (for SAM !Ref Api.Stage), or name the stage in DependsOn.",
    source=f"{_GATEWAY}/rest-api-mappings.html",
)
def stage_before_it_is_there(graph: Graph) -> Iterator[Place]:
    """CloudFormation makes at once whatever nothing waits for, and a text is no reference."""
    for resource, holder, api in _named_by_text(graph):
        stages = {stage.id for stage in graph.of(*_STAGES) if api_id(stage.properties) == api.id}
        before = graph.resources.before(resource)
        by_sam = any(name.startswith(api.id) and name.endswith("Stage") for name in before)
        made_here = bool(stages) or (api.resource is not None and api.resource.type.startswith("AWS::Serverless::"))
        there = holder.text("Stage") in (api.stages or ())
        if made_here and there and not stages & before and not by_sam:
            yield at(holder, "Stage")


def _named_by_text(graph: Graph) -> Iterator[tuple[Resource, Object, Api]]:
    """Whoever names a stage of an API of the template by a plain text: the resource, the mapping, the API."""
    apis = {api.id: api for api in graph.apis if api.resource}
    for kind, way in _BY_TEXT:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                api = apis.get(api_id(holder))
                if api and known(holder.text(key)):
                    yield resource, holder, api


@rule(
    "E9388",
    "The stage stands before a path that the domain name has led to the stage already",
    symptom='Every request through CloudFront answers 403 {"message":"Forbidden"} or 404.',
    fix="Remove OriginPath: the API's own domain name leads to the stage by itself (below the mapping's path, if any).",
    source=f"{_GATEWAY}/rest-api-mappings.html",
)
def stage_twice(graph: Graph) -> Iterator[Place]:
    """Where every mapping of the domain name is for its whole, and none for the OriginPath."""
    for origin in graph.origins():
        domain = next((one for one in graph.of(*_NAMES) if origin.domain in _texts(one)), None)
        found = [
            one.properties
            for one in graph.of(*_MAPPINGS)
            if domain and one.properties.get("DomainName") in _texts(domain)
        ]
        paths = {one.text("BasePath") or one.text("ApiMappingKey") for one in found}
        stages = {stage for api in graph.apis for one in found if api_id(one) == api.id for stage in api.stages or ()}
        path = origin.body.text("OriginPath")
        if paths == {""} and path.removeprefix("/") in stages:
            yield at(origin.body, "OriginPath", f"{path} of {origin.domain}")


def _texts(domain: Resource) -> tuple[str, ...]:
    """What means the domain name: a Ref, its text, the address behind it."""
    made = f"${{{domain.id}}}", f"${{{domain.id}.RegionalDomainName}}"
    return (*made, domain.properties.text("DomainName"))
