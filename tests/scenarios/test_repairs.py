"""A rollback that fails because something is gone: made again, or skipped with consent and made to agree again."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

import changesets
from changesets import Allowed, CloudFormation, Deployed, Noticed, Recovered, RolledBack, StackEvent, Stuck
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.container_images import ImageName, put
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, Cloud, ending_with_another, put_item, template

NO_ONE = Allowed()
REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/site"
OLD, NEW, NEWEST = (f"{REPOSITORY}@sha256:{64 * digit}" for digit in "abc")


def allow(action: str, resource: Any, **principal: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **principal}
    return {"Version": "2012-10-17", "Statement": [{key: each for key, each in statement.items() if each}]}


def site(edition: int, image: str) -> dict[str, Any]:
    """A website's parts; what changes between its editions makes nothing weaker, so no consent is needed."""
    mine = {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}
    return {
        "Bucket": {
            **BUCKET,
            "Properties": {"VersioningConfiguration": {"Status": ("Suspended", "Enabled")[edition - 1]}},
        },
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": allow("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/*"}, **mine),
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Description": f"edition {edition}",
                "AssumeRolePolicyDocument": allow(
                    "sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"}
                ),
                "Policies": [{"PolicyName": "read", "PolicyDocument": allow("s3:GetObject", "*")}],
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            },
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": (14, 30)[edition - 1]}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "PackageType": "Image",
                "Code": {"ImageUri": image},
                "Role": {"Fn::GetAtt": "Role.Arn"},
            },
        },
        "Table": TABLE,
    }


def deployed() -> Cloud:
    cloud = Cloud(real=True)
    SERVICES.client("ecr").create_repository(repositoryName="site")
    for uri in (OLD, NEW, NEWEST):
        name = ImageName.parse(uri)
        assert name
        put(SERVICES, name)
    outcome = cloud.apply(template(**site(1, OLD)))
    assert isinstance(outcome, Deployed), outcome
    put_item(cloud.physical_id("Table"))
    return cloud


def roll_back(
    cloud: Cloud,
    behind_the_back: Callable[[Cloud], object],
    consent: Any = NO_ONE,
    *,
    wanted: Mapping[str, Any] | None = None,
    push_again: Any = None,
) -> changesets.Outcome:
    """An update whose last resource fails; what is done behind the back happens just before the rollback."""
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
    told = []
    for event in cloud.applying(ending_with_another(wanted or site(2, NEW)), consent=consent, push_again=push_again):
        told.append(event)
        if isinstance(event, StackEvent) and (event.logical_id, event.status) == ("Last", "CREATE_FAILED"):
            behind_the_back(cloud)
    return cloud.run(iter(told))


# ---- what is gone and can be made again under its own name ----


def delete_bucket(cloud: Cloud) -> None:
    SERVICES.client("s3").delete_bucket(Bucket=cloud.physical_id("Bucket"))


def delete_role(cloud: Cloud) -> None:
    client, name = SERVICES.client("iam"), cloud.physical_id("Role")
    client.delete_role_policy(RoleName=name, PolicyName="read")
    for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    client.delete_role(RoleName=name)


def delete_log_group(cloud: Cloud) -> None:
    SERVICES.client("logs").delete_log_group(logGroupName=cloud.physical_id("Logs"))


def bucket_is_back(name: str) -> None:
    client = SERVICES.client("s3")
    assert client.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    (statement,) = json.loads(client.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert statement["Resource"] == f"arn:aws:s3:::{name}/*"


def role_is_back(name: str) -> None:
    client = SERVICES.client("iam")
    assert client.get_role(RoleName=name)["Role"]["Description"] == "edition 1"
    assert client.list_role_policies(RoleName=name)["PolicyNames"] == ["read"]
    assert len(client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]) == 1


def log_group_is_back(name: str) -> None:
    (group,) = SERVICES.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["retentionInDays"] == 14


@pytest.mark.parametrize(
    ("logical_id", "lose", "is_back"),
    [
        ("Bucket", delete_bucket, bucket_is_back),
        ("Role", delete_role, role_is_back),
        ("Logs", delete_log_group, log_group_is_back),
    ],
    ids=["bucket", "role", "log group"],
)
def test_what_was_deleted_behind_the_back_is_made_again_unasked(
    logical_id: str, lose: Callable[[Cloud], None], is_back: Callable[[str], None]
) -> None:
    cloud = deployed()
    name = cloud.physical_id(logical_id)
    outcome = roll_back(cloud, lose)
    assert isinstance(outcome, RolledBack), outcome
    assert outcome.diagnosis.cause == "No room"
    assert not any(plan.hazards for plan in cloud.plans)
    assert cloud.status in ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE")
    assert cloud.physical_id(logical_id) == name
    is_back(name)
    assert SERVICES.client("dynamodb").scan(TableName=cloud.physical_id("Table"))["Count"] == 1
    assert isinstance(cloud.apply(template(**site(2, NEW)), consent=NO_ONE), Deployed)


def test_a_role_that_the_caller_may_not_make_again_is_skipped_only_with_consent() -> None:
    cloud = deployed()

    def clients(service: str) -> Any:
        client = SERVICES.client(service)
        client.meta.events.register("before-parameter-build.iam.CreateRole", refuse, unique_id="refuse")
        return client

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Not you"}}, "CreateRole")

    cloud.gateway = CloudFormation(cloud.client, clients=clients)
    stopped = roll_back(cloud, delete_role)
    SERVICES.client("iam").meta.events.unregister("before-parameter-build.iam.CreateRole", unique_id="refuse")
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.logical_id == "Role"
    assert stopped.recovery.steps[0].arguments["ResourcesToSkip"] == ["Role"]
    assert isinstance(cloud.recover(consent=NO_ONE), Recovered)
    role_is_back(cloud.physical_id("Role"))


def test_what_is_gone_inside_a_nested_stack_is_made_again_too() -> None:
    cloud = deployed()
    client = SERVICES.client("s3")
    client.create_bucket(Bucket="templates")

    def nested(edition: int) -> dict[str, Any]:
        child = template(Logs=site(edition, NEW)["Logs"])
        client.put_object(Bucket="templates", Key=f"{edition}.json", Body=child.encode())
        url = f"https://templates.s3.us-east-1.amazonaws.com/{edition}.json"
        return {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}

    assert isinstance(cloud.apply(template(**nested(1)), stack_name="outer"), Deployed)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
    told = []
    for event in cloud.applying(ending_with_another(nested(2)), stack_name="outer", consent=NO_ONE):
        told.append(event)
        if isinstance(event, StackEvent) and (event.logical_id, event.status) == ("Last", "CREATE_FAILED"):
            group = cloud.physical_id("Logs", cloud.physical_id("Child", "outer"))
            SERVICES.client("logs").delete_log_group(logGroupName=group)
    assert isinstance(told[-1], RolledBack), told[-1]
    log_group_is_back(group)


# ---- what is gone for good ----


def delete_old_image(_: Cloud) -> None:
    digest = {"imageDigest": OLD.partition("@")[2]}
    SERVICES.client("ecr").batch_delete_image(repositoryName="site", imageIds=[digest])


def running(cloud: Cloud) -> str:
    found = SERVICES.client("lambda").get_function(FunctionName=cloud.physical_id("Function"))
    return str(found["Code"]["ImageUri"])


def test_a_function_whose_old_image_is_gone_is_skipped_with_consent_and_gets_the_next_image() -> None:
    cloud = deployed()
    stopped = roll_back(cloud, delete_old_image)
    assert isinstance(stopped, Stuck), stopped
    assert (stopped.diagnosis.logical_id, stopped.diagnosis.page) == ("Function", "source-image-does-not-exist.md")
    assert stopped.diagnosis.command == "aws ecr describe-images --repository-name site"
    assert stopped.failure is not None
    assert stopped.failure.cause == "No room"
    assert isinstance(cloud.apply(template(**site(2, NEWEST))), Deployed)
    assert running(cloud) == NEWEST
    assert not any(isinstance(event, Noticed) for event in cloud.events)


def test_a_recovery_without_a_deployment_says_that_the_skipped_function_is_not_what_the_template_says() -> None:
    cloud = deployed()
    roll_back(cloud, delete_old_image)
    assert isinstance(cloud.recover(), Recovered)
    (noticed,) = (event for event in cloud.events if isinstance(event, Noticed))
    assert "Function" in noticed.message
    assert running(cloud) == NEW
    assert isinstance(cloud.apply(template(**site(2, NEWEST)), consent=NO_ONE), Deployed)
    assert running(cloud) == NEWEST


def test_an_update_of_what_was_deleted_by_hand_names_the_flag_that_makes_it_again() -> None:
    cloud = deployed()
    delete_log_group(cloud)
    refused = cloud.apply(template(**site(2, OLD)))
    assert isinstance(refused, RolledBack), refused
    assert (refused.diagnosis.logical_id, refused.diagnosis.command) == ("Logs", "--revert-drift")
    assert isinstance(cloud.apply(template(**site(2, OLD)), revert_drift=True), Deployed)
    (group,) = SERVICES.client("logs").describe_log_groups(logGroupNamePrefix=cloud.physical_id("Logs"))["logGroups"]
    assert group["retentionInDays"] == 30
