"""SAM and AWS::LanguageExtensions templates as CloudFormation processes them."""

from dataclasses import replace

import pytest

from local_cloud.cloudformation.template.loading import load
from local_cloud.cloudformation.template.model import Environment, Template, TemplateError
from local_cloud.cloudformation.template.transforms import transform

ENVIRONMENT = Environment(
    parameters={"Image": "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:0", "Names": ["one", "two.x"]},
    account="111111111111",
    region="us-east-1",
    stack_name="site",
    stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/site/1",
)
FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Image: {Type: String}}
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: !Ref Image
      Policies: [AmazonDynamoDBReadOnlyAccess]
      Events: {Any: {Type: HttpApi}}
"""
TOPICS = """
Transform: [AWS::LanguageExtensions]
Parameters: {Names: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - "Topic&{Name}":
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Sub "the-${Name}", DisplayName: !Ref Name}
Outputs:
  Fn::ForEach::Arns:
    - Name
    - [one]
    - "Arn${Name}": {Value: !GetAtt ["Topic${Name}", TopicArn]}
"""


def test_a_function_becomes_what_sam_makes_of_it() -> None:
    processed = transform(load(FUNCTION), ENVIRONMENT)
    assert {name: each.type for name, each in processed.resources.items()} == {
        "App": "AWS::Lambda::Function",
        "AppRole": "AWS::IAM::Role",
        "AppAnyPermission": "AWS::Lambda::Permission",
        "ServerlessHttpApi": "AWS::ApiGatewayV2::Api",
        "ServerlessHttpApiApiGatewayDefaultStage": "AWS::ApiGatewayV2::Stage",
    }
    assert processed.transforms == ()
    assert processed.original == FUNCTION


def test_managed_policies_are_found_by_name_without_asking_iam() -> None:
    role = transform(load(FUNCTION), ENVIRONMENT).resources["AppRole"]
    assert "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess" in role.properties["ManagedPolicyArns"]


def test_the_same_template_is_not_changed_by_processing_it() -> None:
    template = load(FUNCTION)
    assert transform(template, ENVIRONMENT) == transform(template, ENVIRONMENT)
    assert list(template.resources) == ["App"]


def test_loops_are_replaced_by_their_copies() -> None:
    processed = transform(load(TOPICS), ENVIRONMENT)
    assert processed.resources["Topictwox"].properties == {
        "TopicName": {"Fn::Sub": "the-two.x"},
        "DisplayName": "two.x",
    }
    assert list(processed.outputs) == ["Arnone"]
    assert processed.outputs["Arnone"].value == {"Fn::GetAtt": ["Topicone", "TopicArn"]}


INCLUDING = """
Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://snippets/${Kind}"}}
Parameters: {Kind: {Type: String}}
Resources:
  Whole: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: s3://snippets/topic}}}
  Part:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: own
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://snippets/properties}}
"""
SNIPPETS = {
    "s3://snippets/all": "Outputs: {Who: {Value: {Ref: Whole}}}",
    "s3://snippets/topic": "Type: AWS::SNS::Topic",
    "s3://snippets/properties": '{"DisplayName": "theirs", "FifoTopic": true}',
    "s3://snippets/short": "Outputs: {Who: {Value: !Ref Whole}}",
}


def included(kind: str) -> Template:
    def include(location: str) -> str:
        if location not in SNIPPETS:
            raise ValueError(f"S3 error: The specified {'bucket' if 'nowhere' in location else 'key'} does not exist")
        return SNIPPETS[location]

    return transform(load(INCLUDING), replace(ENVIRONMENT, parameters={"Kind": kind}, include=include))


def test_snippets_are_put_beside_what_is_there_which_wins() -> None:
    processed = included("all")
    assert {name: each.type for name, each in processed.resources.items()} == dict.fromkeys(
        ("Whole", "Part"), "AWS::SNS::Topic"
    )
    assert processed.resources["Part"].properties == {"DisplayName": "own", "FifoTopic": True}
    assert processed.outputs["Who"].value == {"Ref": "Whole"}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("none", "S3 object [s3://snippets/none] does not exist."),
        ("short", "The specified S3 object's content should be valid Yaml/JSON"),
    ],
)
def test_a_snippet_that_cannot_be_had_fails_the_transform(kind: str, told: str) -> None:
    with pytest.raises(TemplateError) as refused:
        included(kind)
    assert str(refused.value) == f"Transform AWS::Include failed with: {told}"


def test_a_template_without_a_transform_is_itself() -> None:
    template = load("Resources: {T: {Type: AWS::SNS::Topic}}")
    assert transform(template, ENVIRONMENT) is template


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FUNCTION.replace("      ImageUri: !Ref Image\n", ""),
            "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
            "Number of errors found: 1. Resource with id [App] is invalid. 'ImageUri' must be set.",
        ),
        (
            TOPICS.replace("    - !Ref Names\n", "    - one\n"),
            "Transform AWS::LanguageExtensions failed with: Fn::ForEach::Topics could not be resolved: "
            "its collection is not a list of strings",
        ),
        (
            "Transform: Mine\nResources: {T: {Type: AWS::SNS::Topic}}",
            "No transform named 111111111111::Mine found.",
        ),
    ],
)
def test_a_failing_transform_is_told_in_its_envelope(text: str, told: str) -> None:
    with pytest.raises(TemplateError) as refused:
        transform(load(text), ENVIRONMENT)
    assert str(refused.value) == told


def test_what_a_transform_makes_is_checked_like_any_template() -> None:
    text = TOPICS.replace("DisplayName: !Ref Name", "DisplayName: !Ref Nobody")
    told = "Unresolved resource dependencies [Nobody] in the Resources block of the template"
    with pytest.raises(TemplateError, match=told.replace("[", r"\[")):
        transform(load(text), replace(ENVIRONMENT, region="eu-west-1"))
