"""Stacks over real things: in sync when nobody touched them, drifted when somebody did, gone when they are deleted."""

import json
from collections.abc import Callable
from typing import Any

from local_cloud.services import Services
from tests.local_cloud.backed_cloud import TEMPLATE, Cloud

Touch = Callable[[Services, str], Any]

TOUCHED: dict[str, tuple[Touch, str]] = {
    "Bucket": (
        lambda services, id: services.client("s3").delete_public_access_block(Bucket=id),
        "MODIFIED",
    ),
    "Policy": (lambda services, id: services.client("s3").delete_bucket_policy(Bucket=id), "DELETED"),
    "Table": (
        lambda services, id: services.client("dynamodb").update_table(TableName=id, DeletionProtectionEnabled=True),
        "MODIFIED",
    ),
    "Role": (
        lambda services, id: services.client("iam").detach_role_policy(
            RoleName=id, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        ),
        "MODIFIED",
    ),
    "Function": (
        lambda services, id: services.client("lambda").update_function_configuration(FunctionName=id, MemorySize=512),
        "MODIFIED",
    ),
    "Logs": (
        lambda services, id: services.client("logs").put_retention_policy(logGroupName=id, retentionInDays=1),
        "MODIFIED",
    ),
    "Repository": (lambda services, id: services.client("ecr").delete_repository(repositoryName=id), "DELETED"),
    "Queue": (
        lambda services, id: services.client("sqs").set_queue_attributes(
            QueueUrl=id, Attributes={"VisibilityTimeout": "5"}
        ),
        "MODIFIED",
    ),
    "Parameter": (
        lambda services, id: services.client("ssm").put_parameter(Name=id, Value="2", Overwrite=True),
        "MODIFIED",
    ),
    "Alarm": (lambda services, id: services.client("cloudwatch").delete_alarms(AlarmNames=[id]), "DELETED"),
    "Rewrite": (
        lambda services, _: services.client("cloudfront").delete_function(Name="rewrite", IfMatch="*"),
        "DELETED",
    ),
}


def test_what_nobody_touched_is_in_sync(cloud: Cloud) -> None:
    assert set(cloud.drifts().values()) == {"IN_SYNC"}


def test_an_alarm_of_the_stack_takes_its_next_update_back(cloud: Cloud) -> None:
    arn = f"arn:aws:cloudwatch:us-east-1:111111111111:alarm:{cloud.physical_id('Alarm')}"
    triggers = {"RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"}]}
    update = {"UsePreviousTemplate": True, "Capabilities": ["CAPABILITY_IAM"], "RollbackConfiguration": triggers}
    set_alarm_state = cloud.services.client("cloudwatch").set_alarm_state

    cloud.call("UpdateStack", **update, Tags=[{"Key": "version", "Value": "1"}])
    assert cloud.status() == "UPDATE_COMPLETE"
    set_alarm_state(AlarmName=cloud.physical_id("Alarm"), StateValue="ALARM", StateReason="errors")
    cloud.call("UpdateStack", **update, Tags=[{"Key": "version", "Value": "2"}])

    assert cloud.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_composite_alarm_takes_updates_back_as_well(cloud: Cloud) -> None:
    composite = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": "ALARM(errors)"}}
    body = json.dumps({"Resources": {"Alarms": composite}})
    cloud.call("CreateStack", StackName="alarms", TemplateBody=body)
    [alarm] = cloud.call("DescribeStackResources", StackName="alarms")["StackResources"]
    arn = f"arn:aws:cloudwatch:us-east-1:111111111111:alarm:{alarm['PhysicalResourceId']}"
    told = {"AlarmName": alarm["PhysicalResourceId"], "StateValue": "ALARM", "StateReason": "errors"}
    cloud.services.client("cloudwatch").set_alarm_state(**told)

    triggers = {"RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::CompositeAlarm"}]}
    update = {"UsePreviousTemplate": True, "Capabilities": ["CAPABILITY_IAM"], "Tags": [{"Key": "k", "Value": "v"}]}
    cloud.call("UpdateStack", **update, RollbackConfiguration=triggers)

    assert cloud.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_what_somebody_touched_has_drifted(cloud: Cloud) -> None:
    for logical_id, (touch, _) in TOUCHED.items():
        touch(cloud.services, cloud.physical_id(logical_id))

    drifts = cloud.drifts()

    assert {name: drifts[name] for name in TOUCHED} == {name: status for name, (_, status) in TOUCHED.items()}


def test_a_deleted_stack_leaves_nothing_real_behind(cloud: Cloud) -> None:
    stack_id = cloud.call("DescribeStacks")["Stacks"][0]["StackId"]
    cloud.call("DeleteStack")

    [stack] = cloud.engine.call("DescribeStacks", {"StackName": stack_id})["Stacks"]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    client = cloud.services.client
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("iam").list_roles()["Roles"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("ecr").describe_repositories()["repositories"] == []
    assert client("sqs").list_queues().get("QueueUrls", []) == []
    assert client("ssm").describe_parameters()["Parameters"] == []
    assert client("cloudfront").list_functions()["FunctionList"].get("Items", []) == []
    assert client("route53").list_hosted_zones()["HostedZones"] == []


def test_an_update_reaches_the_real_things_and_a_failed_one_leaves_them_as_they_were(cloud: Cloud) -> None:
    grown = TEMPLATE.replace("MemorySize: 256", "MemorySize: 512").replace("RetentionInDays: 14", "RetentionInDays: 30")
    cloud.call("UpdateStack", TemplateBody=grown, Capabilities=["CAPABILITY_IAM"])
    assert cloud.status() == "UPDATE_COMPLETE"
    assert memory(cloud) == 512

    broken = grown.replace("MemorySize: 512", "MemorySize: 1024").replace("192.0.2.1", "not an address")
    cloud.engine.faults.add_json({"fault": "fail-resource", "resource": "Record", "on": "update", "reason": "No."})
    cloud.call("UpdateStack", TemplateBody=broken, Capabilities=["CAPABILITY_IAM"])

    assert cloud.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert memory(cloud) == 512
    assert set(cloud.drifts().values()) == {"IN_SYNC"}


def memory(cloud: Cloud) -> int:
    found = cloud.services.client("lambda").get_function(FunctionName=cloud.physical_id("Function"))
    return int(found["Configuration"]["MemorySize"])
