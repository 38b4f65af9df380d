"""Deployed functions that really run: invoked through Lambda's API, and told of custom resources by CloudFormation."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from local_cloud.server import Server
from tests.local_cloud.served import client, reason_of_failure, settled

pytestmark = pytest.mark.slow

HANDLER = """
import json
import urllib.request


def handler(event, context):
    if "ResponseURL" in event:
        return respond(event)
    if event.get("fail"):
        raise ValueError("as asked")
    return {"got": event}


def respond(event):
    rows = int(event["ResourceProperties"]["Rows"])
    answer = {
        "Status": "FAILED" if rows < 0 and event["RequestType"] != "Delete" else "SUCCESS",
        "Reason": "a table cannot have fewer than no rows",
        "PhysicalResourceId": "seed",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Rows": str(rows)},
    }
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).close()
"""
FUNCTION = """
Parameters:
  ImageUri:
    Type: String
  Rows:
    Type: Number
    Default: 3
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      PackageType: Image
      Code: {ImageUri: !Ref ImageUri}
      Role: !GetAtt Role.Arn
      Timeout: 30
  Seed:
    Type: Custom::Seed
    Properties:
      ServiceToken: !GetAtt Function.Arn
      Rows: !Ref Rows
Outputs:
  Name:
    Value: !Ref Function
  Rows:
    Value: !GetAtt Seed.Rows
"""
URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:" + "b" * 64


@pytest.fixture
def server(server: Server, tmp_path: Path) -> Server:
    """With the function's image in its registry."""
    (tmp_path / "seed").mkdir()
    (tmp_path / "seed" / "main.py").write_text(HANDLER)
    client(server, "ecr").create_repository(repositoryName="app")
    body = json.dumps({"uri": URI, "directory": str(tmp_path), "handler": "seed.main.handler"}).encode()
    urllib.request.urlopen(f"{server.endpoint}/_local_cloud/images", body).close()
    return server


def stack(server: Server, *, rows: int) -> dict[str, Any]:
    """The stack as it is in the end."""
    cloudformation = client(server, "cloudformation")
    parameters = [
        {"ParameterKey": "ImageUri", "ParameterValue": URI},
        {"ParameterKey": "Rows", "ParameterValue": str(rows)},
    ]
    cloudformation.create_stack(
        StackName="seeded", TemplateBody=FUNCTION, Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
    )
    return settled(server, "seeded")


def test_a_custom_resource_is_made_by_its_function_and_the_function_can_be_invoked(server: Server) -> None:
    found = stack(server, rows=3)

    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    assert (found["StackStatus"], outputs["Rows"]) == ("CREATE_COMPLETE", "3")

    functions = client(server, "lambda")
    answer = functions.invoke(FunctionName=outputs["Name"], Payload=b'{"a": 1}')
    assert json.load(answer["Payload"]) == {"got": {"a": 1}}
    assert "FunctionError" not in answer

    failed = functions.invoke(FunctionName=outputs["Name"], Payload=b'{"fail": true}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.load(failed["Payload"])["errorType"] == "ValueError"

    assert functions.invoke(FunctionName=outputs["Name"], InvocationType="DryRun")["StatusCode"] == 204


def test_a_custom_resource_whose_function_reports_failure_rolls_the_stack_back(server: Server) -> None:
    found = stack(server, rows=-1)

    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason_of_failure(server, "seeded").startswith(
        "Received response status [FAILED] from custom resource. Message returned: a table cannot have fewer than no "
        "rows (RequestId: "
    )
