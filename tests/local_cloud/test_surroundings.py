"""Dynamic references and SSM parameters reach the same services as every client."""

import pytest

from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.services import Services
from local_cloud.surroundings import around


def test_a_parameter_is_read_in_the_stacks_region(services: Services) -> None:
    services.client("ssm", "eu-west-1").put_parameter(Name="/site/image", Value="v", Type="String")

    assert around(services).ssm("eu-west-1", "/site/image") == "v"
    assert around(services).ssm("us-east-1", "/site/image") is None


@pytest.mark.parametrize(
    ("key", "value"), [("db", '{"user": "me"}'), ("db:SecretString:user", "me"), ("db:SecretString:user::", "me")]
)
def test_a_secret_is_read_whole_or_by_key(services: Services, key: str, value: str) -> None:
    services.client("secretsmanager").create_secret(Name="db", SecretString='{"user": "me"}')

    assert around(services).dynamic("us-east-1", "secretsmanager", key) == value


@pytest.mark.parametrize(
    ("service", "key", "text"),
    [
        ("ssm", "/none:1", r"Parameters: \[ssm:/none:1\] cannot be found\."),
        ("secretsmanager", "none", "Secrets Manager can't find the specified secret."),
        ("vault", "x", "Dynamic references to this service are not supported: vault"),
    ],
)
def test_what_is_not_there_is_refused(services: Services, service: str, key: str, text: str) -> None:
    with pytest.raises(TemplateError, match=text):
        around(services).dynamic("us-east-1", service, key)


def test_a_bucket_holds_something_while_an_old_version_is_left(services: Services) -> None:
    s3, holds = services.client("s3", "us-east-1"), around(services).holds
    s3.create_bucket(Bucket="uploads")
    s3.put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": "Enabled"})
    assert not holds("us-east-1", "AWS::S3::Bucket", "uploads")

    s3.put_object(Bucket="uploads", Key="a", Body=b"1")
    s3.delete_object(Bucket="uploads", Key="a")
    assert holds("us-east-1", "AWS::S3::Bucket", "uploads")


def test_what_is_gone_holds_nothing(services: Services) -> None:
    assert not around(services).holds("us-east-1", "AWS::ECR::Repository", "none")
