"""A change set is read for what a person must not miss."""

import json
from typing import Any

import pytest

from changesets.models import KNOWN_LATER, Action, Replacement, ResourceChange
from changesets.plans import Hazard, HazardKind
from changesets.reviews import RULES, review
from tests.changesets.values import change, change_set

ADD, MODIFY, REMOVE = Action.ADD, Action.MODIFY, Action.REMOVE
TABLE, BUCKET, CDN, ROLE = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::CloudFront::Distribution", "AWS::IAM::Role"


def hazards(*changes: ResourceChange, **more: Any) -> tuple[Hazard, ...]:
    return review(change_set(*changes), **more).hazards


def kinds(*changes: ResourceChange, **more: Any) -> list[HazardKind]:
    return [hazard.kind for hazard in hazards(*changes, **more)]


def modified(type_: str, before: Any, after: Any) -> ResourceChange:
    return change(MODIFY, type_=type_, before={"Properties": before}, after={"Properties": after})


def added(type_: str, after: Any) -> ResourceChange:
    return change(ADD, type_=type_, after={"Properties": after})


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (change(REMOVE, type_=TABLE, policy="Delete"), "thing-1 is removed together with its items"),
        (change(REMOVE, type_=TABLE), "thing-1 is removed together with its items"),
        (
            change(MODIFY, type_=TABLE, replacement=Replacement.TRUE, policy="ReplaceAndDelete"),
            "thing-1 is replaced by one without its items",
        ),
        (
            change(MODIFY, type_=TABLE, replacement=Replacement.CONDITIONAL),
            "thing-1 may be replaced by one without its items",
        ),
        (
            change(MODIFY, type_=TABLE, replacement=Replacement.TRUE, policy="ReplaceAndRetain"),
            "thing-1 is replaced by one without its items; the old one stays, outside of the stack",
        ),
        (
            change(REMOVE, type_="AWS::RDS::DBInstance", policy="Snapshot"),
            "thing-1 is removed together with its database; a snapshot stays",
        ),
    ],
)
def test_data_that_is_removed_or_replaced_is_a_severe_hazard(loss: ResourceChange, told: str) -> None:
    (hazard,) = hazards(loss)
    assert (hazard.kind, hazard.message, hazard.severe) == (HazardKind.DATA, told, True)


def test_data_that_is_proven_empty_is_no_hazard() -> None:
    assert kinds(change(REMOVE, type_=TABLE), empty=frozenset({"Thing"})) == []


def test_data_that_leaves_the_stack_and_stays_is_left_behind() -> None:
    assert kinds(change(REMOVE, type_=TABLE, policy="Retain")) == [HazardKind.LEFTOVER]


def test_what_holds_no_data_may_be_replaced() -> None:
    assert kinds(change(MODIFY, replacement=Replacement.TRUE)) == []


def test_versions_that_sam_keeps_are_not_left_behind() -> None:
    assert kinds(change(REMOVE, type_="AWS::Lambda::Version", policy="Retain")) == []


def test_the_gravest_change_and_the_gravest_hazard_stand_first() -> None:
    read = review(
        change_set(
            change(ADD, "A"),
            change(MODIFY, "M"),
            change(REMOVE, "R"),
            change(MODIFY, "X", replacement=Replacement.TRUE),
            change(REMOVE, "T", TABLE),
            modified(CDN, {"DistributionConfig": {"WebACLId": "w"}}, {"DistributionConfig": {}}),
        )
    )
    assert [each.logical_id for each in read.changes][:3] == ["T", "X", "R"]
    assert [each.kind for each in read.hazards] == [HazardKind.DATA, HazardKind.WEAKENED]


def policy(*statements: Any) -> dict[str, Any]:
    return {"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_a_permission_gained_names_the_action_and_the_resource() -> None:
    (hazard,) = hazards(modified(ROLE, policy(allow("s3:GetObject")), policy(allow(["s3:GetObject", "s3:PutObject"]))))
    assert (hazard.kind, hazard.message) == (HazardKind.ACCESS, "may s3:PutObject on *")


def test_permissions_gained_on_the_same_thing_are_one_sentence() -> None:
    everything = policy(allow(["s3:PutObject", "sqs:SendMessage", "s3:GetObject"], ["a", "b"]))
    told = [each.message for each in hazards(modified(ROLE, policy(), everything))]
    assert told == ["may s3:GetObject, PutObject, sqs:SendMessage on a and b"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            allow("sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"}),
            "lambda.amazonaws.com may sts:AssumeRole",
        ),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "a"}, "may s3:* on everything but a"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "may everything but iam:* on *"),
    ],
)
def test_a_statement_that_names_no_resource_or_all_but_one_says_so(statement: Any, told: str) -> None:
    (hazard,) = hazards(modified(ROLE, {}, {"AssumeRolePolicyDocument": {"Statement": [statement]}}))
    assert hazard.message == told


def test_a_managed_policy_that_is_attached_is_named() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    (hazard,) = hazards(modified(ROLE, {}, {"ManagedPolicyArns": [arn]}))
    assert hazard.message == f"may do all that {arn} allows"


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"Fn::GetAtt": ["Table", "Arn"]}, "Table.Arn"),
        ({"Fn::GetAtt": "Table.Arn"}, "Table.Arn"),
        ({"Fn::Sub": "${Table.Arn}/index/*"}, "${Table.Arn}/index/*"),
        ({"Fn::Join": ["", [{"Fn::GetAtt": ["Table", "Arn"]}, "/index/*"]]}, "Table.Arn/index/*"),
        ({"Fn::If": ["IsProd", {"Ref": "One"}, {"Ref": "Other"}]}, KNOWN_LATER),
    ],
)
@pytest.mark.parametrize("made", [ADD, MODIFY])
def test_a_permission_on_what_is_made_only_then_is_told_as_the_template_names_it(
    made: Action, written: Any, named: str
) -> None:
    role = change(made, type_=ROLE, after={"Properties": policy(allow("dynamodb:GetItem", KNOWN_LATER))})
    template = {"Resources": {"Thing": {"Type": ROLE, "Properties": policy(allow("dynamodb:GetItem", written))}}}
    (hazard,) = hazards(role, template=json.dumps(template))
    assert hazard.message == f"may dynamodb:GetItem on {named}"


def test_a_permission_that_was_covered_before_is_not_gained() -> None:
    assert kinds(modified(ROLE, policy(allow("s3:*")), policy(allow("s3:GetObject", "arn:aws:s3:::b/*")))) == []


def test_a_condition_taken_off_is_a_permission_gained() -> None:
    before = policy(allow("s3:GetObject", Condition={"StringEquals": {"a": "b"}}))
    assert kinds(modified(ROLE, before, policy(allow("s3:GetObject")))) == [HazardKind.ACCESS]


def test_permissions_of_a_new_stack_are_not_widened_and_public_ones_are_named_all_the_same() -> None:
    role = added(ROLE, policy(allow("s3:*")))
    assert kinds(role, is_create=True) == []
    public = {"PolicyDocument": {"Statement": [allow("s3:GetObject", Principal="*")]}}
    assert kinds(added("AWS::S3::BucketPolicy", public), is_create=True) == [HazardKind.PUBLIC]


def test_cloudfronts_own_access_to_a_bucket_is_not_public() -> None:
    only = allow(
        "s3:GetObject", Principal={"Service": "cloudfront.amazonaws.com"}, Condition={"StringEquals": {"x": "y"}}
    )
    bucket_policy = added("AWS::S3::BucketPolicy", {"PolicyDocument": {"Statement": [only]}})
    assert kinds(bucket_policy, is_create=True) == []


def test_a_permission_for_everyone_to_call_a_function_is_public() -> None:
    permission = {"Action": "lambda:InvokeFunction", "Principal": "*", "FunctionName": "f"}
    (hazard,) = hazards(added("AWS::Lambda::Permission", permission))
    assert (hazard.kind, hazard.message) == (HazardKind.PUBLIC, "everyone may lambda:InvokeFunction on f")


def nested(path: str, value: Any) -> dict[str, Any]:
    *outer, last = path.split(".")
    made: dict[str, Any] = {last: value}
    for key in reversed(outer):
        made = {key: made}
    return made


SAMPLES = [
    "true",
    "false",
    "",
    "enabled",
    "suspended",
    "none",
    "allow-all",
    "tlsv1",
    "publicread",
    "tls_1_0",
    "active",
    "x",
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.types[0]}-{rule.path}")
def test_each_guard_taken_down_is_told_once_and_putting_it_up_is_not(rule: Any) -> None:
    good = next(value for value in SAMPLES[::-1] if rule.good(value))
    bad = next(value for value in SAMPLES if not rule.good(value))
    before, after = nested(rule.path, good) if good else {}, nested(rule.path, bad) if bad else {"Other": "1"}
    (hazard,) = hazards(modified(rule.types[0], before, after))
    assert (hazard.kind, hazard.message) == (rule.kind, rule.message)
    assert hazards(modified(rule.types[0], after, before or {"Other": "1"})) == ()


def test_other_deployers_change_sets_are_named() -> None:
    assert kinds(others=("theirs",)) == [HazardKind.OTHERS]


def test_a_review_knows_what_waits_for_what() -> None:
    text = json.dumps({"Resources": {"A": {"Type": "T"}, "B": {"Type": "T", "DependsOn": "A"}}})
    assert review(change_set(), template=text).waits_for == {"A": frozenset(), "B": frozenset({"A"})}
