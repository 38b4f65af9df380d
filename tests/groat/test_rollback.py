"""Back to the version before, on the local cloud: without Docker, with everything else."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.checkout import ROOT, copy_to

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Site:
    root: Path

    def groat(self, *words: str) -> list[dict[str, Any]]:
        done = self.run(*words)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "groat", "--json", *words]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, timeout=120)

    def says(self, word: str) -> None:
        """Edit the frontend and the app so that both say this word."""
        page, health = self.root / "app/frontend/index.html", self.root / "app/routes/health.py"
        page.write_text(f"<!doctype html><html lang=en><title>{word}</title></html>", encoding="utf-8")
        health.write_text((ROOT / "app/routes/health.py").read_text("utf-8").replace('"ok"', f'"{word}"'), "utf-8")

    def deploy(self, word: str) -> str:
        self.says(word)
        return ready(self.groat("deploy"))["url"]


def ready(events: list[dict[str, Any]]) -> Any:
    return next(event for event in events if event["type"] == "ready")


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

    events = site.groat("rollback")
    assert said(url) == ("two", "two")
    assert {event["logical_id"] for event in events if event["type"] == "stack_event"} == {"tracks", "Function"}
    site.groat("rollback")
    assert said(url) == ("one", "one")
    first = site.run("rollback")
    assert first.returncode == 1
    assert "No earlier version of this stack is known that answered: tracks" in first.stderr
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
    assert "go back: make rollback" in failed.stderr
    assert "<title>bad</title>" in asked(f"{url}/")
    site.groat("rollback")
    assert said(url) == ("good", "good")


def test_what_is_kept_is_no_page_and_does_not_grow(site: Site) -> None:
    for number in range(12):
        site.says("kept")
        (site.root / "app/frontend/robots.txt").write_text(str(number), encoding="utf-8")
        outputs = ready(site.groat("deploy"))
    kept = [key for key in keys(site, outputs["outputs"]) if key.startswith(".groat/")]
    assert len([key for key in kept if key.startswith(".groat/versions/")]) == 10
    for key in kept:
        assert "<title>kept</title>" in asked(f"{outputs['url']}/{key}"), key
