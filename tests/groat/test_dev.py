"""The site while it is edited: an edit shows at the next request, behind the edge of the deployed site."""

import os
import time
import urllib.request
from collections.abc import Iterator

import pytest

from local_cloud.develop import PORTS
from tests.checkout import copy_to
from tests.developing import Dev, developing
from tests.photos import kept_in_the_bucket, kept_in_the_table, with_photos

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dev")]  # one site for all of them


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """On a machine that reaches the internet through a proxy, which does not reach the machine itself."""
    proxy = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    with developing(with_photos(copy_to(tmp_path_factory.mktemp("dev"))), environment=proxy) as dev:
        yield dev


def test_it_is_the_deployed_site_with_the_apps_own_server(dev: Dev) -> None:
    assert dev.get("/api/health") == (200, '{"status":"ok"}')
    assert dev.get("/api/nothing")[0] == 404
    assert dev.get("/tracks/of/the/browsers/router")[1].startswith("<!doctype html>")
    with urllib.request.urlopen(f"{dev.url}/api/health", timeout=30) as answer:
        assert answer.headers["strict-transport-security"]


def test_its_address_is_the_same_each_time_but_for_what_else_listens(dev: Dev) -> None:
    assert int(dev.url.rpartition(":")[2]) in PORTS


def test_the_app_has_the_sites_table_and_bucket_in_the_local_cloud(dev: Dev) -> None:
    kept_in_the_table(dev)
    kept_in_the_bucket(dev)


def test_an_edit_of_the_app_answers_within_half_a_second(dev: Dev) -> None:
    taken = []
    said = "ok"
    for number in range(5):
        dev.write("app/routes/health.py", f'"{said}"', f'"edit {number}"')
        said = f"edit {number}"
        taken.append(dev.seconds_until("/api/health", said))
    assert min(taken) < 0.5, taken


def test_an_edit_of_the_same_length_within_the_same_second_is_not_missed(dev: Dev) -> None:
    file = dev.root / "app/routes/health.py"
    text, second = file.read_text("utf-8"), time.time_ns() // 10**9 * 10**9
    for number in range(3):
        file.write_text(text.replace('"status":', f'"state{number}":'), "utf-8")
        os.utime(file, ns=(second, second + number))
        dev.seconds_until("/api/health", f"state{number}")
    file.write_text(text, "utf-8")
    dev.seconds_until("/api/health", "status")


def test_an_edit_of_the_frontend_is_served_and_the_page_reloads(dev: Dev) -> None:
    before = dev.edits
    dev.write("app/frontend/index.html", "</body>", "<!-- edited --></body>")
    assert dev.seconds_until("/", "<!-- edited -->") < 5
    assert '<script src="/_local_cloud/reload.js?' in dev.get("/", accept="text/html")[1]
    assert "location.reload()" in dev.get("/_local_cloud/reload.js")[1]
    dev.until_reloaded(before)


def test_a_mistake_is_shown_where_one_looks_and_mended_at_the_next_edit(dev: Dev) -> None:
    text = (dev.root / "app/routes/health.py").read_text("utf-8")
    (dev.root / "app/routes/health.py").write_text("def wrong(:\n", "utf-8")
    dev.seconds_until("/api/health", "SyntaxError")
    (dev.root / "app/routes/health.py").write_text(text, "utf-8")
    dev.seconds_until("/api/health", "status")
