"""Distributions, origin access controls and functions in moto's CloudFront, where an invalidation finds its target.

The rule: the edge reads what the stack says; this only refuses what AWS refuses before a distribution exists.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.cloudformation.resources.base import (
    Backed,
    Properties,
    given_or_generated,
    physical_id,
    refused,
    tag_list,
)
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State
from local_cloud.moto_ids import rename

TAKEN = (
    "Invalid request provided: One or more of the CNAMEs you provided are already associated with a different resource."
)
NO_CERTIFICATE = (
    "Invalid request provided: The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or "
    "doesn't include a valid certificate chain."
)
NOT_COVERED = (
    "Invalid request provided: To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a "
    "trusted certificate that validates your authorization to use the domain name. For more details, see: "
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements"
)
CONTROL_IN_USE = "Cannot delete the origin access control because it's in use by one or more distributions."
FUNCTION_IN_USE = "Cannot delete function, it is in use by 1 distributions."  # assumed wording
GLOBAL = "us-east-1"  # CloudFront has one region, whatever region the stack is in


@dataclass(frozen=True, slots=True)
class CloudFront(Backed):
    """What the handlers of CloudFront's types share; `configs` (by id) is what moto does not keep."""

    configs: dict[str, Properties]

    def cloudfront(self) -> Any:
        return self.services.client("cloudfront", GLOBAL)

    def is_used(self, reference: str) -> bool:
        """Whether a distribution names it anywhere."""
        return any(f'"{reference}"' in json.dumps(config) for config in self.configs.values())

    def distributions(self) -> Iterator[dict[str, Any]]:
        for page in self.cloudfront().get_paginator("list_distributions").paginate():
            yield from page["DistributionList"].get("Items", [])


class Distribution(CloudFront):
    """AWS::CloudFront::Distribution. An alias belongs to one distribution, and a certificate of us-east-1 covers it."""

    def create(self, request: Request) -> State:
        self._check(request)
        client = self.cloudfront()
        config = {"DistributionConfig": {**self._config(request), "CallerReference": request.token}}
        made = call(client, "CreateDistribution", config)["Distribution"]
        record = rename(request.account, "distributions", made["Id"], self.name(request))
        record.domain_name = f"d{made['DomainName']}"
        client.tag_resource(Resource=record.arn, Tags={"Items": tag_list(request.properties)})
        return self._state(request, {"Id": record.id, "DomainName": record.domain_name})

    def update(self, request: Request) -> State:
        self._check(request)
        client, id = self.cloudfront(), physical_id(request)
        found = client.get_distribution(Id=id)
        reference = found["Distribution"]["DistributionConfig"]["CallerReference"]
        changed = {"DistributionConfig": {**self._config(request), "CallerReference": reference}}
        client.tag_resource(Resource=found["Distribution"]["ARN"], Tags={"Items": tag_list(request.properties)})
        made = call(client, "UpdateDistribution", {**changed, "Id": id, "IfMatch": found["ETag"]})
        return self._state(request, made["Distribution"])

    def delete(self, request: Request) -> None:
        client, id = self.cloudfront(), physical_id(request)
        client.delete_distribution(Id=id, IfMatch=client.get_distribution(Id=id)["ETag"])
        self.configs.pop(id, None)

    def read(self, request: Request) -> Properties | None:
        self.cloudfront().get_distribution(Id=physical_id(request))
        return request.properties  # what moto tells of a distribution is too little to see drift in it

    def _check(self, request: Request) -> None:
        config = request.properties["DistributionConfig"]
        aliases = set(config.get("Aliases", []))
        certificate = config.get("ViewerCertificate", {}).get("AcmCertificateArn")
        if certificate:
            self._check_certificate(str(certificate), aliases)
        elif aliases:
            raise _invalid(NOT_COVERED, 400)
        others = (each for each in self.distributions() if each["Id"] != request.physical_id)
        if any(aliases.intersection(other["Aliases"].get("Items", [])) for other in others):
            raise _invalid(TAKEN, 409)

    def _check_certificate(self, arn: str, aliases: set[str]) -> None:
        try:
            acm = self.services.client("acm", GLOBAL)
            found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        except ClientError as error:
            raise _invalid(NO_CERTIFICATE, 400) from error
        names = {found["DomainName"], *found.get("SubjectAlternativeNames", [])}
        if not all(alias in names or f"*.{alias.partition('.')[2]}" in names for alias in aliases):
            raise _invalid(NOT_COVERED, 400)

    def _config(self, request: Request) -> dict[str, Any]:
        """The configuration, with the members that the API wants and the template may leave out."""
        config = dict(request.properties["DistributionConfig"])
        config["DefaultCacheBehavior"] = _methods(config["DefaultCacheBehavior"])
        config["CacheBehaviors"] = [_methods(behavior) for behavior in config.get("CacheBehaviors", [])]
        config["Origins"] = [_origin(origin) for origin in config.get("Origins", [])]
        return {"Comment": "", **config}

    def _state(self, request: Request, made: dict[str, Any]) -> State:
        self.configs[made["Id"]] = request.properties
        return self.state(request, made["Id"], DomainName=made["DomainName"])


def _origin(origin: Properties) -> Properties:
    """`S3OriginConfig: {}` means no access identity."""
    if "S3OriginConfig" not in origin:
        return origin
    return {**origin, "S3OriginConfig": {"OriginAccessIdentity": "", **origin["S3OriginConfig"]}}


def _methods(behavior: Properties) -> dict[str, Any]:
    """The API keeps the cached methods inside the allowed ones."""
    cached = {"CachedMethods": behavior["CachedMethods"]} if "CachedMethods" in behavior else {}
    methods = behavior.get("AllowedMethods", [])
    allowed = {"AllowedMethods": {"Quantity": len(methods), "Items": methods, **cached}} if methods else {}
    return {**behavior, **allowed}


def _invalid(text: str, status: int) -> HandlerError:
    return refused(HandlerErrorCode.INVALID_REQUEST, text, "CloudFront", status)


class OriginAccessControl(CloudFront):
    """AWS::CloudFront::OriginAccessControl; one that a distribution uses cannot be deleted."""

    def create(self, request: Request) -> State:
        client = self.cloudfront()
        self._check_name(request)
        made = call(client, "CreateOriginAccessControl", request.properties)
        record = rename(
            request.account, "origin_access_controls", made["OriginAccessControl"]["Id"], self.name(request)
        )
        return self.state(request, record.id)

    def update(self, request: Request) -> State:
        client, id = self.cloudfront(), physical_id(request)
        changed = {**request.properties, "Id": id, "IfMatch": client.get_origin_access_control(Id=id).get("ETag", "")}
        call(client, "UpdateOriginAccessControl", changed)
        return self.state(request, id)

    def delete(self, request: Request) -> None:
        client, id = self.cloudfront(), physical_id(request)
        if self.is_used(id):
            raise refused(HandlerErrorCode.RESOURCE_CONFLICT, CONTROL_IN_USE, "CloudFront", 409)
        client.delete_origin_access_control(Id=id, IfMatch="*")

    def read(self, request: Request) -> Properties | None:
        found = self.cloudfront().get_origin_access_control(Id=physical_id(request))["OriginAccessControl"]
        return {"OriginAccessControlConfig": found["OriginAccessControlConfig"]}

    def _check_name(self, request: Request) -> None:
        name = request.properties["OriginAccessControlConfig"]["Name"]
        existing = self.cloudfront().list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
        if any(name == each["Name"] for each in existing):
            text = "An origin access control with the same name already exists."
            raise refused(HandlerErrorCode.ALREADY_EXISTS, text, "CloudFront", 409)


class EdgeFunction(CloudFront):
    """AWS::CloudFront::Function. moto cannot update one, so it is deleted and created again under its name."""

    def create(self, request: Request) -> State:
        client, name = self.cloudfront(), given_or_generated(request, "Name")
        self._make(request, name)
        return self._state(request, client.describe_function(Name=name))

    def update(self, request: Request) -> State:
        client, name = self.cloudfront(), physical_id(request).rpartition("/")[2]
        client.delete_function(Name=name, IfMatch="*")
        self._make(request, name)
        return self._state(request, client.describe_function(Name=name))

    def delete(self, request: Request) -> None:
        if self.is_used(physical_id(request)):
            raise refused(HandlerErrorCode.RESOURCE_CONFLICT, FUNCTION_IN_USE, "CloudFront", 409)
        self.cloudfront().delete_function(Name=physical_id(request).rpartition("/")[2], IfMatch="*")

    def read(self, request: Request) -> Properties | None:
        found = self.cloudfront().get_function(Name=physical_id(request).rpartition("/")[2])
        return {**request.properties, "FunctionCode": found["FunctionCode"].read().decode()}

    def _make(self, request: Request, name: str) -> None:
        client = self.cloudfront()
        call(client, "CreateFunction", {**request.properties, "Name": name})

    def _state(self, request: Request, found: dict[str, Any]) -> State:
        arn = found["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        return self.state(request, arn, **{"FunctionARN": arn, "FunctionMetadata.FunctionARN": arn})
