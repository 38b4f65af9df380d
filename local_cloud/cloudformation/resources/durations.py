"""How long AWS typically takes for a resource, in seconds: one table, which the engine reads.

The rule: every number has a source. *Measured* ones come from timestamps of recorded us-east-1 stack events (September
2026); *assumed* ones are common experience, and only their order of magnitude means anything.
"""

from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Seconds(NamedTuple):
    create: float
    update: float
    delete: float


MEASURED = {
    "AWS::IAM::Role": Seconds(18, 18, 11),
    "AWS::S3::Bucket": Seconds(14, 14, 1.3),
    "AWS::SNS::Topic": Seconds(1.5, 1.5, 46),
    "AWS::SQS::Queue": Seconds(60, 60, 60),
}

ASSUMED = {
    "AWS::ApiGatewayV2::Api": Seconds(2, 2, 2),
    "AWS::ApiGatewayV2::Stage": Seconds(3, 3, 2),
    "AWS::CertificateManager::Certificate": Seconds(90, 5, 5),
    "AWS::CloudFormation::CustomResource": Seconds(3, 3, 3),
    "AWS::CloudFormation::WaitConditionHandle": Seconds(1, 1, 1),
    "AWS::CloudFront::Distribution": Seconds(200, 180, 240),
    "AWS::CloudFront::Function": Seconds(10, 10, 3),
    "AWS::DynamoDB::Table": Seconds(12, 10, 10),
    "AWS::ECR::Repository": Seconds(2, 2, 2),
    "AWS::IAM::ManagedPolicy": Seconds(15, 10, 3),
    "AWS::IAM::Policy": Seconds(16, 10, 3),
    "AWS::Lambda::Function": Seconds(8, 8, 4),
    "AWS::RDS::DBInstance": Seconds(480, 300, 300),
    "AWS::Route53::HostedZone": Seconds(40, 5, 40),
    "AWS::Route53::RecordSet": Seconds(35, 35, 35),
    "AWS::SSM::Parameter": Seconds(2, 2, 2),
}

OTHERWISE = Seconds(3, 3, 3)


def typical_seconds(type: str, action: Action) -> float:
    """AWS's typical seconds for an action on a resource type; three for a type nobody has timed."""
    seconds = MEASURED.get(type) or ASSUMED.get(type) or OTHERWISE
    return float(getattr(seconds, action))
