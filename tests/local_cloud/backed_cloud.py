"""A stack over real things, with time at hand."""

from typing import Any

from local_cloud import CloudFormation, VirtualClock
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.services import Services
from local_cloud.surroundings import around
from tests.local_cloud.cloudformation.shapes import misfits

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
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {SecretString: '1'}
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties: {DomainName: example.com, Tags: [{Key: a, Value: b}]}
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


class Cloud:
    """An engine over real things, with time at hand."""

    def __init__(self) -> None:
        self.services = Services()
        self.clock = VirtualClock()
        self.engine = CloudFormation(self.clock, handlers=backed(self.services), surroundings=around(self.services))

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call on the stack, and then time enough for anything."""
        answer = self.engine.call(operation, {"StackName": "site", **parameters})
        assert misfits(operation, answer) == []
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
