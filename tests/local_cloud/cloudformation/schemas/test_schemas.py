"""Resource types by AWS's provider schemas: what replaces, what is wrong, what things are called."""

import re
import sys
from random import Random
from subprocess import run
from typing import Any

import pytest

from local_cloud.cloudformation.schemas.provider import Recreation, known, schema, unrecognized
from local_cloud.cloudformation.values import UNKNOWN

PLACE = {"account": "111111111111", "region": "us-east-1"}


def physical_id(type_name: str, logical_id: str = "Thing", stack_name: str = "stack", **properties: Any) -> str:
    return schema(type_name).physical_id(
        stack_name=stack_name, logical_id=logical_id, properties=properties, rng=Random(7), **PLACE
    )


def attributes(type_name: str, **properties: Any) -> dict[str, Any]:
    made = physical_id(type_name, **properties)
    return schema(type_name).attributes(properties, physical_id=made, **PLACE)


def test_reading_a_schema_does_not_import_the_linter() -> None:
    code = "import sys; from local_cloud.cloudformation.schemas.provider import schema; schema('AWS::S3::Bucket')"
    ran = run([sys.executable, "-c", f"{code}; sys.exit('cfnlint' in sys.modules)"], check=False)
    assert ran.returncode == 0


def test_pointers_are_relative_to_the_properties() -> None:
    topic = schema("AWS::SNS::Topic")
    assert topic.create_only == ("TopicName", "FifoTopic")
    assert topic.read_only == topic.primary_identifier == ("TopicArn",)
    assert schema("AWS::Events::Rule").conditional_create_only == ("EventBusName",)
    assert "Tier" in schema("AWS::SSM::Parameter").write_only


@pytest.mark.parametrize(
    ("type_name", "path", "recreation"),
    [
        ("AWS::SNS::Topic", ("TopicName",), Recreation.ALWAYS),
        ("AWS::SNS::Topic", ("DisplayName",), Recreation.NEVER),
        ("AWS::Events::Rule", ("EventBusName",), Recreation.CONDITIONALLY),
        ("AWS::ECR::Repository", ("EncryptionConfiguration", "KmsKey"), Recreation.ALWAYS),
        ("AWS::ECR::Repository", ("EncryptionConfiguration",), Recreation.ALWAYS),
        ("AWS::Lambda::Function", ("Code", "ImageUri"), Recreation.NEVER),
        ("AWS::DynamoDB::Table", ("KeySchema", "0", "AttributeName"), Recreation.ALWAYS),
        ("AWS::DynamoDB::Table", ("AttributeDefinitions",), Recreation.CONDITIONALLY),
        ("AWS::Route53::RecordSet", ("Name",), Recreation.ALWAYS),
        ("AWS::Route53::RecordSet", ("TTL",), Recreation.NEVER),
        ("AWS::CDK::Metadata", ("Analytics",), Recreation.CONDITIONALLY),
        ("Custom::Thing", ("ServiceToken",), Recreation.ALWAYS),
        ("Custom::Thing", ("Anything",), Recreation.CONDITIONALLY),
    ],
)
def test_a_change_recreates(type_name: str, path: tuple[str, ...], recreation: Recreation) -> None:
    assert schema(type_name).recreation(path) is recreation


@pytest.mark.parametrize(
    ("type_name", "properties", "told"),
    [
        ("AWS::SSM::Parameter", {"Value": "x"}, "Property validation failure: [The property {/Type} is required]"),
        (
            "AWS::SSM::Parameter",
            {"Type": "String", "Value": "x", "Foo": 1},
            "Property validation failure: [Encountered unsupported properties in {/}: [Foo]]",
        ),
        (
            "AWS::S3::Bucket",
            {"BuketName": "x"},
            "Properties validation failed for resource Thing with message:\n"
            "#: extraneous key [BuketName] is not permitted",
        ),
        (
            "AWS::Logs::LogGroup",
            {"RetentionInDays": 6, "LogGroupName": ["x"]},
            "Properties validation failed for resource Thing with message:\n"
            "#: 2 schema violations found\n"
            "#/RetentionInDays: failed validation constraint for keyword [enum]\n"
            "#/LogGroupName: expected type: String, found: JSONArray",
        ),
        (
            "AWS::SNS::Topic",
            {"TopicArn": "arn:aws:sns:us-east-1:111111111111:x"},
            "Properties validation failed for resource Thing with message:\n"
            "#: extraneous key [TopicArn] is not permitted",
        ),
        (
            "AWS::S3::Bucket",
            {"BucketEncryption": {}},
            "Properties validation failed for resource Thing with message:\n"
            "#/BucketEncryption: required key [ServerSideEncryptionConfiguration] not found",
        ),
    ],
)
def test_wrong_properties_are_refused_in_cloudformations_words(
    type_name: str, properties: dict[str, Any], told: str
) -> None:
    assert schema(type_name).refusal("Thing", properties) == told


def test_scalars_may_be_written_as_text_and_the_unknown_is_right() -> None:
    given = {"RetentionInDays": "7", "LogGroupName": UNKNOWN}
    assert schema("AWS::Logs::LogGroup").refusal("Thing", given) is None
    assert schema("Custom::Thing").refusal("Thing", {"ServiceToken": "arn", "Any": [{"Thing": 1}]}) is None


def test_scalars_are_coerced_to_the_types_that_the_schema_names() -> None:
    given = {"FunctionName": 5, "Timeout": "30", "Environment": {"Variables": {"PORT": 1}}, "Tags": [{"Key": 1}]}
    assert schema("AWS::Lambda::Function").coerce(given) == {
        "FunctionName": "5",
        "Timeout": 30,
        "Environment": {"Variables": {"PORT": "1"}},
        "Tags": [{"Key": "1"}],
    }


def test_custom_types_are_known_and_modules_and_others_are_not() -> None:
    assert all(map(known, ["Custom::Thing", "AWS::S3::Bucket", "AWS::CloudFormation::Stack"]))
    assert unrecognized(["AWS::S3::Bucket", "AWS::S3::Bukket", "My::Thing::MODULE"]) == [
        "AWS::S3::Bukket",
        "My::Thing::MODULE",
    ]


@pytest.mark.parametrize(
    ("type_name", "properties", "made"),
    [
        ("AWS::S3::Bucket", {"BucketName": "mine"}, r"mine"),
        ("AWS::S3::Bucket", {}, r"stack-thing-[a-z0-9]{12}"),
        ("AWS::DynamoDB::Table", {}, r"stack-Thing-[A-Za-z0-9]{12}"),
        ("AWS::SNS::Topic", {"TopicName": "t"}, r"arn:aws:sns:us-east-1:111111111111:t"),
        ("AWS::SQS::Queue", {"QueueName": "q"}, r"https://sqs.us-east-1.amazonaws.com/111111111111/q"),
        ("AWS::SSM::Parameter", {}, r"CFN-Thing-[A-Za-z0-9]{12}"),
        ("AWS::SSM::Parameter", {"Name": "/a/b"}, r"/a/b"),
        ("AWS::CloudFront::Distribution", {}, r"E[A-Z0-9]{13}"),
        ("AWS::CloudFront::OriginAccessControl", {}, r"E[A-Z0-9]{13}"),
        ("AWS::CloudFront::PublicKey", {}, r"K[A-Z0-9]{13}"),
        ("AWS::CloudFront::KeyGroup", {}, r"[0-9a-f-]{36}"),
        ("AWS::Route53::HostedZone", {"Name": "example.com"}, r"Z[A-Z0-9]{20}"),
        ("AWS::Route53::HealthCheck", {}, r"[0-9a-f-]{36}"),
        ("AWS::WAFv2::WebACL", {"Name": "acl", "Scope": "CLOUDFRONT"}, r"acl\|[0-9a-f-]{36}\|CLOUDFRONT"),
        ("AWS::EC2::EIP", {}, r"203\.0\.113\.1\d\d"),
        ("AWS::StepFunctions::Activity", {}, r"arn:aws:states:us-east-1:111111111111:activity:stack-Thing-\w{12}"),
        ("AWS::MSK::Cluster", {}, r"arn:aws:kafka:us-east-1:111111111111:cluster/stack-Thing-\w{12}"),
        ("AWS::IAM::OIDCProvider", {}, r"arn:aws:iam::111111111111:oidc-provider/stack-Thing-\w{12}"),
        ("AWS::SQS::QueuePolicy", {}, r"stack-Thing-\w{12}"),
        ("AWS::ApiGatewayV2::Api", {}, r"[a-z0-9]{10}"),
        ("AWS::ApiGatewayV2::Stage", {"StageName": "$default"}, r"\$default"),
        ("AWS::Events::Rule", {"Name": "r", "EventBusName": "bus"}, r"bus\|r"),
        (
            "AWS::Lambda::Url",
            {"TargetFunctionArn": "arn:aws:lambda:us-east-1:111111111111:function:f:live"},
            r"arn:aws:lambda:us-east-1:111111111111:function:f:live",
        ),
        (
            "AWS::Lambda::Url",
            {"TargetFunctionArn": "f", "Qualifier": "live"},
            r"arn:aws:lambda:us-east-1:111111111111:function:f:live",
        ),
        ("AWS::Lambda::Version", {"FunctionName": "f"}, r"arn:aws:lambda:us-east-1:111111111111:function:f:\d+"),
        ("AWS::EC2::VPC", {}, r"vpc-[0-9a-f]{17}"),
        ("AWS::IAM::AccessKey", {}, r"AKIA[A-Z0-9]{16}"),
        ("AWS::RDS::DBInstance", {}, r"stack-thing-[a-z0-9]{12}"),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            {"Name": "t"},
            r"arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t/[0-9a-f]{16}",
        ),
        ("Custom::Thing", {}, r"stack-Thing-[A-Za-z0-9]{12}"),
    ],
)
def test_a_resource_is_called(type_name: str, properties: dict[str, Any], made: str) -> None:
    assert re.fullmatch(made, physical_id(type_name, **properties))


def test_long_names_are_shortened_alike_to_the_types_limit() -> None:
    name = physical_id("AWS::IAM::Role", "aLogicalIdOfMoreThanTwentyFive", "a-stack-name-of-more-than-twenty-five")
    assert name.rsplit("-", 1)[0] == "a-stack-name-of-more-than-aLogicalIdOfMoreThanTwent"
    assert len(name) == 64


def test_the_same_random_source_gives_the_same_name() -> None:
    assert physical_id("AWS::S3::Bucket") == physical_id("AWS::S3::Bucket")


def test_attributes_are_the_properties_and_what_aws_would_add() -> None:
    bucket = attributes("AWS::S3::Bucket", BucketName="b")
    assert bucket["Arn"] == "arn:aws:s3:::b"
    assert bucket["RegionalDomainName"] == "b.s3.us-east-1.amazonaws.com"
    assert attributes("AWS::SNS::Topic", DisplayName="d")["DisplayName"] == "d"
    assert attributes("AWS::SNS::Topic")["TopicName"].startswith("stack-Thing-")
    assert attributes("AWS::ApiGatewayV2::Api")["ApiEndpoint"].endswith(".execute-api.us-east-1.amazonaws.com")
    assert attributes("AWS::CloudFront::Distribution")["DomainName"].endswith(".cloudfront.net")
    assert attributes("AWS::Lambda::Function", FunctionName="f")["Arn"].endswith(":function:f")
    assert attributes("AWS::Events::Rule", Name="r")["Arn"] == "arn:aws:events:us-east-1:111111111111:rule/r"
    acl = attributes("AWS::WAFv2::WebACL", Name="acl", Scope="CLOUDFRONT")
    assert acl["Arn"] == f"arn:aws:wafv2:us-east-1:111111111111:global/webacl/acl/{acl['Id']}"


@pytest.mark.parametrize(
    ("type_name", "attribute"),
    [
        ("AWS::EC2::VPC", "VpcId"),
        ("AWS::EC2::SecurityGroup", "GroupId"),
        ("AWS::Cognito::UserPoolClient", "ClientId"),
        ("AWS::Lambda::Version", "FunctionArn"),
        ("AWS::ApiGatewayV2::Integration", "IntegrationId"),
    ],
)
def test_the_id_that_aws_assigns_is_the_attribute_too(type_name: str, attribute: str) -> None:
    assert attributes(type_name)[attribute] == physical_id(type_name)


def test_attributes_stay_the_same_after_an_update() -> None:
    assert attributes("AWS::CloudFront::Distribution") == attributes("AWS::CloudFront::Distribution")


def test_an_attribute_that_the_type_lacks_is_not_supported() -> None:
    topic = schema("AWS::SNS::Topic")
    assert topic.supports_attribute("TopicName")
    assert not topic.supports_attribute("Arn")
    assert schema("AWS::CloudFormation::Stack").supports_attribute("Outputs.Url")
    assert schema("Custom::Thing").supports_attribute("Whatever.It.Says")


def test_ref_is_the_physical_id_and_of_a_record_its_name() -> None:
    assert schema("AWS::SNS::Topic").ref_value({}, "arn") == "arn"
    assert schema("AWS::Route53::RecordSet").ref_value({"Name": "a.example."}, "id") == "a.example."


def test_a_property_of_several_types_has_a_stand_in_of_the_first() -> None:
    condition = schema("AWS::CloudFormation::WaitCondition")
    assert condition.attributes({}, physical_id="c", account="1", region="us-east-1")["Data"] == {}
