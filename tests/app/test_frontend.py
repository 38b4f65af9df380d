"""The static files: complete by themselves, and in agreement with the app."""

import re
from pathlib import Path

import pytest

from app.settings import Settings
from app.tracks import measure
from app.tracks.gpx import read

FRONTEND = Path(__file__).parents[2] / "app" / "frontend"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FRONTEND.iterdir()}
PAGES = [name for name in TEXTS if name.endswith(".html")]
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.topografix.com/GPX/1/1"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_asks_no_other_server_for_anything(name: str) -> None:
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.\w[^\s\"'`]*", TEXTS[name])) <= NAMESPACES


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    named = re.findall(r'(?:src|href)="/([^"]+)"|from "\./([^"]+)"|fetch\("/([^"]+)"\)', TEXTS[name])
    assert {one for found in named for one in found if one} <= TEXTS.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_inline_code_that_a_content_security_policy_would_stop(page: str) -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", TEXTS[page])


def test_the_page_knows_the_limits_of_the_app() -> None:
    settings = Settings()
    limits = {
        name: int(mega) * 2**20 for name, mega in re.findall(r"const (\w+) = (\d+) \* 2 \*\* 20;", TEXTS["client.js"])
    }
    assert limits == {"MOST": settings.gpx_limit, "MOST_SENT": settings.upload_limit}
    assert f"after {settings.kept.days} days" in TEXTS["index.html"]


def test_the_sample_is_a_run_with_everything_to_show() -> None:
    track = measure(read(TEXTS["sample.gpx"].encode()))
    assert track.summary.sport == "running"
    assert track.summary.distance == pytest.approx(4800, abs=100)
    assert track.summary.climb == pytest.approx(72, abs=5)
    assert track.summary.duration == pytest.approx(1587)
    assert track.drawing.profile
