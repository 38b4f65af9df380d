"""Functions that are no images: of a zip file, with layers, and written in the template."""

import io
import json
import zipfile
from typing import Any

from local_cloud.server import Server
from tests.local_cloud.served import client, reason_of_failure, settled

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]}},
}
INLINE = """
import cfnresponse

def handler(event, context):
    rows = int(event["ResourceProperties"]["Rows"])
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Twice": 2 * rows}, "seed")
"""


def function(code: dict[str, Any], **properties: Any) -> dict[str, Any]:
    given = {"Runtime": "python3.12", "Handler": "index.handler", "Timeout": 30, "Code": code, **properties}
    return {"Type": "AWS::Lambda::Function", "Properties": {**given, "Role": {"Fn::GetAtt": "Role.Arn"}}}


def seeded(made_by: dict[str, Any]) -> dict[str, Any]:
    """A custom resource of three rows, and what its function says of them."""
    seed = {"Type": "Custom::Seed", "Properties": {"ServiceToken": {"Fn::GetAtt": "Function.Arn"}, "Rows": 3}}
    outputs = {"Twice": {"Value": {"Fn::GetAtt": "Seed.Twice"}}}
    return {"Resources": {"Role": ROLE, "Function": made_by, "Seed": seed}, "Outputs": outputs}


def deployed(server: Server, template: dict[str, Any], *, update: bool = False) -> dict[str, Any]:
    """The stack as it is in the end."""
    cloudformation = client(server, "cloudformation")
    call = cloudformation.update_stack if update else cloudformation.create_stack
    call(StackName="site", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"])
    return settled(server, "site")


def upload(server: Server, key: str, files: dict[str, str]) -> dict[str, str]:
    """A zip file in the bucket `code`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    client(server, "s3").create_bucket(Bucket="code")
    client(server, "s3").put_object(Bucket="code", Key=key, Body=written.getvalue())
    return {"S3Bucket": "code", "S3Key": key}


def answer(server: Server, stack: dict[str, Any]) -> Any:
    name = stack["Outputs"][0]["OutputValue"]
    return json.load(client(server, "lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"])


def test_a_function_in_a_template_answers_for_its_custom_resource(server: Server) -> None:
    found = deployed(server, seeded(function({"ZipFile": INLINE})))
    assert (found["StackStatus"], found["Outputs"][0]["OutputValue"]) == ("CREATE_COMPLETE", "6")


def test_a_function_of_a_zip_file_runs_with_its_layers(server: Server) -> None:
    code = upload(server, "f.zip", {"index.py": "import lib\ndef handler(event, context):\n    return lib.SAYS\n"})
    layer = upload(server, "l.zip", {"python/lib.py": "SAYS = 'hello'\n"})
    resources = {
        "Role": ROLE,
        "Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": layer}},
        "Function": function(code, Layers=[{"Ref": "Layer"}]),
    }
    found = deployed(server, {"Resources": resources, "Outputs": {"Name": {"Value": {"Ref": "Function"}}}})
    assert answer(server, found) == "hello"


def test_a_function_whose_code_changes_runs_the_new_code(server: Server) -> None:
    def template(says: str) -> dict[str, Any]:
        code = {"ZipFile": f"def handler(event, context):\n    return {says!r}\n"}
        outputs = {"Name": {"Value": {"Ref": "Function"}}}
        return {"Resources": {"Role": ROLE, "Function": function(code)}, "Outputs": outputs}

    assert answer(server, deployed(server, template("one"))) == "one"
    assert answer(server, deployed(server, template("two"), update=True)) == "two"


def test_a_function_that_cannot_run_here_fails_its_custom_resource_by_saying_so(server: Server) -> None:
    found = deployed(server, seeded(function({"ZipFile": "exports.handler = x"}, Runtime="nodejs22.x")))

    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "runs images and Python's functions only, not: site-Function-" in reason_of_failure(server, "site")
