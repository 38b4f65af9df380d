"""Given a served local cloud, boto3's own paginators and waiters work on it as they do on AWS."""

import pytest
from botocore.exceptions import WaiterError

from tests.scenarios.real_clients import Served

MANY = "Resources:\n" + "".join(f"  Topic{n}:\n    Type: AWS::SNS::Topic\n" for n in range(60))
FEW = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: {}\n"
SOON = {"Delay": 0, "MaxAttempts": 1000}


def test_paginators_see_every_page(served: Served) -> None:
    cloudformation = served.client("cloudformation")
    cloudformation.create_stack(StackName="site", TemplateBody=MANY)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig=SOON)

    events = list(
        cloudformation.get_paginator("describe_stack_events").paginate(StackName="site").search("StackEvents")
    )
    resources = cloudformation.get_paginator("list_stack_resources").paginate(StackName="site")

    assert len({event["EventId"] for event in events}) == len(events) > 180
    assert len(list(resources.search("StackResourceSummaries"))) == 60


def test_waiters_follow_a_stack_through_its_life(served: Served) -> None:
    cloudformation = served.client("cloudformation")

    made = cloudformation.create_stack(StackName="site", TemplateBody=FEW.format("one"))
    cloudformation.get_waiter("stack_exists").wait(StackName="site", WaiterConfig=SOON)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig=SOON)
    cloudformation.update_stack(StackName="site", TemplateBody=FEW.format("two"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName="site", WaiterConfig=SOON)
    cloudformation.delete_stack(StackName="site")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=made["StackId"], WaiterConfig=SOON)

    [stack] = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"]
    assert stack["StackStatus"] == "DELETE_COMPLETE"


def test_waiters_follow_a_rollback_and_an_import(served: Served) -> None:
    cloudformation = served.client("cloudformation")
    cloudformation.create_stack(StackName="site", TemplateBody=FEW.format("one"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig=SOON)

    served.fault(fault="fail-resource", resource="Topic", on="update", reason="No.")
    cloudformation.update_stack(StackName="site", TemplateBody=FEW.format("two"))
    cloudformation.get_waiter("stack_rollback_complete").wait(StackName="site", WaiterConfig=SOON)

    served.client("s3").create_bucket(Bucket="mine-already")
    bucket = (
        "  Bucket:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n    Properties: {BucketName: mine-already}\n"
    )
    cloudformation.create_change_set(
        StackName="site",
        ChangeSetName="take-over",
        ChangeSetType="IMPORT",
        TemplateBody=FEW.format("one") + bucket,
        ResourcesToImport=[
            {
                "ResourceType": "AWS::S3::Bucket",
                "LogicalResourceId": "Bucket",
                "ResourceIdentifier": {"BucketName": "mine-already"},
            }
        ],
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        StackName="site", ChangeSetName="take-over", WaiterConfig=SOON
    )
    cloudformation.execute_change_set(StackName="site", ChangeSetName="take-over")
    cloudformation.get_waiter("stack_import_complete").wait(StackName="site", WaiterConfig=SOON)


def test_a_waiter_for_an_empty_change_set_fails_as_it_does_on_aws(served: Served) -> None:
    cloudformation = served.client("cloudformation")
    cloudformation.create_stack(StackName="site", TemplateBody=FEW.format("one"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig=SOON)

    cloudformation.create_change_set(StackName="site", ChangeSetName="none", TemplateBody=FEW.format("one"))

    with pytest.raises(WaiterError, match="FAILED"):
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName="site", ChangeSetName="none", WaiterConfig=SOON
        )


def test_a_failed_create_ends_its_waiter(served: Served) -> None:
    cloudformation = served.client("cloudformation")
    served.client("s3").create_bucket(Bucket="taken")
    bucket = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: taken\n"

    cloudformation.create_stack(StackName="site", TemplateBody=bucket)

    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig=SOON)
    [failed] = [
        event["ResourceStatusReason"]
        for event in cloudformation.describe_stack_events(StackName="site")["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert failed == "taken already exists"
