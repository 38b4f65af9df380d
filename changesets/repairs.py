"""What a rollback needs and somebody deleted: found by asking its service, made again by the service's own calls.

The rule: only what the stack itself owns is made again, under its own name and with the properties that CloudFormation
last gave it (ResourceProperties of its newest event), so nothing is lost, widened or left behind. "Gone" means that the
service just said so. What else the resource had, the continued rollback and a drift-reverting change set put back.

Source: user guide, "Troubleshooting CloudFormation", UPDATE_ROLLBACK_FAILED: a resource that was deleted outside of
CloudFormation is to be made again with the same name and properties.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from changesets.contents import Ask
from changesets.errors import ChangeSetsError, Refused
from changesets.mending import Repair
from changesets.models import Resource

Properties = Mapping[str, Any]
Call = tuple[str, dict[str, Any]]  # operation and arguments


class Door(Protocol):
    """What looking for causes needs of the gateway."""

    def resources(self, stack_id: str, /) -> tuple[Resource, ...]: ...

    def properties(
        self, stack_id: str, names: Iterable[str], /, *, settled: bool = False
    ) -> Mapping[str, Properties]: ...

    def ask(self, service: str, operation: str, **arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Lost:
    """A resource of the stack that is gone. `properties` have every scalar as text, as events show them."""

    resource: Resource
    properties: Properties
    region: str

    @property
    def name(self) -> str:
        return self.resource.physical_id


def _bucket(lost: Lost) -> Iterator[Call]:
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": lost.region}}
    yield "CreateBucket", {"Bucket": lost.name, **(elsewhere if lost.region != "us-east-1" else {})}


def _bucket_policy(lost: Lost) -> Iterator[Call]:
    yield "PutBucketPolicy", {"Bucket": _policed(lost), "Policy": json.dumps(lost.properties["PolicyDocument"])}


def _policed(lost: Lost) -> str:
    """The bucket: policies made years ago have an id of their own."""
    return str(lost.properties.get("Bucket", lost.name))


def _role(lost: Lost) -> Iterator[Call]:
    told = lost.properties
    optional = {key: told[key] for key in ("Path", "Description", "PermissionsBoundary") if key in told}
    trust = json.dumps(told["AssumeRolePolicyDocument"])
    yield "CreateRole", {"RoleName": lost.name, "AssumeRolePolicyDocument": trust, **optional}
    for policy in told.get("Policies", ()):
        document = {"PolicyName": policy["PolicyName"], "PolicyDocument": json.dumps(policy["PolicyDocument"])}
        yield "PutRolePolicy", {"RoleName": lost.name, **document}
    for arn in told.get("ManagedPolicyArns", ()):
        yield "AttachRolePolicy", {"RoleName": lost.name, "PolicyArn": arn}


def _log_group(lost: Lost) -> Iterator[Call]:
    yield "CreateLogGroup", {"logGroupName": lost.name}
    if days := lost.properties.get("RetentionInDays"):
        yield "PutRetentionPolicy", {"logGroupName": lost.name, "retentionInDays": int(days)}


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type is looked for, what its service answers when it is gone, and what makes it again."""

    service: str
    look: str
    named: str
    gone: tuple[str, ...]
    make: Callable[[Lost], Iterable[Call]]
    name: Callable[[Lost], str] = lambda lost: lost.name


KINDS: dict[str, Kind] = {  # in the order in which they need one another
    "AWS::S3::Bucket": Kind("s3", "HeadBucket", "Bucket", ("404", "NoSuchBucket"), _bucket),
    "AWS::S3::BucketPolicy": Kind(
        "s3", "GetBucketPolicy", "Bucket", ("NoSuchBucketPolicy", "NoSuchBucket"), _bucket_policy, _policed
    ),
    "AWS::IAM::Role": Kind("iam", "GetRole", "RoleName", ("NoSuchEntity",), _role),
    "AWS::Logs::LogGroup": Kind(
        "logs", "DescribeLogStreams", "logGroupName", ("ResourceNotFoundException",), _log_group
    ),
}


def lost(door: Door, stack_id: str) -> tuple[Lost, ...]:
    """The stack's resources that somebody deleted, of the types that can be made again under their names."""
    sought = {
        each.logical_id: each
        for each in door.resources(stack_id)
        if each.physical_id and each.type in KINDS and each.status != "DELETE_COMPLETE"
    }
    region = stack_id.split(":")[3]
    told = door.properties(stack_id, sought.keys())
    found = (Lost(sought[name], properties, region) for name, properties in told.items())
    return tuple(each for each in found if _is_gone(door.ask, each))


def _is_gone(ask: Ask, lost: Lost) -> bool:
    """Does the service say so? What it says instead (no permission, no answer) is no proof."""
    kind = KINDS[lost.resource.type]
    try:
        ask(kind.service, kind.look, **{kind.named: kind.name(lost)})
    except ChangeSetsError as error:
        return isinstance(error, Refused) and error.code in kind.gone
    return False


def steps(every: Iterable[Lost]) -> tuple[Repair, ...]:
    """The calls that make them again, in the order in which they need one another."""
    order = list(KINDS)
    return tuple(
        Repair(
            service=KINDS[lost.resource.type].service,
            operation=operation,
            arguments=arguments,
            logical_id=lost.resource.logical_id,
            why=f"the rollback needs it and it was deleted; makes it again as it was: {lost.name}",
        )
        for lost in sorted(every, key=lambda lost: order.index(lost.resource.type))
        for operation, arguments in KINDS[lost.resource.type].make(lost)
    )
