"""AWS's own tags stay whatever a user of the services does; the user's own come and go as ever."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client

from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.reserved_tags import ReservedTags
from local_cloud.services import Services
from tests.local_cloud.handling import made

OWN = {"Key": "owner", "Value": "me"}
MINE = {"Key": "aws:mine", "Value": "no"}


@pytest.fixture
def guarded(services: Services) -> Services:
    services.behind(ReservedTags(services))
    return services


@pytest.fixture
def bucket(guarded: Services, handlers: Handlers) -> str:
    made(handlers, "AWS::S3::Bucket", {"BucketName": "pages"})
    assert len(tags(guarded)) == 3
    return "pages"


def tags(services: Services) -> list[dict[str, str]]:
    found: list[dict[str, str]] = services.client("s3").get_bucket_tagging(Bucket="pages")["TagSet"]
    return found


def test_a_buckets_tags_are_not_set_without_those_of_aws(guarded: Services, bucket: str) -> None:
    before = tags(guarded)

    with pytest.raises(ClientError, match=r"InvalidTag.*System Tags cannot be removed by requester"):
        guarded.client("s3").put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [OWN]})

    assert tags(guarded) == before


def test_a_buckets_tags_are_set_with_those_of_aws_among_them(guarded: Services, bucket: str) -> None:
    s3, system = guarded.client("s3"), tags(guarded)

    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [OWN, *system]})
    assert {tag["Key"] for tag in tags(guarded)} == {"owner", *(tag["Key"] for tag in system)}

    with pytest.raises(ClientError, match="InvalidTag"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [MINE, *system]})


def test_deleting_a_buckets_tags_leaves_those_of_aws(guarded: Services, bucket: str) -> None:
    s3, system = guarded.client("s3"), tags(guarded)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [OWN, *system]})

    s3.delete_bucket_tagging(Bucket=bucket)

    assert tags(guarded) == system


def test_a_bucket_without_tags_of_aws_is_tagged_as_ever(guarded: Services) -> None:
    s3 = guarded.client("s3")
    s3.create_bucket(Bucket="pages")

    s3.put_bucket_tagging(Bucket="pages", Tagging={"TagSet": [OWN]})
    assert tags(guarded) == [OWN]

    s3.put_bucket_tagging(Bucket="pages", Tagging={"TagSet": []})
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        tags(guarded)


def test_tags_of_aws_are_neither_added_nor_removed_by_their_keys(guarded: Services, handlers: Handlers) -> None:
    made(handlers, "AWS::Logs::LogGroup", {"LogGroupName": "site"})
    made(handlers, "AWS::ECR::Repository", {"RepositoryName": "app"})
    logs, ecr = guarded.client("logs"), guarded.client("ecr")
    arn = "arn:aws:ecr:us-east-1:111111111111:repository/app"

    calls: tuple[Callable[[], Any], ...] = (
        lambda: logs.untag_log_group(logGroupName="site", tags=["aws:cloudformation:stack-name"]),
        lambda: logs.tag_log_group(logGroupName="site", tags={"AWS:mine": "no"}),
        lambda: ecr.untag_resource(resourceArn=arn, tagKeys=["owner", "aws:cloudformation:stack-name"]),
        lambda: ecr.tag_resource(resourceArn=arn, tags=[MINE]),
        lambda: guarded.client("lambda").untag_resource(Resource=LAMBDA, TagKeys=["aws:cloudformation:stack-id"]),
        lambda: guarded.client("lambda").tag_resource(Resource=LAMBDA, Tags={"aws:mine": "no"}),
    )
    for call in calls:
        with pytest.raises(ClientError, match="aws: prefixed tag key names are not allowed for external use"):
            call()

    ecr.tag_resource(resourceArn=arn, tags=[OWN])
    ecr.untag_resource(resourceArn=arn, tagKeys=["owner"])
    assert len(ecr.list_tags_for_resource(resourceArn=arn)["tags"]) == 3


def test_an_alarms_tags_of_aws_stay_in_whatever_protocol_it_is_asked(guarded: Services, handlers: Handlers) -> None:
    made(handlers, "AWS::CloudWatch::Alarm", ALARM)
    arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors"
    cloudwatch = guarded.client("cloudwatch")

    def by_form(keys: str) -> str:
        form = f"Action=UntagResource&Version=2010-08-01&ResourceARN={arn}&TagKeys.member.1={keys}"
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/monitoring/aws4_request, ..."}
        content = "application/x-www-form-urlencoded"
        return Client(guarded).post("/", data=form, headers=signed, content_type=content).text

    with pytest.raises(ClientError, match="aws: prefixed tag key names"):
        cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["aws:cloudformation:stack-name"])
    assert "aws: prefixed tag key names" in by_form("aws:cloudformation:stack-name")
    assert "UntagResourceResponse" in by_form("owner")
    assert len(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 3


ALARM = {
    "AlarmName": "errors",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "Errors",
    "Namespace": "AWS/Lambda",
    "Period": 60,
    "Statistic": "Sum",
    "Threshold": 0,
}
LAMBDA = "arn:aws:lambda:us-east-1:111111111111:function:site"
