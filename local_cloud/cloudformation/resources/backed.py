"""Which handler serves which resource type: moto backs a few, and the generic handler serves all others.

The rule: a type is backed only if its behaviour matters to a website: it holds something, refuses to be
deleted, must not exist twice, or keeps a deployment waiting.
"""

from collections.abc import Callable, Mapping

from local_cloud.cloudformation.resources.alarms import Alarm
from local_cloud.cloudformation.resources.base import RANDOM, Properties, Translated
from local_cloud.cloudformation.resources.cloudfront import Distribution, EdgeFunction, OriginAccessControl
from local_cloud.cloudformation.resources.custom import CustomResource
from local_cloud.cloudformation.resources.data import Parameter, Queue, Secret, Table
from local_cloud.cloudformation.resources.dns import Certificate, HostedZone, Records
from local_cloud.cloudformation.resources.function_versions import Alias, LayerVersion, Version
from local_cloud.cloudformation.resources.functions import Function
from local_cloud.cloudformation.resources.generic import Generic
from local_cloud.cloudformation.resources.handlers import Handler, Handlers
from local_cloud.cloudformation.resources.iam import ManagedPolicy, Role, RolePolicy
from local_cloud.cloudformation.resources.s3 import Bucket, BucketPolicy
from local_cloud.cloudformation.resources.signals import HANDLE, WaitConditionHandle
from local_cloud.cloudformation.resources.stores import LogGroup, Repository
from local_cloud.services import Services

# type -> its handler, its service as error texts spell it, the property that names it
BACKED: Mapping[str, tuple[Callable[[Services], Handler], str, str]] = {
    "AWS::CertificateManager::Certificate": (Certificate, "Acm", ""),
    "AWS::CloudWatch::Alarm": (Alarm, "CloudWatch", "AlarmName"),
    "AWS::CloudWatch::CompositeAlarm": (Alarm, "CloudWatch", "AlarmName"),
    "AWS::DynamoDB::Table": (Table, "DynamoDb", "TableName"),
    "AWS::ECR::Repository": (Repository, "Ecr", "RepositoryName"),
    "AWS::IAM::ManagedPolicy": (ManagedPolicy, "Iam", "ManagedPolicyName"),
    "AWS::IAM::Policy": (RolePolicy, "Iam", "PolicyName"),
    "AWS::IAM::Role": (Role, "Iam", "RoleName"),
    "AWS::Lambda::Alias": (Alias, "Lambda", "Name"),
    "AWS::Lambda::Function": (Function, "Lambda", "FunctionName"),
    "AWS::Lambda::LayerVersion": (LayerVersion, "Lambda", "LayerName"),
    "AWS::Lambda::Version": (Version, "Lambda", ""),
    "AWS::Logs::LogGroup": (LogGroup, "CloudWatchLogs", "LogGroupName"),
    "AWS::Route53::HostedZone": (HostedZone, "Route53", "Name"),
    "AWS::Route53::RecordSet": (Records, "Route53", "Name"),
    "AWS::Route53::RecordSetGroup": (Records, "Route53", ""),
    "AWS::S3::Bucket": (Bucket, "S3", "BucketName"),
    "AWS::S3::BucketPolicy": (BucketPolicy, "S3", "Bucket"),
    "AWS::SQS::Queue": (Queue, "Sqs", "QueueName"),
    "AWS::SSM::Parameter": (Parameter, "Ssm", "Name"),
    "AWS::SecretsManager::Secret": (Secret, "SecretsManager", "Name"),
}
CLOUDFRONT: Mapping[str, tuple[Callable[[Services, dict[str, Properties]], Handler], str]] = {
    "AWS::CloudFront::Distribution": (Distribution, ""),
    "AWS::CloudFront::Function": (EdgeFunction, "Name"),
    "AWS::CloudFront::OriginAccessControl": (OriginAccessControl, ""),
}
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def backed(
    services: Services, *, custom: CustomResource | None = None, signals: Callable[[], str] | None = None
) -> Handlers:
    """The website's types by moto; custom resources by functions where something runs them; wait conditions by the URL
    where `signals` arrive."""
    special: dict[str, Handler] = {
        type: Translated(handler(services), services, service, name)
        for type, (handler, service, name) in BACKED.items()
    }
    configs: dict[str, Properties] = {}
    for type, (cloudfront, name) in CLOUDFRONT.items():
        special[type] = Translated(cloudfront(services, configs), services, "CloudFront", name)
    if custom:
        special |= dict.fromkeys(CUSTOM, custom)
    if signals:
        special[HANDLE] = WaitConditionHandle(signals)
    return Handlers(generic=Generic(RANDOM), special=special)
