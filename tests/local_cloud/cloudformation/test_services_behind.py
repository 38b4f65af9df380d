"""The stack and the services behind it say the same: seen with their own clients, not with CloudFormation."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.services import Services
from local_cloud.surroundings import around
from tests.local_cloud.cloudformation.cfn_account import Account, template

NAME = f"behind-{uuid4().hex[:8]}"
"""moto keeps one world per process; what has another name is not ours."""


def website(value: str, versions: str = "Enabled") -> dict[str, Any]:
    """A bucket, a table, a parameter and a log group; the parameter comes last."""
    table = {
        "TableName": NAME,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    return template(
        Bucket={
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": NAME, "VersioningConfiguration": {"Status": versions}},
        },
        Table={"Type": "AWS::DynamoDB::Table", "Properties": table},
        Logs={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{NAME}"}},
        Value={
            "Type": "AWS::SSM::Parameter",
            "DependsOn": ["Bucket", "Table", "Logs"],
            "Properties": {"Name": f"/{NAME}", "Type": "String", "Value": value},
        },
    )


@pytest.fixture(scope="module")
def services() -> Services:
    return Services()


@pytest.fixture
def account(services: Services) -> Iterator[Account]:
    account = Account(handlers=backed(services), surroundings=around(services))
    account.create(website("one"))
    yield account
    account("DeleteStack", StackName="site")
    account.settle()


def world(services: Services) -> dict[str, Any]:
    """What the services themselves say about what is ours."""
    s3, ssm = services.client("s3"), services.client("ssm")
    parameters = [each["Name"] for each in ssm.describe_parameters()["Parameters"]]
    groups = [each["logGroupName"] for each in services.client("logs").describe_log_groups()["logGroups"]]
    buckets = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    return {
        "buckets": [s3.get_bucket_versioning(Bucket=name)["Status"] for name in buckets if name == NAME],
        "tables": [name for name in services.client("dynamodb").list_tables()["TableNames"] if name == NAME],
        "groups": [name for name in groups if NAME in name],
        "values": [ssm.get_parameter(Name=name)["Parameter"]["Value"] for name in parameters if NAME in name],
    }


def test_a_failed_update_leaves_the_services_as_they_were(account: Account, services: Services) -> None:
    before = world(services)
    assert before["buckets"] == ["Enabled"]
    account.fail(FailResource(resource="Value", on=On.UPDATE))
    account.update(website("two", versions="Suspended"))
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert world(services) == before


def test_deleted_means_gone_from_the_services_too(account: Account, services: Services) -> None:
    account("DeleteStack", StackName="site")
    account.settle()
    assert world(services) == {"buckets": [], "tables": [], "groups": [], "values": []}


def test_a_bucket_with_something_in_it_refuses_to_go_until_it_is_empty(account: Account, services: Services) -> None:
    s3 = services.client("s3")
    version = s3.put_object(Bucket=NAME, Key="index.html", Body=b"hello")["VersionId"]
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.status() == "DELETE_FAILED"
    assert any("not empty" in str(reason) for _, _, reason in account.story())
    s3.delete_object(Bucket=NAME, Key="index.html", VersionId=version)
    stack_id = account.stack()["StackId"]
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.status(stack_id) == "DELETE_COMPLETE"


def test_what_is_changed_or_deleted_in_a_service_is_drift(account: Account, services: Services) -> None:
    services.client("ssm").put_parameter(Name=f"/{NAME}", Value="by hand", Type="String", Overwrite=True)
    services.client("logs").delete_log_group(logGroupName=f"/{NAME}")
    account("DetectStackDrift", StackName="site")
    account.settle()
    drifts = account("DescribeStackResourceDrifts", StackName="site")["StackResourceDrifts"]
    assert {drift["LogicalResourceId"]: drift["StackResourceDriftStatus"] for drift in drifts} == {
        "Bucket": "IN_SYNC",
        "Table": "IN_SYNC",
        "Logs": "DELETED",
        "Value": "MODIFIED",
    }


def test_reverting_drift_changes_the_services_back(account: Account, services: Services) -> None:
    before = world(services)
    services.client("ssm").put_parameter(Name=f"/{NAME}", Value="by hand", Type="String", Overwrite=True)
    services.client("logs").delete_log_group(logGroupName=f"/{NAME}")
    account.execute(account.propose(website("one"), DeploymentMode="REVERT_DRIFT"))
    assert world(services) == before
