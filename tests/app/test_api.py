"""The API as a browser uses it, over the memory of the process and over a DynamoDB table."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from httpx import Client

from app.main import create_app
from app.settings import Settings
from app.storage import RECENT, Activity, TableActivities
from app.tracks import measure
from app.tracks.gpx import read
from tests.app.browser import browser
from tests.app.gpx import northwards, track

GPX = track(northwards(climb=10))
HEADERS = {"Content-Type": "application/gpx+xml"}


@pytest.fixture(params=["memory", "table"])
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(table=request.getfixturevalue("table") if request.param == "table" else None)


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with browser(create_app(settings)) as client:
        yield client


@pytest.fixture
def anyone() -> Iterator[Client]:
    """A browser of an app that keeps nothing for longer than the test."""
    with browser(create_app(Settings())) as client:
        yield client


def test_an_uploaded_track_is_measured_kept_listed_and_deleted(client: Client) -> None:
    added = client.post("/api/activities", content=GPX, headers=HEADERS)
    assert added.status_code == 201
    activity = added.json()
    assert activity["summary"]["distance"] == pytest.approx(1111.9, abs=0.5)
    assert activity["summary"]["climb"] == 100

    assert client.get(added.headers["Location"]).json() == activity
    (entry,) = client.get("/api/activities").json()
    assert entry == {key: activity[key] for key in ("id", "uploaded", "summary")}

    assert client.delete(added.headers["Location"]).status_code == 204
    assert client.get("/api/activities").json() == []
    assert client.get(added.headers["Location"]).status_code == 404
    assert client.delete(added.headers["Location"]).status_code == 404


def test_the_newest_come_first_and_the_oldest_are_left_out(client: Client) -> None:
    for number in range(RECENT + 2):
        client.post("/api/activities", content=track(northwards(2), name=f"Run {number}"))
    names = [entry["summary"]["name"] for entry in client.get("/api/activities").json()]
    assert len(names) == RECENT
    assert names[0] == f"Run {RECENT + 1}"


def test_nobody_sees_or_deletes_the_activity_of_another_browser(client: Client) -> None:
    mine = client.post("/api/activities", content=GPX).headers["Location"]
    for stranger in ({"cookie": "owner=AAAAAAAAAAAAAAAAAAAAAA"}, {"cookie": "owner=../../etc"}, {"cookie": ""}):
        client.cookies.clear()
        assert client.get("/api/activities", headers=stranger).json() == []
        assert client.get(mine, headers=stranger).status_code == 404
        assert client.delete(mine, headers=stranger).status_code == 404


def test_an_expired_activity_is_gone_even_before_the_table_removes_it(table: str) -> None:
    kept = TableActivities(table, kept=timedelta(days=90))
    old = Activity.of(measure(read(GPX)), uploaded=datetime.now(UTC) - timedelta(days=91))
    kept.add("me", old)
    assert kept.recent("me") == []
    assert kept.get("me", old.id) is None
    (item,) = boto3.client("dynamodb").scan(TableName=table)["Items"]
    assert int(item["expires"]["N"]) == int((old.uploaded + timedelta(days=90)).timestamp())


def test_a_browser_is_known_by_a_cookie_that_scripts_and_other_sites_cannot_use(anyone: Client) -> None:
    assert "set-cookie" not in anyone.get("/api/activities").headers
    cookie = anyone.post("/api/activities", content=GPX).headers["set-cookie"]
    assert cookie.endswith("; HttpOnly; Max-Age=7776000; Path=/api; SameSite=lax; Secure")
    assert anyone.post("/api/activities", content=GPX).headers["set-cookie"] == cookie


def test_on_a_developers_http_the_cookie_is_not_secure_for_browsers_that_would_drop_it(anyone: Client) -> None:
    cookie = anyone.post("http://127.0.0.1:8000/api/activities", content=GPX).headers["set-cookie"]
    assert "secure" not in cookie.lower()


def test_a_gzipped_upload_is_the_same_activity(anyone: Client) -> None:
    plain = anyone.post("/api/activities", content=GPX).json()
    packed = anyone.post("/api/activities", content=gzip.compress(GPX)).json()
    assert packed["summary"] == plain["summary"]


@pytest.mark.parametrize(
    ("name", "filename", "shown"),
    [
        ("Lake", "a.gpx", "Lake"),
        ("", "Rund um München 🚴.gpx", "Rund um München 🚴"),
        ("", "no ending", "no ending"),
        ("", "", None),
        ("", "x" * 1000, "x" * 200),
        ("", "../../secret.gpx", "secret"),
    ],
)
def test_an_activity_is_called_as_the_file_says_or_as_the_file_is_called(
    anyone: Client, name: str, filename: str, shown: str | None
) -> None:
    added = anyone.post("/api/activities", params={"filename": filename}, content=track(northwards(), name=name))
    assert added.json()["summary"]["name"] == shown


MB = 2**20
REFUSED = {
    "too large": (b" " * (4 * MB + 1), 413, "This file is too large; the limit is 4 MB."),
    "too large unpacked": (gzip.compress(b" " * (16 * MB + 1)), 413, "This file is too large; the limit is 16 MB."),
    "damaged gzip": (gzip.compress(GPX)[:50] + b"?" * 50, 422, "The gzipped file is damaged: "),
    "half a gzip": (gzip.compress(GPX)[:-40], 422, "This is not a GPX file"),
    "not GPX": (b'{"a": 1}', 422, "This is not a GPX file; it cannot be read as XML"),
    "nothing": (b"", 422, "This is not a GPX file"),
}


@pytest.mark.parametrize(("body", "status", "says"), REFUSED.values(), ids=REFUSED)
def test_a_bad_upload_gets_a_clear_answer(anyone: Client, body: bytes, status: int, says: str) -> None:
    answer = anyone.post("/api/activities", content=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert anyone.get("/api/activities").json() == []


def test_a_form_on_another_site_cannot_take_a_browsers_list_away(anyone: Client) -> None:
    for site, status in {"cross-site": 403, "same-site": 403, "same-origin": 201, "none": 201}.items():
        answer = anyone.post("/api/activities", content=GPX, headers={"Sec-Fetch-Site": site})
        assert (site, answer.status_code) == (site, status)
        assert ("set-cookie" in answer.headers) == (status == 201)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/health", 200),
        ("HEAD", "/api/health", 200),
        ("GET", "/api/activities/", 404),
        ("GET", "/api/activities/unknown", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("PUT", "/api/activities", 405),
    ],
)
def test_every_path_answers_itself_and_none_redirects(anyone: Client, method: str, path: str, status: int) -> None:
    assert anyone.request(method, path, follow_redirects=False).status_code == status


def test_no_cache_on_the_way_may_keep_what_a_cookie_opens(anyone: Client) -> None:
    assert anyone.get("/api/activities").headers["Cache-Control"] == "no-store"


def test_a_table_that_does_not_answer_takes_only_the_activities_with_it(table: str) -> None:
    with browser(create_app(Settings(table="missing"))) as client:
        assert client.post("/api/activities", content=GPX).status_code == 500
        assert client.get("/api/health").json() == {"status": "ok"}
