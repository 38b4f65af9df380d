"""Whether a site answers: the app need not know the path that it is asked for, but it must be the app that says so."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from werkzeug.wrappers import Response

from changesets.templates import read
from groat import smoke
from local_cloud.server import Server
from template_gen import Api, Frontend, Site, build

Answers = Mapping[str, Response]


@contextmanager
def served(response: Response) -> Iterator[str]:
    with Server(response) as server:
        yield server.endpoint


def fine(response: Response, **guessed: str) -> bool:
    """Does a site pass whose every answer is this one?"""
    with served(response) as url:
        try:
            smoke.check(url, ("/api/health",), patience=0, **guessed)
        except smoke.NoAnswer:
            return False
    return True


BY_API = {"Apigw-Requestid": "a"}
BY_URL = {"x-amzn-RequestId": "a"}


@pytest.mark.parametrize(
    ("response", "passes"),
    [
        (Response("{}", 200), True),
        (Response("no such page", 404, BY_API), True),
        (Response("no such page", 404, BY_URL), True),
        (Response("<Error><Code>NoSuchKey</Code></Error>", 404), False),
        (Response('{"message":"Not Found"}', 404, BY_API), False),
        (Response("Forbidden", 403, BY_API), False),
        (Response('{"message":"Internal Server Error"}', 500, BY_API), False),
    ],
)
def test_an_app_without_the_guessed_path_answers_and_nothing_else_passes_for_it(
    response: Response, passes: bool
) -> None:
    assert fine(response, guessed="/api/health") is passes


def test_a_path_that_is_named_must_be_there() -> None:
    assert not fine(Response("no such page", 404, BY_API))


@pytest.mark.parametrize(
    ("site", "named", "path"),
    [
        (Site(name="shop"), "", "/api/health"),
        (Site(name="shop", api_prefix="/v1"), "", "/v1/health"),
        (Site(name="shop", frontend=Frontend.NONE), "", "/api/health"),
        (Site(name="shop", api=Api.FUNCTION_URL), "/api/up", "/api/up"),
    ],
)
def test_the_api_is_asked_under_its_prefix_or_where_pyproject_says(site: Site, named: str, path: str) -> None:
    assert smoke.health(read(build(site)["website.yaml"]), named) == path


def test_a_good_answer_that_a_visitor_would_wait_long_for_is_told_with_how_to_find_out_why() -> None:
    quick, slow = smoke.Answer("/", 200, "", 0.2, of_app=False), smoke.Answer("/api/health", 200, "", 17.8, of_app=True)
    (told,) = smoke.warnings([quick, slow])
    assert told.startswith("GET /api/health took 18 s, ")
    assert told.endswith("groat doctor cold-start")
