"""Pre-deployment validation of a change set, told by DescribeEvents.

Rule: it looks, and changes nothing. What fails is what AWS documents: properties that break the provider schema, names
that are taken; what warns is a bucket that a deletion would find full. Types that AWS leaves out are left out here.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from local_cloud.cloudformation.diff import Side
from local_cloud.cloudformation.handlers import HandlerError, Request
from local_cloud.cloudformation.model import ChangeSet, Finding, Stack
from local_cloud.cloudformation.schemas import schema
from local_cloud.cloudformation.template import ResolvedResource, Unknown, resolve
from local_cloud.cloudformation.world import World

PROPERTIES = "AWS::EarlyValidation::PropertyValidation"
EXISTENCE = "AWS::EarlyValidation::ResourceExistenceCheck"
NOT_CHECKED = frozenset(
    {
        "AWS::ACM::Certificate",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudFormation::Stack",
        "AWS::ECR::Repository",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Logs::LogGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Topic",
        "AWS::WAFv2::WebACL",
    }
)
"""Types whose names are not checked before the deployment (user guide, 2026)."""


def findings(world: World, stack: Stack, change_set: ChangeSet, after: Side) -> Iterator[Finding]:
    """What validation has to say about the resources that a change set adds or changes."""
    resolved = resolve(after.template, after.environment, after.lookup).resources
    for change in change_set.changes:
        resource = change["ResourceChange"]
        desired = resolved.get(resource["LogicalResourceId"])
        if desired is None or resource["Action"] not in ("Add", "Modify"):
            continue
        for problem in schema(desired.type).validate(schema(desired.type).coerce(desired.properties)):
            yield _finding(world, change_set, desired, PROPERTIES, problem)
        if resource["Action"] == "Add" and desired.type not in NOT_CHECKED and existing_id(world, stack, desired):
            text = f"Resource of type '{desired.type}' with identifier '{_identity(desired)}' already exists."
            yield _finding(world, change_set, desired, EXISTENCE, text)


def existing_id(world: World, stack: Stack, desired: ResolvedResource) -> str | None:
    """The physical id of a thing that already has the identifier which the template gives, or None."""
    identity = _identity(desired)
    if identity is None:
        return None
    request = Request(
        type=desired.type, logical_id=desired.logical_id, properties=desired.properties, physical_id=identity,
        stack_name=stack.name, stack_id=stack.id, account=world.account, region=stack.region, token=str(uuid4()),
    )  # fmt: skip
    try:
        found = world.handlers.handler(desired.type).read(request)
    except HandlerError:
        return None
    return None if found is None else identity


def identifier_text(desired: ResolvedResource) -> str:
    """`BucketName=the-name`."""
    return ", ".join(f"{key}={desired.properties[key]}" for key in schema(desired.type).primary_identifier)


def _identity(desired: ResolvedResource) -> str | None:
    """The primary identifier, if the template gives all of it."""
    parts: list[Any] = [desired.properties.get(key) for key in schema(desired.type).primary_identifier]
    return "|".join(parts) if parts and all(_known(part) for part in parts) else None


def _known(part: Any) -> bool:
    return isinstance(part, str) and not isinstance(part, Unknown)


def _finding(world: World, change_set: ChangeSet, desired: ResolvedResource, name: str, reason: str) -> Finding:
    pointer = reason.split(":", 1)[0].removeprefix("#") if reason.startswith("#") else ""
    return Finding(
        id=str(uuid4()),
        operation_id=change_set.operation_id,
        timestamp=world.schedule.now,
        logical_id=desired.logical_id,
        physical_id="",
        type=desired.type,
        name=name,
        mode="FAIL",
        reason=reason,
        path=f"/Resources/{desired.logical_id}/Properties{pointer}",
    )
