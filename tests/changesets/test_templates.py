"""A template is read as far as a deployer must, in JSON and in YAML with its short forms."""

import json

import pytest

from changesets import templates

YAML = """
Parameters: {Name: {Type: String}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {BucketName: !Ref Name}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument: {Version: 2012-10-17, Statement: [{Resource: !Sub "${Bucket.Arn}/*"}]}
  Function:
    Type: AWS::Lambda::Function
    Condition: Wanted
    DependsOn: [Policy]
    Properties: {Role: !GetAtt Role.Arn, Code: !Sub ["${x}", {x: !GetAtt [Bucket, Arn]}]}
  Role: {Type: AWS::IAM::Role}
"""


def test_short_forms_are_the_long_ones() -> None:
    body = templates.read(YAML)
    assert body["Resources"]["Bucket"]["Properties"]["BucketName"] == {"Ref": "Name"}
    assert body["Resources"]["Function"]["Properties"]["Role"] == {"Fn::GetAtt": ["Role", "Arn"]}


def test_a_policys_version_stays_a_string() -> None:
    assert templates.read(YAML)["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Version"] == "2012-10-17"


def test_json_and_mappings_read_alike() -> None:
    body = {"Resources": {"A": {"Type": "T"}}}
    assert templates.read(json.dumps(body)) == templates.read(body) == body


def test_what_is_no_template_reads_as_an_empty_one() -> None:
    assert templates.read("[1, 2") == {}
    assert templates.resources({"Resources": "nonsense"}) == {}


def test_dependencies_are_refs_attributes_subs_and_depends_on() -> None:
    assert templates.dependencies(templates.read(YAML)) == {
        "Bucket": frozenset(),
        "Policy": frozenset({"Bucket"}),
        "Function": frozenset({"Policy", "Role", "Bucket"}),
        "Role": frozenset(),
    }


def test_databases_are_kept_as_a_snapshot_by_default() -> None:
    body = {"Resources": {"D": {"Type": "AWS::RDS::DBInstance"}, "T": {"Type": "AWS::DynamoDB::Table"}}}
    assert templates.deletion_policy(body, "D") == "Snapshot"
    assert templates.deletion_policy(body, "T") == "Delete"
    assert templates.deletion_policy(templates.read(YAML), "Bucket") == "Retain"


def test_a_part_for_an_import_keeps_parameters_and_demands_retain() -> None:
    part = json.loads(templates.part(templates.read(YAML), frozenset({"Bucket"})))
    assert part["Resources"].keys() == {"Bucket"}
    assert part["Resources"]["Bucket"]["DeletionPolicy"] == "Retain"
    assert part["Parameters"] == {"Name": {"Type": "String"}}


def test_what_refers_to_others_cannot_be_imported_alone() -> None:
    body = templates.read(YAML)
    assert templates.self_contained(body, frozenset({"Bucket", "Function"})) == {"Bucket"}
    assert templates.self_contained(body, frozenset({"Bucket", "Policy"})) == {"Bucket", "Policy"}


def test_what_is_only_made_after_others_can_be_imported_alone() -> None:
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Table": {"Type": "T", "DependsOn": "Topic"}}}
    assert templates.self_contained(body, frozenset({"Table"})) == {"Table"}
    assert "DependsOn" not in templates.part(body, frozenset({"Table"}))


@pytest.mark.parametrize(
    ("beside", "properties", "expected"),
    [
        ("AWS::SNS::Topic", {}, False),
        ("AWS::SNS::Topic", {"EmptyOnDelete": True}, True),
        ("AWS::SNS::Topic", {"EmptyOnDelete": "false"}, False),
        ("AWS::SNS::Topic", {"EmptyOnDelete": {"Ref": "Flag"}}, True),
        ("Custom::ECRAutoDeleteImages", {}, True),
        ("Custom::S3AutoDeleteObjects", {}, False),
    ],
)
def test_a_repository_goes_although_it_is_full_if_the_template_sees_to_that(
    beside: str, properties: dict[str, object], expected: bool
) -> None:
    repository = {"Type": "AWS::ECR::Repository", "Properties": properties}
    body = {"Resources": {"Images": repository, "Other": {"Type": beside}}}
    assert templates.empties_itself(body, "Images") is expected
