"""The tags of real things: their own, their stack's, and AWS's."""

import json
from collections.abc import Callable

from local_cloud.services import Services
from tests.local_cloud.backed_cloud import Cloud

Tags = dict[str, str]
OWNER = [{"Key": "owner", "Value": "me"}]


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
    "Alarm": lambda services, id: listed(
        services.client("cloudwatch").list_tags_for_resource(
            ResourceARN=f"arn:aws:cloudwatch:us-east-1:111111111111:alarm:{id}"
        )["Tags"]
    ),
    "Secret": lambda services, id: listed(services.client("secretsmanager").describe_secret(SecretId=id)["Tags"]),
    "Certificate": lambda services, id: listed(
        services.client("acm").list_tags_for_certificate(CertificateArn=id)["Tags"]
    ),
    "Zone": lambda services, id: listed(
        services.client("route53").list_tags_for_resource(ResourceType="hostedzone", ResourceId=id)["ResourceTagSet"][
            "Tags"
        ]
    ),
    "Parameter": lambda services, id: listed(
        services.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=id)["TagList"]
    ),
}


def tags_of(cloud: Cloud, logical_id: str, *, of_aws: bool) -> Tags:
    found = TAGS_OF[logical_id](cloud.services, cloud.physical_id(logical_id))
    return {key: value for key, value in found.items() if key.startswith("aws:") is of_aws}


def test_aws_puts_its_own_tags_on_the_types_whose_schemas_say_so(cloud: Cloud) -> None:
    def system(logical_id: str) -> Tags:
        stack = cloud.call("DescribeStacks")["Stacks"][0]
        told = {"stack-name": "site", "stack-id": stack["StackId"], "logical-id": logical_id}
        return {f"aws:cloudformation:{name}": value for name, value in told.items()}

    without = {"Table", "Role", "Queue", "Zone"}
    for stack_tags in ([], OWNER, []):
        if stack_tags != cloud.call("DescribeStacks")["Stacks"][0]["Tags"]:
            cloud.call("UpdateStack", UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"], Tags=stack_tags)
        assert {name: tags_of(cloud, name, of_aws=True) for name in TAGS_OF} == {
            name: {} if name in without else system(name) for name in TAGS_OF
        }


def test_aws_own_tags_are_neither_a_change_nor_drift(cloud: Cloud) -> None:
    named = {"ChangeSetName": "same", "UsePreviousTemplate": True, "Capabilities": ["CAPABILITY_IAM"]}
    cloud.call("CreateChangeSet", **named)

    assert "didn't contain changes" in cloud.call("DescribeChangeSet", ChangeSetName="same")["StatusReason"]
    assert set(cloud.drifts().values()) == {"IN_SYNC"}


def test_an_imported_thing_gets_aws_own_tags(cloud: Cloud) -> None:
    cloud.services.client("s3").create_bucket(Bucket="by-hand")
    named = {"BucketName": "by-hand"}
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": named}
    which = {"ResourceType": bucket["Type"], "LogicalResourceId": "Bucket", "ResourceIdentifier": named}
    imported = {"StackName": "imported", "ChangeSetName": "import"}
    body = json.dumps({"Resources": {"Bucket": bucket}})
    cloud.call("CreateChangeSet", **imported, ChangeSetType="IMPORT", TemplateBody=body, ResourcesToImport=[which])
    cloud.call("ExecuteChangeSet", **imported)

    assert cloud.call("DescribeStacks", StackName="imported")["Stacks"][0]["StackStatus"] == "IMPORT_COMPLETE"
    assert TAGS_OF["Bucket"](cloud.services, "by-hand")["aws:cloudformation:stack-name"] == "imported"


def test_the_real_things_have_their_stacks_tags_besides_their_own(cloud: Cloud) -> None:
    def tags(logical_id: str) -> Tags:
        return tags_of(cloud, logical_id, of_aws=False)

    own = {name: {"a": "b"} if name in ("Bucket", "Certificate") else {} for name in TAGS_OF}
    for stack_tags in ({"owner": "me", "team": "web", "a": "another"}, {"owner": "you"}):
        wanted = [{"Key": key, "Value": value} for key, value in stack_tags.items()]
        cloud.call("UpdateStack", UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"], Tags=wanted)

        assert cloud.status() == "UPDATE_COMPLETE"
        assert {name: tags(name) for name in TAGS_OF} == {name: {**stack_tags, **own[name]} for name in TAGS_OF}
        assert set(cloud.drifts().values()) == {"IN_SYNC"}
