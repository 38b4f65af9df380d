"""Back to the version before, on the local cloud: without Docker, with everything else."""

import json
import urllib.request
from collections.abc import Iterator

import boto3
import pytest

from tests.checkout import ROOT, Checkout, copy_to

pytestmark = pytest.mark.slow


class Site(Checkout):
    def says(self, word: str) -> None:
        """Edit the frontend and the app so that both say this word."""
        page, health = self.root / "app/frontend/index.html", self.root / "app/routes/health.py"
        page.write_text(f"<!doctype html><html lang=en><title>{word}</title></html>", encoding="utf-8")
        health.write_text((ROOT / "app/routes/health.py").read_text("utf-8").replace('"ok"', f'"{word}"'), "utf-8")

    def deploy(self, word: str) -> str:
        self.says(word)
        return self.groat("deploy").url


def said(url: str) -> tuple[str, str]:
    """What the page and the API say."""
    page = asked(f"{url}/").partition("<title>")[2].partition("</title>")[0]
    return page, json.loads(asked(f"{url}/api/health"))["status"]


def asked(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        return str(response.read().decode())


def keys(site: Site, outputs: dict[str, str]) -> list[str]:
    found = json.loads((site.root / ".groat/local_cloud/pid.json").read_text("utf-8"))
    s3 = boto3.client("s3", endpoint_url=found["endpoint"])
    return [item["Key"] for item in s3.list_objects_v2(Bucket=outputs["FrontendBucketName"])["Contents"]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(copy_to(tmp_path_factory.mktemp("site")))
    made.groat("local", "up", "--speed", "1000")
    yield made
    made.groat("local", "down")


def test_back_to_the_version_before_and_to_the_one_before_that(site: Site) -> None:
    nothing = site.run("rollback")
    assert (nothing.returncode, "Nothing is deployed" in nothing.stderr) == (1, True)
    site.deploy("one")
    site.deploy("two")
    url = site.deploy("three")
    assert said(url) == ("three", "three")

    back = site.groat("rollback")
    assert said(url) == ("two", "two")
    assert back.changed == {"tracks", "Function"}
    site.groat("rollback")
    assert said(url) == ("one", "one")
    first = site.run("rollback")
    assert first.returncode == 1
    assert "No earlier version of this stack is known to have answered: tracks" in first.stderr
    assert said(url) == ("one", "one")


def test_a_version_that_did_not_get_as_far_as_answering_is_gone_back_from(site: Site) -> None:
    url = site.deploy("good")
    site.says("bad")
    handler = site.root / "app/handler.py"
    text = handler.read_text(encoding="utf-8")
    handler.write_text("import nothing_of_that_name", encoding="utf-8")
    failed = site.run("deploy")
    handler.write_text(text, encoding="utf-8")
    assert failed.returncode == 1
    assert "GET /api/health 500" in failed.stderr
    assert "No module named 'nothing_of_that_name'" in failed.stderr
    assert "go back with make rollback" in failed.stderr
    assert "<title>bad</title>" in asked(f"{url}/")
    site.groat("rollback")
    assert said(url) == ("good", "good")


def test_what_is_kept_is_no_page_and_does_not_grow(site: Site) -> None:
    for number in range(12):
        site.says("kept")
        (site.root / "app/frontend/robots.txt").write_text(str(number), encoding="utf-8")
        ready = site.groat("deploy").of("ready")[0]
    kept = [key for key in keys(site, ready["outputs"]) if key.startswith(".groat/")]
    assert len([key for key in kept if key.startswith(".groat/versions/")]) == 10
    for key in kept:
        assert "<title>kept</title>" in asked(f"{ready['url']}/{key}"), key
