"""moto in process: clients of our own handlers and a TemplateURL reach the same services."""

import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from local_cloud.services import Services, UrlError


def test_a_client_reaches_the_services_without_a_network(services: Services) -> None:
    services.client("s3").create_bucket(Bucket="tracks")
    services.client("s3").put_object(Bucket="tracks", Key="a/ä.html", Body=b"<p>")

    assert services.client("s3").get_object(Bucket="tracks", Key="a/ä.html")["Body"].read() == b"<p>"


def test_regions_are_kept_apart(services: Services) -> None:
    services.client("ecr", "eu-west-1").create_repository(repositoryName="app")

    assert services.client("ecr", "us-east-1").describe_repositories()["repositories"] == []


def test_the_services_belong_to_the_local_clouds_account(services: Services) -> None:
    assert services.client("sts").get_caller_identity()["Account"] == "111111111111"


def test_a_service_answers_its_own_errors(services: Services) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        services.client("s3").list_objects_v2(Bucket="never-made")


@pytest.mark.parametrize(
    ("service", "question"), [("cloudcontrol", "list_resource_requests"), ("cloudsearch", "describe_domains")]
)
def test_a_service_that_nobody_plays_is_refused_by_name(services: Services, service: str, question: str) -> None:
    with pytest.raises(ClientError, match=f"UnsupportedOperation.* does not have the service {service}"):
        getattr(services.client(service), question)()


@pytest.mark.parametrize(
    ("service", "question", "params"),
    [("cloudtrail", "lookup_events", {}), ("sns", "create_sms_sandbox_phone_number", {"PhoneNumber": "+1"})],
)
def test_an_operation_that_a_service_lacks_is_refused_by_name(
    services: Services, service: str, question: str, params: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match=f"UnsupportedOperation.*{service}.*{question}"):
        getattr(services.client(service), question)(**params)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.us-east-1.amazonaws.com/templates/site.yaml",
        "https://templates.s3.us-east-1.amazonaws.com/site.yaml",
        "https://templates.s3.amazonaws.com/site.yaml",
        "http://localhost:4566/templates/site.yaml",
        "http://127.0.0.1:4566/templates/site.yaml",
    ],
)
def test_a_template_url_is_read_from_the_local_s3_whatever_its_host(services: Services, url: str) -> None:
    services.client("s3").create_bucket(Bucket="templates")
    services.client("s3").put_object(Bucket="templates", Key="site.yaml", Body=b"Resources: {}")

    assert services.read_url(url) == "Resources: {}"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (
            "https://s3.amazonaws.com/nowhere/site.yaml",
            "S3 error: The specified bucket does not exist\nFor more information check "
            "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        ),
        ("https://example.com/a/site.yaml", "S3 error: Domain name specified in example.com is not a valid S3 domain"),
        ("s3://templates/site.yaml", "TemplateURL must be a supported URL."),
        ("file:///site.yaml", "TemplateURL must be a supported URL."),
    ],
)
def test_an_unreadable_template_url_is_refused_with_cloudformations_text(
    services: Services, url: str, text: str
) -> None:
    with pytest.raises(UrlError, match=text):
        services.read_url(url)


AT_ONCE = """
import gc, sys, threading
from local_cloud.services import Services

sys.setswitchinterval(1e-6)  # threads take turns as often as they can
gc.set_threshold(5)
gc.callbacks.append(lambda phase, info: [str(each) for each in range(3)])  # ... also while a syntax tree is made
questions = {"s3": "list_buckets", "sns": "list_topics", "iam": "list_roles", "sqs": "list_queues"}
clients = [(Services().client(service), question) for service, question in questions.items()]
threads = [threading.Thread(target=getattr(client, question)) for client, question in clients]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_services_that_are_asked_first_at_the_same_moment_all_answer() -> None:
    played = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=True)
    assert played.stderr == ""
