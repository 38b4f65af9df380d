"""Pre-deployment validation of a change set; DescribeEvents reports the findings.

The rule: it only looks. As documented, it fails on properties that break the provider schema and on names that are
taken, and warns of a bucket or repository that is full when it is to be deleted. It leaves out the types that AWS does.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from local_cloud.cloudformation.changes.diff import Side
from local_cloud.cloudformation.model import ChangeSet, Finding, Stack
from local_cloud.cloudformation.operations.owners import exists
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.loading import resolve
from local_cloud.cloudformation.template.model import ResolvedResource
from local_cloud.cloudformation.values import Unknown, is_true
from local_cloud.cloudformation.world import World

PROPERTIES, EXISTENCE, EMPTINESS = "PROPERTY_VALIDATION", "NAME_CONFLICT_VALIDATION", "BUCKET_EMPTINESS_VALIDATION"
READINESS = "ECR_DELETE_READINESS_VALIDATION"  # assumed
HOOKS = {
    PROPERTIES: "AWS::EarlyValidation::PropertyValidation",
    EXISTENCE: "AWS::EarlyValidation::ResourceExistenceCheck",
}
"""By what name a change set's StatusReason calls a validation that failed."""
FULL = {
    "AWS::S3::Bucket": (
        EMPTINESS,
        "The bucket '{id}' is not empty. You must either delete all objects and versions or use the deletion policy to "
        "retain it, otherwise the delete operation will fail.",
    ),
    "AWS::ECR::Repository": (
        READINESS,
        "The repository '{id}' still contains images. You must either delete all images or use the deletion policy to "
        "retain it, otherwise the delete operation will fail.",  # assumed
    ),
}
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
    """What validation finds about the resources that a change set adds, changes or deletes."""
    resolved = resolve(after.template, after.environment, after.lookup).resources
    for change in change_set.changes:
        resource = change["ResourceChange"]
        desired = resolved.get(resource["LogicalResourceId"])
        tell = partial(_finding, world, change_set, resource)
        if desired is not None and resource["Action"] in ("Add", "Modify"):
            yield from (tell(*found) for found in _wrong(world, stack, desired, added=resource["Action"] == "Add"))
        elif _loses(world, stack, resource):
            name, text = FULL[resource["ResourceType"]]
            yield tell(name, text.format(id=resource["PhysicalResourceId"]), mode="WARN")


def _wrong(world: World, stack: Stack, desired: ResolvedResource, *, added: bool) -> Iterator[tuple[str, str]]:
    for problem in schema(desired.type).validate(schema(desired.type).coerce(desired.properties)):
        yield PROPERTIES, problem
    if added and desired.type not in NOT_CHECKED and existing_id(world, stack, desired):
        yield EXISTENCE, f"Resource of type '{desired.type}' with identifier '{_identity(desired)}' already exists."


def _loses(world: World, stack: Stack, resource: Mapping[str, Any]) -> bool:
    """Whether the change deletes something that cannot be deleted while it is full."""
    if resource["ResourceType"] not in FULL or resource.get("PolicyAction") != "Delete":
        return False
    live = stack.resources[resource["LogicalResourceId"]]
    emptied = is_true(live.properties.get("EmptyOnDelete"))
    return not emptied and world.surroundings.holds(stack.region, live.type, live.physical_id)


def existing_id(world: World, stack: Stack, desired: ResolvedResource) -> str | None:
    """The physical id of an existing resource that has the identifier given in the template, or None."""
    identity = _identity(desired)
    if identity is None:
        return None
    return identity if exists(world, stack, desired, identity) else None


def identifier_text(desired: ResolvedResource) -> str:
    """`BucketName=the-name`."""
    return ", ".join(f"{key}={desired.properties[key]}" for key in schema(desired.type).primary_identifier)


def _identity(desired: ResolvedResource) -> str | None:
    """The primary identifier, if the template gives all of it."""
    parts: list[Any] = [desired.properties.get(key) for key in schema(desired.type).primary_identifier]
    return "|".join(parts) if parts and all(_known(part) for part in parts) else None


def _known(part: Any) -> bool:
    return isinstance(part, str) and not isinstance(part, Unknown)


def _finding(
    world: World, change_set: ChangeSet, resource: Mapping[str, Any], name: str, reason: str, *, mode: str = "FAIL"
) -> Finding:
    pointer = reason.split(":", 1)[0].removeprefix("#") if name == PROPERTIES else ""
    return Finding(
        id=str(uuid4()),
        operation_id=change_set.operation_id,
        timestamp=world.schedule.now,
        logical_id=resource["LogicalResourceId"],
        physical_id=resource.get("PhysicalResourceId", ""),
        type=resource["ResourceType"],
        name=name,
        mode=mode,
        reason=reason,
        path=f"/Resources/{resource['LogicalResourceId']}" + (f"/Properties{pointer}" if mode == "FAIL" else ""),
    )
