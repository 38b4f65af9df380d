"""A rollback whose cause a person can give back: an image that is gone and has a copy, a bucket changed by hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import changesets
from changesets import CloudFormation, Deployed, Noticed, Recovered, RolledBack, Stuck
from changesets.errors import Refused
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.container_images import ImageName, put
from tests.changesets.cloud import BUCKET, SERVICES, YES, Cloud, template
from tests.scenarios.test_repairs import (
    NEW,
    NO_ONE,
    OLD,
    allow,
    delete_old_image,
    deployed,
    roll_back,
    running,
)


def only_the_deployment(plan: changesets.Plan) -> bool:
    """Consent to what was reviewed, and to nothing else."""
    return plan.review is not None or not plan.hazards


# ---- an image of which there is a copy ----


class Copies:
    """The images that somebody keeps aside; `asked` are those that were missing."""

    def __init__(self, *uris: str, fails: bool = False) -> None:
        self.uris, self.fails = uris, fails
        self.asked: list[str] = []
        self.pushed: list[str] = []

    def __call__(self, uri: str) -> Callable[[], None] | None:
        self.asked.append(uri)
        return (lambda: self.push(uri)) if uri in self.uris else None

    def push(self, uri: str) -> None:
        self.pushed.append(uri)
        if self.fails:
            raise Refused(f"The registry was given another image than: {uri}")
        name = ImageName.parse(uri)
        assert name
        put(SERVICES, name)


def test_an_image_of_which_there_is_a_copy_is_pushed_again_unasked_and_the_rollback_goes_on() -> None:
    cloud, copies = deployed(), Copies(OLD)
    outcome = roll_back(cloud, delete_old_image, push_again=copies)
    assert isinstance(outcome, RolledBack), outcome
    assert outcome.diagnosis.cause == "No room"
    assert copies.pushed == [OLD]
    assert running(cloud) == OLD
    assert not any(plan.hazards for plan in cloud.plans)
    (plan,) = (each for each in cloud.plans if each.rung == "push image Function")
    assert [step.operation for step in plan.steps] == ["PutImage", "ContinueUpdateRollback", "DescribeStackEvents"]
    assert plan.steps[0].arguments == {"imageUri": OLD}


def test_a_recovery_pushes_it_too_and_its_explanation_says_so_and_pushes_nothing() -> None:
    cloud, copies = deployed(), Copies(OLD)
    assert isinstance(roll_back(cloud, delete_old_image), Stuck)
    explained = cloud.run(changesets.explain(cloud.gateway, "demo", push_again=copies))
    assert isinstance(explained, Stuck)
    assert explained.recovery.steps[0].operation == "PutImage"
    assert copies.pushed == []
    assert isinstance(cloud.recover(consent=NO_ONE, push_again=copies), Recovered)
    assert running(cloud) == OLD


@pytest.mark.parametrize("copies", [Copies(NEW), Copies(OLD, fails=True)], ids=["no copy", "another digest"])
def test_without_a_copy_that_arrives_the_function_is_skipped_only_with_consent(copies: Copies) -> None:
    cloud = deployed()
    stopped = roll_back(cloud, delete_old_image, push_again=copies)
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.page == "source-image-does-not-exist.md"
    assert stopped.recovery.steps[0].arguments["ResourcesToSkip"] == ["Function"]
    assert len(copies.pushed) <= 1
    told = [event.message for event in cloud.events if isinstance(event, Noticed)]
    assert told == [f"PutImage: The registry was given another image than: {OLD}"] * len(copies.pushed)


# ---- a bucket that somebody changed by hand ----

OPEN = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
SHUT = dict.fromkeys(OPEN, True)


def policed(edition: int, *, block: bool = True) -> dict[str, Any]:
    """A bucket whose policy changes with the edition; a public one where the bucket has a block of its own."""
    who = "*" if block else {"AWS": "arn:aws:iam::111111111111:root"}
    document = allow(
        ("s3:GetObject", "s3:GetObjectTagging")[edition - 1], {"Fn::Sub": "${Bucket.Arn}/*"}, Principal=who
    )
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document}}
    settings = {"PublicAccessBlockConfiguration": OPEN} if block else {}
    return {"Bucket": {**BUCKET, "Properties": settings}, "Policy": policy}


def with_object(block: bool = True) -> Cloud:
    cloud = Cloud(real=True)
    outcome = cloud.apply(template(**policed(1, block=block)))
    assert isinstance(outcome, Deployed), outcome
    SERVICES.client("s3").put_object(Bucket=cloud.physical_id("Bucket"), Key="page", Body=b"precious")
    return cloud


def policy(cloud: Cloud) -> dict[str, Any]:
    document = SERVICES.client("s3").get_bucket_policy(Bucket=cloud.physical_id("Bucket"))["Policy"]
    (statement,) = json.loads(document)["Statement"]
    return dict(statement)


def has_its_object(cloud: Cloud) -> bool:
    return bool(SERVICES.client("s3").list_objects_v2(Bucket=cloud.physical_id("Bucket"))["KeyCount"] == 1)


def shut(cloud: Cloud) -> None:
    bucket = cloud.physical_id("Bucket")
    SERVICES.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=SHUT)


def test_a_block_set_by_hand_that_the_rollback_runs_into_is_taken_off_with_consent_only() -> None:
    cloud = with_object()
    stopped = roll_back(cloud, shut, only_the_deployment, wanted=policed(2))
    assert isinstance(stopped, Stuck), stopped
    assert stopped.recovery.rung == "restore Bucket"
    assert [(each.kind, each.logical_id) for each in stopped.recovery.hazards] == [
        (changesets.HazardKind.PUBLIC, "Bucket"),
        (changesets.HazardKind.PUBLIC, "Bucket"),
    ]
    assert "BlockPublicPolicy" in stopped.recovery.hazards[0].message
    assert isinstance(cloud.recover(), Recovered)
    assert policy(cloud)["Action"] == "s3:GetObject"
    client = SERVICES.client("s3")
    found = client.get_public_access_block(Bucket=cloud.physical_id("Bucket"))["PublicAccessBlockConfiguration"]
    assert found == OPEN
    assert not any(plan.rung.startswith("skip") for plan in cloud.plans)
    assert has_its_object(cloud)
    assert isinstance(cloud.apply(template(**policed(2))), Deployed)


DENIAL = (
    "User: arn:aws:sts::111111111111:assumed-role/deployer/AWSCloudFormation is not authorized to perform: "
    's3:PutBucketPolicy on resource: "arn:aws:s3:::{}" with an explicit deny in a resource-based policy '
    "(Service: S3, Status Code: 403, Request ID: 1)"
)


class Locked:
    """A bucket whose policy was replaced by hand: what is done to it is denied until that policy is undone."""

    def __init__(self) -> None:
        self.cloud = with_object(block=False)
        self.name = self.cloud.physical_id("Bucket")
        self.cloud.gateway = CloudFormation(self.cloud.client, clients=self.clients)

    def clients(self, service: str) -> Any:
        client = SERVICES.client(service)
        client.meta.events.register("after-call.s3.PutBucketPolicy", self.undone, unique_id="undone")
        return client

    def undone(self, **_: Any) -> None:
        self.cloud.cloud.faults.clear()

    def by_hand(self, cloud: Cloud) -> None:
        deny = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutBucketPolicy",
            "Resource": f"arn:aws:s3:::{self.name}",
        }
        other = allow("s3:GetObject", f"arn:aws:s3:::{self.name}/*", Principal={"AWS": "222222222222"})
        document = {**other, "Statement": [*other["Statement"], deny]}
        SERVICES.client("s3").put_bucket_policy(Bucket=self.name, Policy=json.dumps(document))
        denied = FailResource(resource="Policy", on=On.ROLLBACK, reason=DENIAL.format(self.name), times=None)
        cloud.cloud.faults.add(denied)


def test_a_policy_replaced_by_hand_that_denies_the_rollback_is_put_back_and_says_who_loses_and_who_gains() -> None:
    locked = Locked()
    cloud = locked.cloud
    stopped = roll_back(cloud, locked.by_hand, only_the_deployment, wanted=policed(2, block=False))
    assert isinstance(stopped, Stuck), stopped
    kinds = {each.kind: each.message for each in stopped.recovery.hazards}
    assert set(kinds) == {
        changesets.HazardKind.ACCESS,
        changesets.HazardKind.CLOSED,
        changesets.HazardKind.WEAKENED,
    }
    assert "222222222222" in kinds[changesets.HazardKind.CLOSED]
    assert "s3:PutBucketPolicy" in kinds[changesets.HazardKind.WEAKENED]
    assert isinstance(cloud.apply(template(**policed(1, block=False))), Deployed | changesets.NoChanges)
    assert policy(cloud)["Action"] == "s3:GetObject"
    assert any(plan.rung == "restore Policy" for plan in cloud.plans)
    assert has_its_object(cloud)


KEPT = "aws:kms"
SECURED: dict[str, Any] = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": KEPT}}]
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
}


def secured(edition: int) -> dict[str, Any]:
    resources = policed(edition, block=False)
    return {**resources, "Bucket": {**BUCKET, "Properties": SECURED}}


def test_encryption_and_ownership_changed_by_hand_are_put_back_as_the_stack_had_them() -> None:
    cloud, s3 = Cloud(real=True), SERVICES.client("s3")
    assert isinstance(cloud.apply(template(**secured(1))), Deployed)
    bucket = cloud.physical_id("Bucket")
    denied = FailResource(resource="Policy", on=On.ROLLBACK, reason=DENIAL.format(bucket), times=None)

    def by_hand(cloud: Cloud) -> None:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
        cloud.cloud.faults.add(denied)

    def until_it_is_put_back(plan: changesets.Plan) -> bool:
        if plan.rung == "restore Bucket":
            cloud.cloud.faults.clear()
        return plan.rung == "restore Bucket" or not plan.hazards

    stopped = roll_back(cloud, by_hand, only_the_deployment, wanted=secured(2))
    assert isinstance(stopped, Stuck), stopped
    assert {each.kind for each in stopped.recovery.hazards} == {
        changesets.HazardKind.CLOSED,
        changesets.HazardKind.WEAKENED,
    }
    assert isinstance(cloud.recover(consent=until_it_is_put_back), Recovered)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == KEPT
    owned = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert owned["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}]


def test_what_is_as_the_stack_had_it_is_not_put_back_however_it_is_denied() -> None:
    cloud = with_object(block=False)
    name = cloud.physical_id("Bucket")
    denied = FailResource(resource="Policy", on=On.ROLLBACK, reason=DENIAL.format(name), times=None)

    def by_hand(cloud: Cloud) -> None:
        cloud.cloud.faults.add(denied)

    stopped = roll_back(cloud, by_hand, only_the_deployment, wanted=policed(2, block=False))
    assert isinstance(stopped, Stuck), stopped
    assert stopped.recovery.rung == "skip Policy"


def test_what_the_stack_had_not_set_itself_is_not_touched() -> None:
    """A block that nobody asked CloudFormation for may be the account's rule."""
    cloud = deployed()
    bucket = cloud.physical_id("Bucket")
    before = SERVICES.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    refused = FailResource(resource="Bucket", on=On.ROLLBACK, reason=DENIAL.format(bucket), times=None)

    def by_hand(cloud: Cloud) -> None:
        shut(cloud)
        cloud.cloud.faults.add(refused)

    stopped = roll_back(cloud, by_hand)
    assert isinstance(stopped, Stuck), stopped
    assert stopped.recovery.rung == "skip Bucket"
    assert isinstance(cloud.recover(consent=YES), Recovered)
    client = SERVICES.client("s3")
    assert client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == SHUT
    assert client.get_bucket_policy(Bucket=bucket)["Policy"] == before
