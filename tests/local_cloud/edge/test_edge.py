"""A site served as its distribution says: what a visitor gets, box by box."""

import gzip
import json
from collections.abc import Iterator

import pytest

from local_cloud.services import Services
from tests.local_cloud.handmade import API_BEHAVIOR, BUCKET, REWRITE, Resource, Visitor, added, site, ticked, visitor

PAGE = b"<!doctype html><title>Tracks</title>" + b"<p>Hello</p>" * 100
CONFIG = "DistributionConfig"
FUNCTION_ARN = "arn:aws:cloudfront::111111111111:function/website"


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    services.reset()
    s3 = services.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(
        Bucket=BUCKET, Key="index.html", Body=PAGE, ContentType="text/html; charset=utf-8", CacheControl="no-cache"
    )
    s3.put_object(Bucket=BUCKET, Key="blog/index.html", Body=b"blog", ContentType="text/html")
    s3.put_object(Bucket=BUCKET, Key="assets/été 1.txt", Body=b"0123456789", ContentType="text/plain")
    yield services
    services.reset()


@pytest.fixture
def ours(services: Services) -> Visitor:
    return visitor(site(), services)


def with_function(services: Services, code: str, event: str = "viewer-request") -> Visitor:
    function = Resource(
        type="AWS::CloudFront::Function",
        physical_id=FUNCTION_ARN,
        properties={"FunctionCode": code, "AutoPublish": True},
    )
    associations = [{"EventType": event, "FunctionARN": FUNCTION_ARN}]
    changed = ticked(site(), "distribution", CONFIG, "DefaultCacheBehavior", "FunctionAssociations", value=associations)
    return visitor(added(changed, "function", function), services)


def test_the_root_is_the_default_root_object_of_the_bucket(ours: Visitor) -> None:
    answer = ours.get("/")
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers.get("Content-Type") == "text/html; charset=utf-8"
    assert answer.headers.get("Cache-Control") == "no-cache"
    assert answer.headers.get("X-Cache") == "Miss from cloudfront"
    assert answer.headers.get("Via") == "1.1 d111111abcdef8.cloudfront.net (CloudFront)"


def test_a_key_is_the_decoded_path(ours: Visitor) -> None:
    assert ours.get("/assets/%C3%A9t%C3%A9%201.txt").body == b"0123456789"


def test_the_api_gets_what_the_behavior_sends_it(ours: Visitor) -> None:
    answer = ours.get("/api/items?a=1&a=2&b=", ("Cookie", "s=1; t=2"), ("Authorization", "Bearer x"))
    event = json.loads(answer.body)
    assert event["rawPath"] == "/api/items"
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert event["cookies"] == ["s=1", "t=2"]
    assert event["headers"]["authorization"] == "Bearer x"
    assert event["headers"]["host"] == "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
    assert event["headers"]["cloudfront-forwarded-proto"] == "https"


def test_the_first_behavior_that_matches_decides(services: Services) -> None:
    shadowing = {"PathPattern": "*.json", "TargetOriginId": "frontend"}
    behaviors = [shadowing, {"PathPattern": "/api/*", **API_BEHAVIOR}]
    changed = visitor(ticked(site(), "distribution", CONFIG, "CacheBehaviors", value=behaviors), services)
    assert changed.get("/api/items").status == 200
    assert changed.get("/api/items.json").status == 404


def test_a_missing_key_is_404_when_the_distribution_may_list_and_403_when_not(
    services: Services, ours: Visitor
) -> None:
    assert (ours.get("/none").status, b"NoSuchKey" in ours.get("/none").body) == (404, True)
    statements = site()["bucket policy"].properties["PolicyDocument"]["Statement"][:1]
    unlisted = visitor(ticked(site(), "bucket policy", "PolicyDocument", "Statement", value=statements), services)
    assert (unlisted.get("/none").status, b"AccessDenied" in unlisted.get("/none").body) == (403, True)
    assert unlisted.get("/").status == 200


def test_an_error_page_stands_in_for_the_origins_answer(services: Services) -> None:
    pages = [{"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}]
    answer = visitor(ticked(site(), "distribution", CONFIG, "CustomErrorResponses", value=pages), services).get("/none")
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers.get("X-Cache") == "Error from cloudfront"


def test_an_origin_group_asks_its_second_origin_when_the_first_fails(services: Services) -> None:
    members = {"Items": [{"OriginId": "frontend"}, {"OriginId": "api"}]}
    group = {"Id": "both", "Members": members, "FailoverCriteria": {"StatusCodes": {"Items": [404]}}}
    grouped = ticked(site(), "distribution", CONFIG, "OriginGroups", value={"Items": [group]})
    answer = visitor(
        ticked(grouped, "distribution", CONFIG, "DefaultCacheBehavior", "TargetOriginId", value="both"), services
    )
    assert answer.get("/blog/index.html").body == b"blog"
    assert json.loads(answer.get("/none").body)["rawPath"] == "/none"


def test_text_is_compressed_for_those_who_accept_it(ours: Visitor) -> None:
    answer = ours.get("/", ("Accept-Encoding", "gzip, br"))
    assert answer.headers.get("Content-Encoding") == "gzip"
    assert gzip.decompress(answer.body) == PAGE
    assert answer.headers.get("ETag").startswith('W/"')


def test_small_bodies_are_not_compressed(ours: Visitor) -> None:
    assert "Content-Encoding" not in ours.get("/blog/index.html", ("Accept-Encoding", "gzip")).headers


def test_a_range_is_a_part(ours: Visitor) -> None:
    part = ours.get("/assets/%C3%A9t%C3%A9%201.txt", ("Range", "bytes=2-4"))
    assert (part.status, part.body, part.headers.get("Content-Range")) == (206, b"234", "bytes 2-4/10")
    assert ours.get("/assets/%C3%A9t%C3%A9%201.txt", ("Range", "bytes=-3")).body == b"789"
    assert ours.get("/assets/%C3%A9t%C3%A9%201.txt", ("Range", "bytes=10-")).status == 416


def test_what_the_browser_has_is_not_sent_again(ours: Visitor) -> None:
    first = ours.get("/")
    again = ours.get("/", ("If-None-Match", first.headers.get("ETag")))
    assert (again.status, again.body) == (304, b"")
    assert ours.get("/", ("If-Modified-Since", first.headers.get("Last-Modified"))).status == 304
    assert ours.get("/", ("If-None-Match", '"other"')).status == 200


def test_a_viewer_request_function_rewrites_the_path(services: Services) -> None:
    assert with_function(services, REWRITE).get("/blog/").body == b"blog"


def test_a_viewer_request_function_may_answer_itself(services: Services) -> None:
    code = """
    async function handler(event) {
      const {uri, querystring} = event.request;
      return {statusCode: 301, statusDescription: 'Moved', 
              headers: {location: {value: uri + '/?' + querystring.q.value}},
              cookies: {seen: {value: '1', attributes: 'Path=/'}}};
    }"""
    answer = with_function(services, code).get("/old?q=1")
    assert (answer.status, answer.headers.get("Location")) == (301, "/old/?1")
    assert answer.headers.get("Set-Cookie") == "seen=1; Path=/"
    assert answer.headers.get("X-Cache") == "FunctionGeneratedResponse from cloudfront"


def test_a_viewer_response_function_sets_headers_and_errors_pass_it_by(services: Services) -> None:
    code = "function handler(event) { event.response.headers['x-seen'] = {value: 'yes'}; return event.response; }"
    changed = with_function(services, code, "viewer-response")
    assert changed.get("/").headers.get("X-Seen") == "yes"
    assert "X-Seen" not in changed.get("/none").headers


@pytest.mark.parametrize(
    ("code", "status", "cache"),
    [
        ("function handler(event) { throw new Error('boom'); }", 503, "FunctionExecutionError"),
        ("function handler(event {", 503, "FunctionExecutionError"),
        (
            "function handler(event) { event.request.uri = 'index.html'; return event.request; }",
            502,
            "FunctionValidationError",
        ),
        (
            "function handler(event) { event.request.headers.host.value = 'x'; return event.request; }",
            502,
            "FunctionValidationError",
        ),
        ("function handler(event) { }", 502, "FunctionValidationError"),
    ],
)
def test_a_function_that_fails_is_cloudfronts_error(services: Services, code: str, status: int, cache: str) -> None:
    answer = with_function(services, code).get("/")
    assert (answer.status, answer.headers.get("X-Cache")) == (status, f"{cache} from cloudfront")


def test_a_managed_response_headers_policy_adds_its_headers(services: Services) -> None:
    managed = "67f7725c-6f97-4210-82d7-5512b31e9d03"
    changed = ticked(site(), "distribution", CONFIG, "DefaultCacheBehavior", "ResponseHeadersPolicyId", value=managed)
    headers = visitor(changed, services).get("/").headers
    assert headers.get("X-Content-Type-Options") == "nosniff"
    assert headers.get("Strict-Transport-Security") == "max-age=31536000"


def test_a_header_of_the_origin_stays_unless_the_policy_overrides(services: Services) -> None:
    items = [
        {"Header": "Cache-Control", "Value": "max-age=60", "Override": False},
        {"Header": "Content-Type", "Value": "text/x", "Override": True},
        {"Header": "X-New", "Value": "1", "Override": False},
    ]
    policy = Resource(
        type="AWS::CloudFront::ResponseHeadersPolicy",
        physical_id="own",
        properties={"ResponseHeadersPolicyConfig": {"CustomHeadersConfig": {"Items": items}}},
    )
    changed = ticked(site(), "distribution", CONFIG, "DefaultCacheBehavior", "ResponseHeadersPolicyId", value="own")
    headers = visitor(added(changed, "policy", policy), services).get("/").headers
    assert [headers.get(name) for name in ("Cache-Control", "Content-Type", "X-New")] == ["no-cache", "text/x", "1"]


def test_a_redirect_to_https_on_the_visitors_own_host_comes_back_to_this_machine(services: Services) -> None:
    target = {"statusCode": 307, "headers": {"location": "https://127.0.0.1:8080/api/items/"}}
    ours = visitor(site(), services, lambda function, event, *, seconds=0: target)
    assert ours.get("/api/items").headers.get("Location") == "http://127.0.0.1:8080/api/items/"


def test_a_distribution_that_is_disabled_refuses(services: Services) -> None:
    assert visitor(ticked(site(), "distribution", CONFIG, "Enabled", value=False), services).get("/").status == 403
