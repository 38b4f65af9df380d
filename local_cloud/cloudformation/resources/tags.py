"""The tags of backed resources, their stack's and AWS's own included, set after each create and update.

The rule: a row of the table says how a type is tagged; only CloudFront, which takes all tags at once, is left to its
handlers. AWS's own tags are no properties of a resource, so that neither change sets nor drift detection see them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore import xform_name
from botocore.model import ListShape, StructureShape

from local_cloud.cloudformation.resources.fitting import fit
from local_cloud.cloudformation.resources.handlers import Request, State
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.moto_ids import certificate_tags
from local_cloud.services import Services


class Tagging(NamedTuple):
    """The operations that add and remove tags, with the parameter that takes them where the model does not demand one;
    and the parameter that names the thing, by attribute or physical id.
    """

    service: str
    add: str
    remove: str
    names: str
    attribute: str = ""
    also: Mapping[str, str] = {}
    sealed: bool = False
    """Whether the service takes no tags of AWS's from anybody: then they are entered into its records."""


TAGGED: Mapping[str, Tagging] = {
    "AWS::CertificateManager::Certificate": Tagging(
        "acm", "AddTagsToCertificate", "RemoveTagsFromCertificate", "CertificateArn", sealed=True
    ),
    "AWS::CloudWatch::Alarm": Tagging("cloudwatch", "TagResource", "UntagResource", "ResourceARN", "Arn"),
    "AWS::CloudWatch::CompositeAlarm": Tagging("cloudwatch", "TagResource", "UntagResource", "ResourceARN", "Arn"),
    "AWS::DynamoDB::Table": Tagging("dynamodb", "TagResource", "UntagResource", "ResourceArn", "Arn"),
    "AWS::ECR::Repository": Tagging("ecr", "TagResource", "UntagResource", "resourceArn", "Arn"),
    "AWS::IAM::Role": Tagging("iam", "TagRole", "UntagRole", "RoleName"),
    "AWS::Lambda::Function": Tagging("lambda", "TagResource", "UntagResource", "Resource", "Arn"),
    "AWS::Logs::LogGroup": Tagging("logs", "TagLogGroup", "UntagLogGroup", "logGroupName"),
    "AWS::Route53::HostedZone": Tagging(
        "route53",
        "ChangeTagsForResource.AddTags",
        "ChangeTagsForResource.RemoveTagKeys",
        "ResourceId",
        also={"ResourceType": "hostedzone"},
    ),
    "AWS::S3::Bucket": Tagging("s3control", "TagResource", "UntagResource", "ResourceArn", "Arn"),
    "AWS::SQS::Queue": Tagging("sqs", "TagQueue", "UntagQueue", "QueueUrl"),
    "AWS::SSM::Parameter": Tagging(
        "ssm", "AddTagsToResource", "RemoveTagsFromResource", "ResourceId", also={"ResourceType": "Parameter"}
    ),
    "AWS::SecretsManager::Secret": Tagging("secretsmanager", "TagResource", "UntagResource", "SecretId"),
}


def system_tags(request: Request) -> dict[str, str]:
    """AWS's own tags of a resource: none where its provider schema says that CloudFormation puts none on the type."""
    if not schema(request.type).system_tags:
        return {}
    values = {"stack-name": request.stack_name, "stack-id": request.stack_id, "logical-id": request.logical_id}
    return {f"aws:cloudformation:{name}": value for name, value in values.items()}


def tag(services: Services, request: Request, state: State) -> None:
    """Change the resource's tags from `previous` to what is wanted; tags that somebody else set stay."""
    how, kind = TAGGED.get(request.type), schema(request.type)
    if how is None:
        return
    wanted, had = kind.tags(request.properties), kind.tags(request.previous or {})
    if how.sealed:
        certificate_tags(request.account, request.region, state.physical_id).update(system_tags(request))
    else:
        wanted |= system_tags(request)
    named = state.attributes[how.attribute] if how.attribute else state.physical_id
    thing = {how.names: named, **how.also, **({"AccountId": request.account} if how.service == "s3control" else {})}
    client = services.client(how.service, request.region, of_aws=True)
    if added := {key: value for key, value in wanted.items() if had.get(key) != value}:
        _call(client, how.add, thing, added)
    if gone := [key for key in had if key not in wanted]:
        _call(client, how.remove, thing, gone)


def _call(client: Any, how: str, thing: Mapping[str, str], tags: dict[str, str] | list[str]) -> None:
    """Tags are a map, a list of Key and Value, or keys in any form."""
    operation, _, parameter = how.partition(".")
    shape = client.meta.service_model.operation_model(operation).input_shape
    if not parameter:
        [parameter] = [name for name in shape.required_members if name not in thing]
    wanted = shape.members[parameter]
    given: Any = tags
    if isinstance(tags, dict) and wanted.type_name == "list":
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
    elif isinstance(tags, list) and isinstance(wanted, ListShape) and isinstance(wanted.member, StructureShape):
        given = [{"Key": key} for key in tags]
    getattr(client, xform_name(operation))(**thing, **{parameter: fit(given, wanted)})
