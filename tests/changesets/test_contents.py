"""Empty means that the service says so; emptying takes versions and delete markers too."""

from collections.abc import Callable

import pytest

from changesets.steps import Empty
from tests.changesets.cloud import SERVICES, Cloud
from tests.changesets.values import resource


def bucket() -> str:
    SERVICES.client("s3").create_bucket(Bucket="bucket-b")
    versioning = {"Status": "Enabled"}
    SERVICES.client("s3").put_bucket_versioning(Bucket="bucket-b", VersioningConfiguration=versioning)
    return "AWS::S3::Bucket"


def table() -> str:
    SERVICES.client("dynamodb").create_table(
        TableName="bucket-b",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "AWS::DynamoDB::Table"


def repository() -> str:
    SERVICES.client("ecr").create_repository(repositoryName="bucket-b")
    return "AWS::ECR::Repository"


def log_group() -> str:
    SERVICES.client("logs").create_log_group(logGroupName="bucket-b")
    return "AWS::Logs::LogGroup"


FILLED: dict[Callable[[], str], Callable[[], object]] = {
    bucket: lambda: SERVICES.client("s3").put_object(Bucket="bucket-b", Key="k", Body=b"x"),
    table: lambda: SERVICES.client("dynamodb").put_item(TableName="bucket-b", Item={"id": {"S": "x"}}),
    repository: lambda: SERVICES.client("ecr").put_image(
        repositoryName="bucket-b",
        imageManifest='{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}',
        imageTag="t",
    ),
    log_group: lambda: SERVICES.client("logs").create_log_stream(logGroupName="bucket-b", logStreamName="s"),
}


@pytest.mark.parametrize("make", FILLED, ids=lambda make: make.__name__)
def test_what_holds_something_is_not_empty(make: Callable[[], str]) -> None:
    cloud = Cloud(real=True)
    held = resource("Bucket-b", make())
    assert cloud.gateway.is_empty(held)
    FILLED[make]()
    assert not cloud.gateway.is_empty(held)


def test_what_nobody_can_look_into_is_not_proven_empty() -> None:
    cloud = Cloud(real=True)
    assert not cloud.gateway.is_empty(resource("B", "AWS::Cognito::UserPool"))
    assert not cloud.gateway.is_empty(resource("Missing", "AWS::S3::Bucket"))


@pytest.mark.parametrize("make", [bucket, repository], ids=lambda make: make.__name__)
def test_emptying_takes_everything(make: Callable[[], str]) -> None:
    cloud = Cloud(real=True)
    full = resource("Bucket-b", make())
    FILLED[make]()
    if make is bucket:
        FILLED[make]()
        SERVICES.client("s3").delete_object(Bucket="bucket-b", Key="k")
    cloud.gateway.perform(Empty(resource=full, why="it is to be deleted"))
    assert cloud.gateway.is_empty(full)


def test_emptying_what_is_gone_is_done() -> None:
    Cloud(real=True).gateway.perform(Empty(resource=resource("B", "AWS::S3::Bucket"), why="it is to be deleted"))
