"""Cloud Control and the stages of an API: what a stack made can be read by its type and identifier."""

import json

import pytest
from botocore.exceptions import ClientError

from local_cloud.server import Server
from tests.local_cloud.served import client, settled

TEMPLATE = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news", "DisplayName": "News"}},
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"AuthType": "NONE", "TargetFunctionArn": "arn:aws:lambda:us-east-1:111111111111:function:f"},
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "live", "AutoDeploy": True},
        },
    },
    "Outputs": {"Api": {"Value": {"Ref": "Api"}}},
}
TOPIC = "arn:aws:sns:us-east-1:111111111111:news"


@pytest.fixture
def server(server: Server) -> Server:
    """With that stack."""
    client(server, "cloudformation").create_stack(StackName="site", TemplateBody=json.dumps(TEMPLATE))
    assert settled(server, "site")["StackStatus"] == "CREATE_COMPLETE"
    return server


def test_a_resource_of_a_stack_is_read_by_its_identifier(server: Server) -> None:
    found = client(server, "cloudcontrol").get_resource(TypeName="AWS::SNS::Topic", Identifier=TOPIC)
    assert found["ResourceDescription"]["Identifier"] == TOPIC
    read = json.loads(found["ResourceDescription"]["Properties"])
    assert (read["DisplayName"], read["TopicArn"]) == ("News", TOPIC)


def test_a_functions_url_is_read_by_the_functions_name(server: Server) -> None:
    found = client(server, "cloudcontrol").get_resource(TypeName="AWS::Lambda::Url", Identifier="f")
    assert json.loads(found["ResourceDescription"]["Properties"])["FunctionUrl"].startswith("https://")


def test_what_no_stack_of_the_region_has_is_not_found(server: Server) -> None:
    elsewhere = client(server, "cloudcontrol", "eu-west-1")
    assert elsewhere.list_resources(TypeName="AWS::SNS::Topic")["ResourceDescriptions"] == []
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*AWS::SNS::Topic' with identifier '.*' was not"):
        elsewhere.get_resource(TypeName="AWS::SNS::Topic", Identifier=TOPIC)


def test_the_resources_of_a_type_are_listed(server: Server) -> None:
    listed = client(server, "cloudcontrol").list_resources(TypeName="AWS::SNS::Topic")["ResourceDescriptions"]
    assert [each["Identifier"] for each in listed] == [TOPIC]


def test_cloud_control_changes_nothing(server: Server) -> None:
    with pytest.raises(ClientError, match=r"UnsupportedActionException.*DeleteResource"):
        client(server, "cloudcontrol").delete_resource(TypeName="AWS::SNS::Topic", Identifier=TOPIC)


def test_the_stages_of_an_api_that_a_stack_made_are_listed(server: Server) -> None:
    [stack] = client(server, "cloudformation").describe_stacks(StackName="site")["Stacks"]
    api = stack["Outputs"][0]["OutputValue"]
    stages = client(server, "apigatewayv2").get_stages(ApiId=api)
    assert [each["StageName"] for each in stages["Items"]] == ["live"]
    assert client(server, "apigatewayv2").get_stage(ApiId=api, StageName="live")["StageName"] == "live"
    with pytest.raises(ClientError, match="NotFound"):
        client(server, "apigatewayv2").get_stage(ApiId=api, StageName="other")
