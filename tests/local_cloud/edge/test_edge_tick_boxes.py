"""Every wrong tick-box that shows at runtime shows here, as the failing request it would be on AWS."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from local_cloud.edge import Headers, Request, TooSlow
from local_cloud.services import Services
from tests.local_cloud.handmade import (
    ALL_VIEWER,
    API,
    BUCKET,
    FUNCTION_ARN,
    SITE,
    SITE_ARN,
    Resource,
    Site,
    added,
    site,
    ticked,
    visitor,
    without,
)

CONFIG = "DistributionConfig"
API_STAR = (CONFIG, "CacheBehaviors", 1)
STATEMENTS = ("PolicyDocument", "Statement")
FIRST = (*STATEMENTS, 0)
FORBIDDEN = b'{"message":"Forbidden"}'
NOT_FOUND = b'{"message":"Not Found"}'
ANY_METHOD = site()["api"].properties["Body"]["paths"]["/$default"]
LEGACY = {"PathPattern": "/api/*", "TargetOriginId": "api"}
URL_DOMAIN = "abc123.lambda-url.us-east-1.on.aws"


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    services.reset()
    services.client("s3").create_bucket(Bucket=BUCKET)
    services.client("s3").put_object(Bucket=BUCKET, Key="index.html", Body=b"<p>", ContentType="text/html")
    yield services
    services.reset()


def box(name: str, *path: str | int, value: Any) -> Site:
    return ticked(site(), name, *path, value=value)


def distribution(*path: str | int, value: Any) -> Site:
    return box("distribution", *path, value=value)


API_BOXES = {
    "the viewer's Host is forwarded (AllViewer)": (
        distribution(*API_STAR, "OriginRequestPolicyId", value=ALL_VIEWER), 403, FORBIDDEN,
    ),
    "the viewer's Host is forwarded (ForwardedValues)": (
        distribution(*API_STAR, value={**LEGACY, "ForwardedValues": {"Headers": ["*"]}}),
        403, FORBIDDEN,
    ),
    "an origin path before a $default stage": (
        ticked(
            box("api", "Body", "paths", value={"/api/items": ANY_METHOD}),
            "distribution", CONFIG, "Origins", 1, "OriginPath", value="/prod",
        ),
        404, NOT_FOUND,
    ),
    "no origin path before a named stage": (box("stage", "StageName", value="prod"), 404, NOT_FOUND),
    "no route has the prefix": (
        box("api", "Body", "paths", value={"/items": ANY_METHOD}), 404, NOT_FOUND,
    ),
    "the execute-api name is disabled": (box("api", "DisableExecuteApiEndpoint", value=True), 404, NOT_FOUND),
    "the API may not invoke the function": (without(site(), "permission"), 500, b'{"message":"Internal Server Error"}'),
    "the permission is for another API": (
        box("permission", "SourceArn", value="arn:aws:execute-api:us-east-1:111111111111:other/*"),
        500, b'{"message":"Internal Server Error"}',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "status", "body"), API_BOXES.values(), ids=API_BOXES)
def test_a_wrong_box_before_the_api_is_the_apis_refusal(
    services: Services, wrong: Site, status: int, body: bytes
) -> None:
    answer = visitor(wrong, services).get("/api/items")
    assert (answer.status, answer.body) == (status, body)


def test_an_http_origin_protocol_cannot_connect(services: Services) -> None:
    wrong = distribution(CONFIG, "Origins", 1, "CustomOriginConfig", "OriginProtocolPolicy", value="http-only")
    assert visitor(wrong, services).get("/api/items").status == 502


def test_an_origin_that_nothing_has_is_not_resolved(services: Services) -> None:
    wrong = distribution(CONFIG, "Origins", 1, "DomainName", value="gone.execute-api.us-east-1.amazonaws.com")
    answer = visitor(wrong, services).get("/api/items")
    assert (answer.status, b"resolve the origin domain name" in answer.body) == (502, True)


def test_without_the_other_methods_a_post_is_cloudfronts_403(services: Services) -> None:
    wrong = distribution(*API_STAR, "AllowedMethods", value=["GET", "HEAD"])
    answer = visitor(wrong, services).ask("POST", "/api/items", body=b"x")
    assert (answer.status, b"not configured to allow the HTTP request method" in answer.body) == (403, True)


def test_without_an_origin_request_policy_query_cookies_and_authorization_are_dropped(services: Services) -> None:
    wrong = distribution(*API_STAR, "OriginRequestPolicyId", value=None)
    answer = visitor(wrong, services).get("/api/items?a=1", ("Cookie", "s=1"), ("Authorization", "Bearer x"))
    event = json.loads(answer.body)
    assert event["rawQueryString"] == ""
    assert event.keys().isdisjoint({"cookies", "queryStringParameters"})
    assert "authorization" not in event["headers"]
    assert event["headers"]["user-agent"] == "Amazon CloudFront"


def test_without_a_behavior_for_the_bare_prefix_it_goes_to_the_bucket(services: Services) -> None:
    wrong = distribution(
        CONFIG, "CacheBehaviors", value=[site()["distribution"].properties[CONFIG]["CacheBehaviors"][1]]
    )
    assert visitor(wrong, services).get("/api").status == 404
    assert visitor(site(), services).get("/api").status == 200


def test_an_error_page_for_single_page_apps_eats_the_apis_404(services: Services) -> None:
    pages = [{"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}]
    wrong = distribution(CONFIG, "CustomErrorResponses", value=pages)
    not_found = {"statusCode": 404, "body": '{"detail":"No such track"}'}
    answer = visitor(wrong, services, lambda function, event, *, seconds=0: not_found).get("/api/tracks/9")
    assert (answer.status, answer.body) == (200, b"<p>")


def test_a_rewrite_shared_with_the_api_rewrites_the_apis_paths(services: Services) -> None:
    code = "function handler(event) { event.request.uri = '/index.html'; return event.request; }"
    function = Resource(type="AWS::CloudFront::Function", physical_id="arn:rewrite", properties={"FunctionCode": code})
    shared = [{"EventType": "viewer-request", "FunctionARN": "arn:rewrite"}]
    wrong = added(distribution(*API_STAR, "FunctionAssociations", value=shared), "function", function)
    assert json.loads(visitor(wrong, services).get("/api/items").body)["rawPath"] == "/index.html"


def test_an_origin_that_is_slower_than_the_read_timeout_is_cloudfronts_504(services: Services) -> None:
    def hangs(function: str, event: Mapping[str, Any], *, seconds: float = 0) -> Any:
        raise TooSlow(f"No answer within {seconds} s")

    hasty = distribution(CONFIG, "Origins", 1, "CustomOriginConfig", "OriginReadTimeout", value=5)
    assert visitor(hasty, services, hangs).get("/api/items").status == 504
    assert visitor(site(), services, hangs).get("/api/items").status == 503


@pytest.mark.parametrize(("host", "status"), [("www.example.com", 200), ("127.0.0.1:80", 200), ("example.com", 403)])
def test_a_name_that_is_no_alias_is_a_bad_request(services: Services, host: str, status: int) -> None:
    named = distribution(CONFIG, "Aliases", value=["*.example.com"])
    request = Request(path="/index.html", headers=Headers((("Host", host),)))
    assert visitor(named, services).edge.handle(SITE, request).status == status


def test_a_get_with_a_body_is_a_bad_request(services: Services) -> None:
    assert visitor(site(), services).ask("GET", "/api/items", body=b"{}").status == 403


BUCKET_BOXES = {
    "no bucket policy": without(site(), "bucket policy"),
    "the policy names the bucket, not its objects": box(
        "bucket policy", *FIRST, "Resource", value=f"arn:aws:s3:::{BUCKET}"
    ),
    "the policy names another distribution": box(
        "bucket policy", *FIRST, "Condition", value={"StringEquals": {"AWS:SourceArn": SITE_ARN + "X"}}
    ),
    "the distribution's ARN has a region": box(
        "bucket policy", *FIRST, "Condition",
        value={"StringEquals": {"AWS:SourceArn": SITE_ARN.replace("::1", ":us-east-1:1")}},
    ),
    "a wildcard under StringEquals": box(
        "bucket policy", *FIRST, "Condition",
        value={"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111111111111:distribution/*"}},
    ),
    "no origin access control": distribution(CONFIG, "Origins", 0, "OriginAccessControlId", value=""),
    "an origin access control that never signs": box(
        "access", "OriginAccessControlConfig", "SigningBehavior", value="never"
    ),
    "an origin access control for Lambda": box(
        "access", "OriginAccessControlConfig", "OriginAccessControlOriginType", value="lambda"
    ),
    "the bucket is encrypted with AWS's KMS key": box(
        "bucket", "BucketEncryption",
        value={"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
    ),
    "no default root object": distribution(CONFIG, "DefaultRootObject", value=""),
}  # fmt: skip


@pytest.mark.parametrize("wrong", BUCKET_BOXES.values(), ids=BUCKET_BOXES)
def test_a_wrong_box_before_the_bucket_is_access_denied(services: Services, wrong: Site) -> None:
    answer = visitor(wrong, services).get("/")
    assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)


def test_without_a_rewrite_a_folder_has_no_page(services: Services) -> None:
    services.client("s3").put_object(Bucket=BUCKET, Key="blog/index.html", Body=b"blog")
    assert visitor(site(), services).get("/blog/").status == 404
    assert visitor(site(), services).get("/blog/index.html").status == 200


def test_a_page_for_404_is_not_shown_while_missing_files_are_403(services: Services) -> None:
    pages = [{"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/index.html"}]
    right = distribution(CONFIG, "CustomErrorResponses", value=pages)
    only_read = right["bucket policy"].properties["PolicyDocument"]["Statement"][:1]
    wrong = ticked(right, "bucket policy", *STATEMENTS, value=only_read)
    assert visitor(right, services).get("/none").body == b"<p>"
    answer = visitor(wrong, services).get("/none")
    assert (answer.status, b"AccessDenied" in answer.body) == (403, True)


def test_a_root_object_with_a_slash_is_not_found(services: Services) -> None:
    assert visitor(distribution(CONFIG, "DefaultRootObject", value="/index.html"), services).get("/").status == 404


def test_a_forwarded_host_breaks_the_signature_for_the_bucket(services: Services) -> None:
    wrong = distribution(CONFIG, "DefaultCacheBehavior", "OriginRequestPolicyId", value=ALL_VIEWER)
    answer = visitor(wrong, services).get("/")
    assert (answer.status, b"SignatureDoesNotMatch" in answer.body) == (403, True)


def test_a_wildcard_under_string_like_is_allowed(services: Services) -> None:
    condition = {"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::111111111111:distribution/*"}}
    assert visitor(box("bucket policy", *FIRST, "Condition", value=condition), services).get("/").status == 200


def test_the_global_name_of_a_bucket_in_another_region_redirects(services: Services) -> None:
    wrong = distribution(CONFIG, "Origins", 0, "DomainName", value=f"{BUCKET}.s3.amazonaws.com")
    elsewhere = replace(wrong["bucket"], stack_id=wrong["bucket"].stack_id.replace("us-east-1", "eu-west-1"))
    answer = visitor({**wrong, "bucket": elsewhere}, services).get("/")
    assert (answer.status, answer.headers.get("Location")) == (307, f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/")


def url_permission(action: str, principal: str = "cloudfront.amazonaws.com") -> Resource:
    properties = {"Action": action, "Principal": principal, "FunctionName": FUNCTION_ARN}
    return Resource(type="AWS::Lambda::Permission", physical_id=action, properties=properties)


def function_url(auth: str) -> Site:
    """The API's behaviors lead to a function URL with an origin access control."""
    url = Resource(
        type="AWS::Lambda::Url",
        physical_id=FUNCTION_ARN,
        properties={"TargetFunctionArn": FUNCTION_ARN, "AuthType": auth},
        attributes={"FunctionUrl": f"https://{URL_DOMAIN}/"},
    )
    access = {"OriginAccessControlConfig": {"SigningBehavior": "always", "OriginAccessControlOriginType": "lambda"}}
    oac = Resource(type="AWS::CloudFront::OriginAccessControl", physical_id="ELAMBDA", properties=access)
    leading = ticked(site(), "distribution", CONFIG, "Origins", 1, "DomainName", value=URL_DOMAIN)
    signed = ticked(leading, "distribution", CONFIG, "Origins", 1, "OriginAccessControlId", value="ELAMBDA")
    return {**signed, "url": url, "url access": oac}


def permitted(before: Site, *actions: str) -> Site:
    return {**before, **{action: url_permission(action) for action in actions}}


BOTH = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


def test_a_function_url_with_both_permissions_answers_with_the_path_as_sent(services: Services) -> None:
    answer = visitor(permitted(function_url("AWS_IAM"), *BOTH), services).get("/api/a%20b")
    assert (answer.status, json.loads(answer.body)["rawPath"]) == (200, "/api/a%20b")


@pytest.mark.parametrize("granted", [(), BOTH[:1], BOTH[1:]])
def test_a_function_url_with_iam_needs_both_permissions(services: Services, granted: tuple[str, ...]) -> None:
    assert visitor(permitted(function_url("AWS_IAM"), *granted), services).get("/api/x").status == 403


def test_a_function_url_with_iam_needs_an_origin_access_control(services: Services) -> None:
    unsigned = ticked(
        permitted(function_url("AWS_IAM"), *BOTH),
        "distribution",
        CONFIG,
        "Origins",
        1,
        "OriginAccessControlId",
        value="",
    )
    assert visitor(unsigned, services).get("/api/x").status == 403


def test_a_post_to_a_signed_function_url_needs_the_bodys_hash(services: Services) -> None:
    ours = visitor(permitted(function_url("AWS_IAM"), *BOTH), services)
    assert ours.ask("POST", "/api/x", body=b"x").status == 403
    assert ours.ask("POST", "/api/x", ("X-Amz-Content-Sha256", "2d711642"), body=b"x").status == 200


def test_a_public_function_url_needs_its_public_permission(services: Services) -> None:
    public = function_url("NONE")
    assert visitor(public, services).get("/api/x").status == 403
    opened = added(public, "public", url_permission("lambda:InvokeFunctionUrl", "*"))
    assert visitor(opened, services).get("/api/x").status == 200
    assert API not in str(visitor(opened, services).get("/api/x").body)
