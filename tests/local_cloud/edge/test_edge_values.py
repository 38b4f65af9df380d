"""The edge's pure parts: path patterns, what goes to the origin, ranges and conditions."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.edge import Headers, Request, Response
from local_cloud.edge.distribution import covers
from local_cloud.edge.permissions import Attempt, allows
from local_cloud.edge.policies import EVERYTHING, NOTHING, forwarded_values, only, origin_request_policy
from local_cloud.edge.s3_origin import conditional, ranged

WHOLE = Response(headers=Headers((("ETag", '"e"'), ("Content-Type", "text/plain"))), body=b"0123456789")


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("*", "/anything/at/all", True),
        ("/api/*", "/api/items", True),
        ("/api/*", "/api/", True),
        ("/api/*", "/api", False),
        ("api/*", "/api/items", True),
        ("/API/*", "/api/items", False),
        ("*.jpg", "/a/b/c.jpg", True),
        ("/images/*.jp*", "/images/a/b.jpeg", True),
        ("/a??.txt", "/abc.txt", True),
        ("/a??.txt", "/ab.txt", False),
        ("/a[b].txt", "/ab.txt", False),
        ("/a.txt", "/a-txt", False),
        ("/blog//*", "/blog/x", False),
    ],
)
def test_a_path_pattern_knows_stars_and_question_marks(pattern: str, path: str, covered: bool) -> None:
    assert covers(pattern, path) is covered


@given(st.text("ab/*?", max_size=8), st.text("ab/", max_size=8))
def test_a_pattern_is_a_shells_without_brackets(pattern: str, path: str) -> None:
    relative = pattern.removeprefix("/")
    assert covers(f"/{relative}", f"/{path}") is fnmatchcase(path, relative)


@given(st.integers(0, 12), st.integers(0, 12))
def test_a_range_is_what_the_bytes_say(first: int, last: int) -> None:
    part = ranged(Request(headers=Headers((("Range", f"bytes={first}-{last}"),))), WHOLE)
    wanted = WHOLE.body[first : last + 1]
    assert (part.status, part.body == wanted) == ((206, True) if wanted else (416, False))


@pytest.mark.parametrize("text", ["bytes=", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", ""])
def test_what_is_no_range_gets_the_whole(text: str) -> None:
    assert ranged(Request(headers=Headers((("Range", text),))), WHOLE) == WHOLE


@pytest.mark.parametrize(
    ("known", "status"), [('"e"', 304), ('W/"e"', 304), ('"x", "e"', 304), ("*", 304), ('"x"', 200), ("", 200)]
)
def test_a_condition_compares_tags_weakly(known: str, status: int) -> None:
    assert conditional(Request(headers=Headers((("If-None-Match", known),))), WHOLE).status == status


@pytest.mark.parametrize(
    ("behavior", "names", "kept", "dropped"),
    [
        ("none", [], [], ["host", "accept"]),
        ("whitelist", ["Accept", "X-A"], ["accept", "x-a"], ["host"]),
        ("allViewer", [], ["host", "anything"], []),
        ("allExcept", ["Host"], ["accept"], ["host"]),
        ("allViewerAndWhitelistCloudFront", ["CloudFront-Viewer-Country"], ["host"], []),
    ],
)
def test_a_policy_says_which_headers_travel(
    behavior: str, names: list[str], kept: list[str], dropped: list[str]
) -> None:
    policy = origin_request_policy({"HeadersConfig": {"HeaderBehavior": behavior, "Headers": names}})
    assert all(name in policy.headers for name in kept)
    assert not any(name in policy.headers for name in dropped)


def test_forwarded_values_are_read_as_the_policy_they_amount_to() -> None:
    values = forwarded_values({"QueryString": "true", "Headers": ["Host"], "Cookies": {"Forward": "all"}})
    assert (values.query, values.headers, values.cookies) == (EVERYTHING, only("host"), EVERYTHING)
    assert forwarded_values({}).query == NOTHING


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Effect": "Allow", "Principal": "*"}, True),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "S3:get*"}, True),
        ({"Effect": "Allow", "Principal": {"Service": ["cloudfront.amazonaws.com", "x"]}}, True),
        ({"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}}, False),
        ({"Effect": "Deny", "Principal": "*"}, False),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, True),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": ["2"]}}}, False),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
    ],
)
def test_a_bucket_policy_decides_as_iam_does(statement: dict[str, object], allowed: bool) -> None:
    whole = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **statement}
    attempt = Attempt(
        service="cloudfront.amazonaws.com", action="s3:GetObject", resource="arn:aws:s3:::b/k", source_account="1"
    )
    assert allows({"Statement": whole}, attempt) is allowed


def test_a_deny_that_applies_wins() -> None:
    insecure = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    read = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    attempt = Attempt(service=None, action="s3:GetObject", resource="arn:aws:s3:::b/k")
    only_http = {**insecure, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert allows({"Statement": [read, only_http]}, attempt)
    assert not allows({"Statement": [read, insecure]}, attempt)


@given(st.lists(st.tuples(st.sampled_from(["A", "a", "B"]), st.text("xy", max_size=2))))
def test_setting_a_header_leaves_exactly_one(fields: list[tuple[str, str]]) -> None:
    headers = Headers(tuple(fields)).setting(("a", "new"))
    assert headers.all("A") == ("new",)
    assert re.fullmatch(r"(B\n)*", "".join(f"{name}\n" for name, _ in headers.without("a")))
