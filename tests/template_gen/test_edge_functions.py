"""The code that CloudFront runs, run: functions of generated templates in V8, with events as CloudFront gives them."""

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer
from samtranslator.yaml_helper import yaml_parse

from template_gen import Domain, Frontend, Redirect, Site, build

SPA = Site(name="ab")
PAGES = Site(name="ab", frontend=Frontend.PAGES)
DOMAIN = Site(name="ab", domain=Domain(name="example.com"))
WWW = Site(name="ab", frontend=Frontend.PAGES, domain=Domain(name="example.com", redirect=Redirect.APEX_TO_WWW))


def run(
    site: Site,
    function: str,
    uri: str,
    *,
    host: str = "d1.cloudfront.net",
    query: Any = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """What the function of the site's template answers: a request to go on with, or a response."""
    code = yaml_parse(build(site)["website.yaml"])["Resources"][function]["Properties"]["FunctionCode"]
    text = code["Fn::Sub"] if isinstance(code, dict) else code
    sent = {name: {"value": value} for name, value in {"host": host, **(headers or {})}.items()}
    event = {"request": {"method": "GET", "uri": uri, "querystring": query or {}, "headers": sent}}
    script = f"{text.replace('${DomainName}', 'example.com')}; JSON.stringify(handler({json.dumps(event)}))"
    return json.loads(str(MiniRacer().eval(script)))


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/", "/index.html"),
        ("/activities/42", "/index.html"),
        ("/v1.2/notes", "/index.html"),
        ("/assets/app.js", "/assets/app.js"),
        ("/robots.txt", "/robots.txt"),
    ],
)
def test_a_single_page_app_answers_every_path_that_is_no_file(uri: str, file: str) -> None:
    assert run(SPA, "FrontendRequests", uri)["uri"] == file


@pytest.mark.parametrize(
    ("uri", "file"),
    [("/", "/index.html"), ("/about/", "/about/index.html"), ("/a/b/", "/a/b/index.html"), ("/x.css", "/x.css")],
)
def test_a_directory_of_pages_is_its_index(uri: str, file: str) -> None:
    assert run(PAGES, "FrontendRequests", uri)["uri"] == file


def test_a_directory_without_its_slash_redirects_and_keeps_the_query() -> None:
    query = {
        "q": {"value": "a%20b"},
        "tag": {"value": "x", "multiValue": [{"value": "x"}, {"value": "y"}]},
        "z": {"value": ""},
    }
    response = run(PAGES, "FrontendRequests", "/about", query=query)
    assert response["statusCode"] == 308
    assert response["headers"]["location"]["value"] == "/about/?q=a%20b&tag=x&tag=y&z"


@pytest.mark.parametrize("uri", ["//evil.example", "/\\evil.example", "///evil"])
def test_a_redirect_never_leaves_the_site(uri: str) -> None:
    """A path that begins with two slashes is another host to a browser."""
    location = run(PAGES, "FrontendRequests", uri.replace(".", "-"))["headers"]["location"]["value"]
    assert location.startswith("/")
    assert location[1] not in "/\\"


@pytest.mark.parametrize(
    ("site", "host", "location"),
    [
        (DOMAIN, "www.example.com", "https://example.com/a?q=1"),
        (WWW, "example.com", "https://www.example.com/a?q=1"),
    ],
)
@pytest.mark.parametrize("function", ["FrontendRequests", "ApiRequests"])
def test_the_other_name_redirects_to_the_sites_own(site: Site, host: str, location: str, function: str) -> None:
    response = run(site, function, "/a", host=host, query={"q": {"value": "1"}})
    assert response["statusCode"] == 308
    assert response["headers"]["location"]["value"] == location


@pytest.mark.parametrize("host", ["example.com", "d1.cloudfront.net"])
def test_the_sites_own_names_do_not_redirect(host: str) -> None:
    assert run(DOMAIN, "FrontendRequests", "/a", host=host)["uri"] == "/index.html"


def test_the_app_learns_the_visitors_host() -> None:
    request = run(SPA, "ApiRequests", "/api/items", host="example.com")
    assert request["uri"] == "/api/items"
    assert request["headers"]["x-forwarded-host"] == {"value": "example.com"}


@pytest.mark.parametrize(
    ("size", "content_type", "passes"),
    [
        (4_500_000, "application/gpx+xml", True),
        (4_500_001, "application/gpx+xml", False),
        (6_000_000, "application/json; charset=utf-8", True),
        (6_000_001, "application/json", False),
    ],
)
def test_a_body_that_lambda_cannot_take_gets_a_clear_answer(size: int, content_type: str, passes: bool) -> None:
    answer = run(SPA, "ApiRequests", "/api/x", headers={"content-length": str(size), "content-type": content_type})
    assert answer.get("statusCode") == (None if passes else 413)
    assert passes or "bytes that can be sent" in answer["body"]["data"]
