"""Stacks over real things: in sync when nobody touched them, drifted when somebody did, gone when they are deleted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_cloud import CloudFormation, VirtualClock
from local_cloud.cloudformation.resources import backed
from local_cloud.services import Services
from local_cloud.surroundings import around

TEMPLATE = """
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
      OwnershipControls:
        Rules: [{ObjectOwnership: BucketOwnerEnforced}]
      VersioningConfiguration: {Status: Enabled}
      Tags: [{Key: a, Value: b}]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: !Sub ${Bucket.Arn}/*
            Condition: {Bool: {'aws:SecureTransport': 'false'}}
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: !Sub ${Bucket.Arn}/*
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: until, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      DeletionProtectionEnabled: false
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt Table.Arn}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      MemorySize: 256
      Code: {ZipFile: 'def handler(event, context): ...'}
      Environment: {Variables: {TABLE: !Ref Table}}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: 14}
  Repository:
    Type: AWS::ECR::Repository
    Properties: {ImageTagMutability: IMMUTABLE}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 60}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: !Ref Function}]
      ComparisonOperator: GreaterThanThreshold
      EvaluationPeriods: 1
      Period: 60
      Statistic: Sum
      Threshold: 0
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: '1'}
  Rewrite:
    Type: AWS::CloudFront::Function
    Properties:
      Name: rewrite
      AutoPublish: true
      FunctionCode: function handler(event) { return event.request; }
      FunctionConfig: {Comment: '', Runtime: cloudfront-js-2.0}
  Access:
    Type: AWS::CloudFront::OriginAccessControl
    Properties:
      OriginAccessControlConfig:
        Name: site
        OriginAccessControlOriginType: s3
        SigningBehavior: always
        SigningProtocol: sigv4
  Zone:
    Type: AWS::Route53::HostedZone
    Properties: {Name: example.com}
  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: !Ref Zone
      Name: www.example.com
      Type: A
      TTL: 300
      ResourceRecords: [192.0.2.1]
"""
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


Tags = dict[str, str]


def listed(tags: list[dict[str, str]]) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags}


TAGS_OF: dict[str, Callable[[Services, str], Tags]] = {
    "Bucket": lambda services, id: listed(services.client("s3").get_bucket_tagging(Bucket=id)["TagSet"]),
    "Table": lambda services, id: listed(
        services.client("dynamodb").list_tags_of_resource(
            ResourceArn=f"arn:aws:dynamodb:us-east-1:111111111111:table/{id}"
        )["Tags"]
    ),
    "Role": lambda services, id: listed(services.client("iam").list_role_tags(RoleName=id)["Tags"]),
    "Function": lambda services, id: services.client("lambda").list_tags(
        Resource=f"arn:aws:lambda:us-east-1:111111111111:function:{id}"
    )["Tags"],
    "Logs": lambda services, id: services.client("logs").list_tags_log_group(logGroupName=id)["tags"],
    "Repository": lambda services, id: listed(
        services.client("ecr").list_tags_for_resource(
            resourceArn=f"arn:aws:ecr:us-east-1:111111111111:repository/{id}"
        )["tags"]
    ),
    "Queue": lambda services, id: services.client("sqs").list_queue_tags(QueueUrl=id)["Tags"],
    "Parameter": lambda services, id: listed(
        services.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=id)["TagList"]
    ),
}


class Cloud:
    """An engine over real things, with time at hand."""

    def __init__(self) -> None:
        self.services = Services()
        self.clock = VirtualClock()
        self.engine = CloudFormation(self.clock, handlers=backed(self.services), surroundings=around(self.services))

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call on the stack, and then time enough for anything."""
        answer = self.engine.call(operation, {"StackName": "site", **parameters})
        self.clock.sleep(3600)
        return answer

    def status(self) -> str:
        return str(self.call("DescribeStacks")["Stacks"][0]["StackStatus"])

    def drifts(self) -> dict[str, str]:
        self.call("DetectStackDrift")
        found = self.call("DescribeStackResourceDrifts")["StackResourceDrifts"]
        return {each["LogicalResourceId"]: each["StackResourceDriftStatus"] for each in found}

    def physical_id(self, logical_id: str) -> str:
        found = self.call("DescribeStackResource", LogicalResourceId=logical_id)["StackResourceDetail"]
        return str(found["PhysicalResourceId"])


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    Services().reset()
    cloud = Cloud()
    cloud.call("CreateStack", TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    assert cloud.status() == "CREATE_COMPLETE"
    yield cloud
    Services().reset()


def test_what_nobody_touched_is_in_sync(cloud: Cloud) -> None:
    assert set(cloud.drifts().values()) == {"IN_SYNC"}


def test_the_real_things_have_their_stacks_tags_besides_their_own(cloud: Cloud) -> None:
    def tags(logical_id: str) -> Tags:
        return TAGS_OF[logical_id](cloud.services, cloud.physical_id(logical_id))

    own = {name: {"a": "b"} if name == "Bucket" else {} for name in TAGS_OF}
    for stack_tags in ({"owner": "me", "team": "web"}, {"owner": "you"}):
        wanted = [{"Key": key, "Value": value} for key, value in stack_tags.items()]
        cloud.call("UpdateStack", UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"], Tags=wanted)

        assert cloud.status() == "UPDATE_COMPLETE"
        assert {name: tags(name) for name in TAGS_OF} == {name: {**own[name], **stack_tags} for name in TAGS_OF}
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
