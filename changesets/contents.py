"""What buckets, tables, repositories and log groups hold: whether they are proven empty, and how to empty them.

The rule: "empty" means that the service itself has just said so, versions and delete markers included. `ask` is the
gateway's way to call other services: ask(service, operation, **arguments) -> boto3's answer.
"""

from collections.abc import Callable
from typing import Any

from changesets.errors import Refused
from changesets.models import Resource

Ask = Callable[..., Any]


def _bucket_is_empty(ask: Ask, name: str) -> bool:
    answer = ask("s3", "ListObjectVersions", Bucket=name, MaxKeys=1)
    return not answer.get("Versions") and not answer.get("DeleteMarkers")


def _table_is_empty(ask: Ask, name: str) -> bool:
    return bool(ask("dynamodb", "Scan", TableName=name, Limit=1)["Count"] == 0)


def _repository_is_empty(ask: Ask, name: str) -> bool:
    return not ask("ecr", "ListImages", repositoryName=name, maxResults=1)["imageIds"]


def _log_group_is_empty(ask: Ask, name: str) -> bool:
    return not ask("logs", "DescribeLogStreams", logGroupName=name, limit=1)["logStreams"]


GONE = ("NoSuchBucket", "ResourceNotFoundException", "RepositoryNotFoundException")
_PROBES: dict[str, Callable[[Ask, str], bool]] = {
    "AWS::S3::Bucket": _bucket_is_empty,
    "AWS::DynamoDB::Table": _table_is_empty,
    "AWS::ECR::Repository": _repository_is_empty,
    "AWS::Logs::LogGroup": _log_group_is_empty,
}


def is_proven_empty(ask: Ask, resource: Resource) -> bool:
    """False also for types that cannot be inspected."""
    probe = _PROBES.get(resource.type)
    return probe is not None and probe(ask, resource.physical_id)


def _empty_bucket(ask: Ask, name: str) -> None:
    while True:
        page = ask("s3", "ListObjectVersions", Bucket=name, MaxKeys=1000)
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not found:
            return
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        ask("s3", "DeleteObjects", Bucket=name, Delete={"Objects": keys, "Quiet": True})


def _empty_repository(ask: Ask, name: str) -> None:
    while images := ask("ecr", "ListImages", repositoryName=name, maxResults=100)["imageIds"]:
        ask("ecr", "BatchDeleteImage", repositoryName=name, imageIds=images)


_EMPTIERS: dict[str, Callable[[Ask, str], None]] = {
    "AWS::S3::Bucket": _empty_bucket,
    "AWS::ECR::Repository": _empty_repository,
}


def empty(ask: Ask, resource: Resource) -> None:
    """Delete everything in it; the type is one of kinds.EMPTIABLE. A resource that is gone counts as empty."""
    try:
        _EMPTIERS[resource.type](ask, resource.physical_id)
    except Refused as error:
        if error.code not in ("NoSuchBucket", "RepositoryNotFoundException"):
            raise
