"""The endpoint, as unmodified boto3 clients see it over HTTP."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from local_cloud.compose import cloud
from local_cloud.server import HOST, PortInUse, Server, on_first_free
from local_cloud.services import Services

Connect = Callable[..., Any]

TOPIC = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
BUCKET = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\nOutputs:\n  Name:\n    Value: !Ref Bucket\n"
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    Services().reset()
    with cloud(state=tmp_path, speed=1000) as server:
        yield server
    Services().reset()


@pytest.fixture
def connect(server: Server) -> Connect:
    def connect(service: str, region: str = "us-east-1", attempts: int = 1) -> Any:
        config = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
        return boto3.client(service, region_name=region, endpoint_url=server.endpoint, config=config)  # type: ignore[call-overload]

    return connect


def control(server: Server, verb: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{server.endpoint}/_local_cloud/{verb}", data) as response:
        return json.load(response)


def test_a_stack_is_made_from_a_change_set_and_its_bucket_is_a_bucket(connect: Connect) -> None:
    cloudformation = connect("cloudformation")
    made = cloudformation.create_change_set(
        StackName="site", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=BUCKET
    )
    cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 0})

    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig={"Delay": 0})

    [stack] = cloudformation.describe_stacks(StackName="site")["Stacks"]
    [output] = stack["Outputs"]
    assert [each["Name"] for each in connect("s3").list_buckets()["Buckets"]] == [output["OutputValue"]]


def test_modelled_and_unmodelled_errors_arrive_with_their_codes(connect: Connect) -> None:
    cloudformation = connect("cloudformation")
    cloudformation.create_stack(StackName="site", TemplateBody=TOPIC)

    with pytest.raises(cloudformation.exceptions.AlreadyExistsException, match=r"Stack \[site\] already exists"):
        cloudformation.create_stack(StackName="site", TemplateBody=TOPIC)
    with pytest.raises(ClientError, match="Stack with id none does not exist") as caught:
        cloudformation.describe_stacks(StackName="none")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_regions_are_read_from_the_signature(connect: Connect) -> None:
    connect("cloudformation", "eu-west-1").create_stack(StackName="site", TemplateBody=TOPIC)

    assert connect("cloudformation", "us-east-1").list_stacks()["StackSummaries"] == []
    [found] = connect("cloudformation", "eu-west-1").list_stacks()["StackSummaries"]
    assert found["StackId"].startswith("arn:aws:cloudformation:eu-west-1:111111111111:stack/site/")


def test_an_operation_of_cloudformation_that_is_not_played_is_refused_by_name(connect: Connect) -> None:
    with pytest.raises(ClientError, match="ListStackSets"):
        connect("cloudformation").list_stack_sets()


def test_an_operation_that_nobody_knows_is_refused_by_name(server: Server) -> None:
    scope = "Credential=a/20261123/us-east-1/cloudformation/aws4_request"
    request = urllib.request.Request(server.endpoint, b"Action=MakeCoffee&Version=2010-05-15")
    request.add_header("Authorization", f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0")

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)

    with caught.value as error:
        assert b"<Message>Could not find operation MakeCoffee for version 2010-05-15</Message>" in error.read()


def test_a_template_comes_from_a_bucket_of_this_cloud(server: Server, connect: Connect) -> None:
    connect("s3").create_bucket(Bucket="templates")
    connect("s3").put_object(Bucket="templates", Key="site.yaml", Body=TOPIC.encode())

    connect("cloudformation").create_stack(StackName="site", TemplateURL=f"{server.endpoint}/templates/site.yaml")

    template = connect("cloudformation").get_template(StackName="site")["TemplateBody"]
    assert template == TOPIC


def test_a_json_template_comes_back_as_an_object(connect: Connect) -> None:
    body = {"Transform": "AWS::LanguageExtensions", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation = connect("cloudformation")
    cloudformation.create_stack(
        StackName="site", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_AUTO_EXPAND"]
    )

    assert cloudformation.get_template(StackName="site")["TemplateBody"] == body
    processed = cloudformation.get_template(StackName="site", TemplateStage="Processed")["TemplateBody"]
    assert processed == {"Resources": body["Resources"]}


def test_bodies_of_every_kind_reach_the_other_services(connect: Connect) -> None:
    s3, big = connect("s3"), b"x" * 3_000_000
    s3.create_bucket(Bucket="site")
    s3.put_object(Bucket="site", Key="ä b/+.html", Body=big, ContentType="text/html", Metadata={"a-b": "c"})

    found = s3.get_object(Bucket="site", Key="ä b/+.html")

    assert (found["Body"].read(), found["ContentType"]) == (big, "text/html")
    assert connect("sts").get_caller_identity()["Account"] == "111111111111"


def test_a_presigned_url_works(connect: Connect) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="site")
    s3.put_object(Bucket="site", Key="k", Body=b"v")

    url = s3.generate_presigned_url("get_object", Params={"Bucket": "site", "Key": "k"})

    with urllib.request.urlopen(url) as response:
        assert response.read() == b"v"


def test_a_presigned_upload_of_bytes_that_curl_calls_a_form_is_kept(connect: Connect) -> None:
    s3, photo = connect("s3"), bytes(range(256))
    s3.create_bucket(Bucket="site")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "site", "Key": "k"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # `curl -X PUT --data-binary @photo`
    with urllib.request.urlopen(urllib.request.Request(url, photo, form, method="PUT"), timeout=10) as response:
        assert response.status == 200
    assert s3.get_object(Bucket="site", Key="k")["Body"].read() == photo


def test_eight_clients_at_once(connect: Connect) -> None:
    def deploy(number: int) -> str:
        cloudformation = connect("cloudformation")
        cloudformation.create_stack(StackName=f"site-{number}", TemplateBody=BUCKET)
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=f"site-{number}", WaiterConfig={"Delay": 0, "MaxAttempts": 500})
        status: str = cloudformation.describe_stacks(StackName=f"site-{number}")["Stacks"][0]["StackStatus"]
        return status

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(deploy, range(8))) == ["CREATE_COMPLETE"] * 8

    assert len(connect("s3").list_buckets()["Buckets"]) == 8


def test_a_fault_is_ordered_over_http_and_botocore_retries_it(server: Server, connect: Connect) -> None:
    control(server, "faults", {"fault": "throttle-calls", "operation": "ListStacks", "times": 1})
    with pytest.raises(ClientError, match="Rate exceeded"):
        connect("cloudformation").list_stacks()

    control(server, "faults", {"fault": "throttle-calls", "operation": "ListStacks", "times": 1})
    assert connect("cloudformation", attempts=3).list_stacks()["StackSummaries"] == []


def test_a_lost_response_is_a_closed_connection_whose_effect_happened(server: Server, connect: Connect) -> None:
    control(server, "faults", {"fault": "lose-response", "operation": "CreateStack"})

    with pytest.raises(ConnectionClosedError):
        connect("cloudformation").create_stack(StackName="site", TemplateBody=TOPIC)

    assert [each["StackName"] for each in connect("cloudformation").list_stacks()["StackSummaries"]] == ["site"]


@pytest.mark.parametrize(
    ("verb", "body", "text"),
    [
        ("faults", {"fault": "earthquake"}, "Unknown fault"),
        ("coffee", {}, "There is no control verb POST coffee"),
        ("stage", {"name": "site", "status": "ASLEEP"}, "No such stack status"),
        ("stage", {"name": "site", "status": "CREATE_COMPLETE", "seconds": "long"}, "The field seconds cannot be"),
        ("stage", {"name": "site", "status": "CREATE_COMPLETE", "template": "text"}, "Not a template: "),
        ("faults", ["fail-resource"], "A control verb needs a JSON object"),
        ("images", {}, "Missing field: uri"),
        ("images", {"uri": "app:latest", "directory": ".", "handler": "a.b"}, "by its digest"),
        (
            "images",
            {
                "uri": f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{DIGEST}",
                "directory": ".",
                "handler": "a.b",
            },
            "No such repository in us-east-1: app",
        ),
    ],
)
def test_a_control_verb_used_wrongly_says_what_was_wrong(server: Server, verb: str, body: object, text: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(server, verb, body)

    with caught.value as error:
        assert text in json.load(error)["error"]


def test_an_image_without_docker_is_in_the_registry(server: Server, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "handler.py").write_text("def handler(event, context): ...")
    connect("ecr").create_repository(repositoryName="app")
    uri = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{DIGEST}"

    for _ in range(2):
        control(server, "images", {"uri": uri, "directory": str(tmp_path), "handler": "app.handler.handler"})

    [image] = connect("ecr").describe_images(repositoryName="app")["imageDetails"]
    assert image["imageDigest"] == DIGEST


def test_a_stack_is_staged_over_http(server: Server, connect: Connect) -> None:
    staged = control(server, "stage", {"name": "site", "status": "UPDATE_ROLLBACK_FAILED"})

    [stack] = connect("cloudformation").describe_stacks(StackName="site")["Stacks"]
    assert (stack["StackStatus"], stack["StackId"]) == ("UPDATE_ROLLBACK_FAILED", staged["StackId"])


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("cloudformation", "/"),
        ("s3", "/bucket?tagging"),
        ("ecr", "/"),
        ("lambda", "/2017-03-31/tags/arn:aws:lambda:us-east-1:111111111111:function:f"),
        ("none", "/_local_cloud/faults"),
    ],
)
def test_a_client_that_goes_away_in_the_midst_of_its_request_is_nothing_to_write_down(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture, service: str, path: str
) -> None:
    credential = f"AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host"
    with socket.create_connection((HOST, server.port)) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {credential}, Signature=a\r\n"
        client.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n".encode())
        client.sendall(b"Content-Length: 1000\r\n\r\nAction=Descr")
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):  # until the server, too, is done with the connection
            pass

    assert connect("cloudformation").describe_stacks()["Stacks"] == []
    assert [record for record in caplog.records if record.exc_info or "Traceback" in record.getMessage()] == []


def test_a_port_in_use_is_named(server: Server) -> None:
    with pytest.raises(PortInUse, match=str(server.port)):
        Server(lambda *_: [], port=server.port)


def test_the_first_port_that_is_free_is_taken(server: Server) -> None:
    with on_first_free(lambda *_: [], range(server.port, server.port + 50)) as other:
        assert server.port < other.port < server.port + 50
    with pytest.raises(PortInUse, match=f"No free port for a site from {server.port} to {server.port}"):
        on_first_free(lambda *_: [], range(server.port, server.port + 1))


def test_after_its_end_nobody_listens(tmp_path: Path) -> None:
    with cloud(state=tmp_path) as server:
        endpoint = server.endpoint

    client = boto3.client("cloudformation", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(EndpointConnectionError):
        client.list_stacks()
