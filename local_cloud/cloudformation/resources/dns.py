"""Hosted zones, records and certificates in moto; a certificate waits until its validation record is found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.resources.base import Backed, Properties, physical_id, refused, undone
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State

ZONE_NOT_EMPTY = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
Key = tuple[str, str, str]  # name, type, set identifier

WAITS_FOR = "Content of DNS Record is: {{Name: {Name},Type: {Type},Value: {Value}}}"


class HostedZone(Backed):
    """AWS::Route53::HostedZone; one with records that somebody else made cannot be deleted."""

    def create(self, request: Request) -> State:
        client = self.client("route53", request)
        wanted = {**request.properties, "CallerReference": request.token}
        made = call(client, "CreateHostedZone", wanted)
        return self._state(request, made["HostedZone"]["Id"].rpartition("/")[2])

    def update(self, request: Request) -> State:
        id = physical_id(request)
        comment = request.properties.get("HostedZoneConfig", {}).get("Comment", "")
        self.client("route53", request).update_hosted_zone_comment(Id=id, Comment=comment)
        return self._state(request, id)

    def delete(self, request: Request) -> None:
        client, id = self.client("route53", request), physical_id(request)
        required = {"NS", "SOA"}
        if any(record["Type"] not in required for record in _records(client, id)):
            raise refused(HandlerErrorCode.INVALID_REQUEST, ZONE_NOT_EMPTY, "Route53", 400)
        client.delete_hosted_zone(Id=id)

    def read(self, request: Request) -> Properties | None:
        self.client("route53", request).get_hosted_zone(Id=physical_id(request))
        return request.properties

    def _state(self, request: Request, id: str) -> State:
        found = self.client("route53", request).get_hosted_zone(Id=id)
        return self.state(request, id, Id=id, NameServers=found.get("DelegationSet", {}).get("NameServers", []))


class Records(Backed):
    """AWS::Route53::RecordSet and RecordSetGroup. A record that exists, however it came, is not taken over."""

    def create(self, request: Request) -> State:
        self._change(request, [("CREATE", record) for record in _record_sets(request.properties)])
        return self.state(request, self.name(request))

    def update(self, request: Request) -> State:
        gone = _named(request.previous or {}).keys() - _named(request.properties).keys()
        old = [("DELETE", record) for name, record in _named(request.previous or {}).items() if name in gone]
        self._change(request, old + [("UPSERT", record) for record in _record_sets(request.properties)])
        return self.state(request, physical_id(request))

    def delete(self, request: Request) -> None:
        self._change(request, [("DELETE", record) for record in _record_sets(request.properties)])

    def read(self, request: Request) -> Properties | None:
        found = {_key(record) for record in _records(*self._zone(request))}
        return request.properties if _named(request.properties).keys() <= found else None

    def _change(self, request: Request, changes: list[tuple[str, Properties]]) -> None:
        client, zone = self._zone(request)
        apex = client.get_hosted_zone(Id=zone)["HostedZone"]["Name"]
        existing = {_key(record): record for record in _records(client, zone)}
        for action, record in changes:
            if refusal := _refusal(action, _api_record(record), apex, existing):
                raise HandlerError(HandlerErrorCode.INVALID_REQUEST, f"[{refusal}]", plain=True)
        batch = [{"Action": action, "ResourceRecordSet": _api_record(record)} for action, record in changes]
        wanted = {"HostedZoneId": zone, "ChangeBatch": {"Changes": batch}}
        call(client, "ChangeResourceRecordSets", wanted)

    def _zone(self, request: Request) -> tuple[Any, str]:
        client, wanted = self.client("route53", request), request.properties
        if "HostedZoneId" in wanted:
            return client, str(wanted["HostedZoneId"])
        name = _dotted(str(wanted["HostedZoneName"]))
        zones = [zone for zone in client.list_hosted_zones()["HostedZones"] if zone["Name"] == name]
        if len(zones) != 1:
            text = f"No hosted zones named {name} found" if not zones else f"Found multiple hosted zones named {name}"
            raise HandlerError(HandlerErrorCode.NOT_FOUND, text, plain=True)
        return client, zones[0]["Id"].rpartition("/")[2]


def _record_sets(properties: Properties) -> list[Properties]:
    return list(properties["RecordSets"]) if "RecordSets" in properties else [properties]


def _refusal(action: str, record: Properties, apex: str, existing: Mapping[Key, Properties]) -> str | None:
    """Route 53's words for a change that it does not make; moto would make most of them."""
    name, found = record["Name"], existing.get(_key(record))
    what = f"resource record set [name='{name}', type='{record['Type']}']"
    if name != apex and not name.endswith(f".{apex}"):
        return f"RRSet with DNS name {name} is not permitted in zone {apex}"
    if action == "CREATE" and found:
        return f"Tried to create {what} but it already exists"
    if action == "DELETE" and not found:
        return f"Tried to delete {what} but it was not found"
    if action == "DELETE" and found and _values(found) != _values(record):
        return f"Tried to delete {what} but the values provided do not match the current values"
    return None


def _key(record: Properties) -> Key:
    return _dotted(str(record["Name"])), str(record["Type"]), str(record.get("SetIdentifier", ""))


def _values(record: Properties) -> tuple[Any, ...]:
    alias = record.get("AliasTarget", {})
    return (
        str(record.get("TTL", "")),
        sorted(each["Value"] for each in record.get("ResourceRecords", [])),
        _dotted(str(alias["DNSName"])) if alias else "",
    )


def _named(properties: Properties) -> dict[Key, Properties]:
    return {_key(record): record for record in (_record_sets(properties) if properties else [])}


def _api_record(record: Properties) -> dict[str, Any]:
    """The API's members, which wrap values that CloudFormation lists."""
    made: dict[str, Any] = {**record, "Name": _dotted(str(record["Name"]))}
    if "ResourceRecords" in record:
        made["ResourceRecords"] = [{"Value": each} for each in record["ResourceRecords"]]
    if "AliasTarget" in record:
        made["AliasTarget"] = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
    return made


def _dotted(name: str) -> str:
    return name if name.endswith(".") else f"{name}."


def _records(client: Any, zone: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone):
        yield from page["ResourceRecordSets"]


class Certificate(Backed):
    """AWS::CertificateManager::Certificate. With a HostedZoneId CloudFormation makes the validation record (which stays
    behind, as on AWS); without one the certificate waits until somebody has made it."""

    def create(self, request: Request) -> State:
        client = self.client("acm", request)
        arn = call(client, "RequestCertificate", _without_zones(request.properties))["CertificateArn"]
        with undone(lambda: client.delete_certificate(CertificateArn=arn)):
            self._make_records(request, arn)
        notes = tuple(WAITS_FOR.format(**record) for _, record in self._validations(request, arn))
        return replace(self.state(request, arn), notes=notes)

    def update(self, request: Request) -> State:
        return self.state(request, physical_id(request))

    def delete(self, request: Request) -> None:
        arn = physical_id(request)
        if self._in_use(arn):
            text = f"Certificate {arn} in account {request.account} is in use."
            raise refused(HandlerErrorCode.RESOURCE_CONFLICT, text, "Acm", 400)
        self.client("acm", request).delete_certificate(CertificateArn=arn)

    def read(self, request: Request) -> Properties | None:
        self.client("acm", request).describe_certificate(CertificateArn=physical_id(request))
        return request.properties

    def ready(self, request: Request) -> bool:
        client = self.client("route53", request)
        zones = [zone["Id"].rpartition("/")[2] for zone in client.list_hosted_zones()["HostedZones"]]
        found = {record["Name"] for zone in zones for record in _records(client, zone) if record["Type"] == "CNAME"}
        wanted = {_dotted(record["Name"]) for _, record in self._validations(request, physical_id(request))}
        return wanted <= found

    def _make_records(self, request: Request, arn: str) -> None:
        client = self.client("route53", request)
        for zone, record in self._own_records(request, arn):
            change = {"Action": "UPSERT", "ResourceRecordSet": {**record, "TTL": 300}}
            client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})

    def _own_records(self, request: Request, arn: str) -> Iterator[tuple[str, dict[str, Any]]]:
        options = request.properties.get("DomainValidationOptions", [])
        zones = {option["DomainName"]: option.get("HostedZoneId") for option in options}
        for domain, record in self._validations(request, arn):
            if zone := zones.get(domain):
                yield zone, {"Name": record["Name"], "Type": "CNAME", "ResourceRecords": [{"Value": record["Value"]}]}

    def _validations(self, request: Request, arn: str) -> Iterator[tuple[str, dict[str, str]]]:
        """By domain; none where somebody is to click the link in a mail, which takes no time here."""
        if request.properties.get("ValidationMethod") != "DNS":
            return
        found = self.client("acm", request).describe_certificate(CertificateArn=arn)["Certificate"]
        for option in found["DomainValidationOptions"]:
            yield option["DomainName"], option["ResourceRecord"]

    def _in_use(self, arn: str) -> bool:
        pages = self.services.client("cloudfront").get_paginator("list_distributions").paginate()
        items = (item for page in pages for item in page["DistributionList"].get("Items", []))
        return any(item["ViewerCertificate"].get("ACMCertificateArn") == arn for item in items)


def _without_zones(properties: Properties) -> dict[str, Any]:
    """The API's options name mail domains, which are none of DNS validation's business."""
    return {name: value for name, value in properties.items() if name != "DomainValidationOptions"}
