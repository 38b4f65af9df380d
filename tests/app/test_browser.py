"""The page in a real browser, on a phone's screen: what a visitor does, and that the console stays empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.chromium import Page, chromium, needed
from tests.app.gpx import northwards, track
from tests.app.site import served

pytestmark = [pytest.mark.browser, pytest.mark.slow, needed]

IDLE = "!document.body.classList.contains('busy')"
SHOWN = "!document.getElementById('activity').hidden"
SCROLLED = "new Promise((done) => { addEventListener('scrollend', done, { once: true }); setTimeout(done, 2000); })"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page, site: str) -> Page:
    """The site at a first visit, on a phone."""
    browser.do("Network.clearBrowserCookies")
    browser.window(390, 844)
    browser.open("about:blank")
    browser.open(site)
    browser.until(IDLE)
    browser.errors.clear()
    return browser


def text(page: Page, selector: str) -> str:
    return str(page.run(f"document.querySelector('{selector}').innerText"))


def test_a_file_is_chosen_measured_drawn_listed_and_deleted(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "Seerunde ü.gpx"
    file.write_bytes(track(northwards(climb=10), name=""))
    page.choose_file("#file", file)
    page.until(f"{SHOWN} && {IDLE}")
    assert text(page, "#name") == "Seerunde ü"
    figures = " ".join(text(page, "#figures").split())
    assert figures == "Distance 1.11 km Moving 5:00 5:00 in all Pace 4:30 /km Climb 100 m 0 m down"
    assert page.run("document.querySelector('#track .line').getAttribute('d')").startswith("M")
    assert text(page, "#list strong") == "Seerunde ü"

    page.run("confirm = () => true; document.getElementById('delete').click()")
    page.until(f"!({SHOWN}) && {IDLE}")
    assert page.run("document.getElementById('recent').hidden")
    assert page.run("document.activeElement.id") == "file"
    assert page.errors == []


def test_the_keyboard_alone_opens_the_sample_and_walks_along_its_profile(page: Page) -> None:
    page.run("document.getElementById('sample').focus()")
    page.press("Enter")
    page.until(f"{SHOWN} && {IDLE}")
    page.run("document.querySelector('#profile svg').focus()")
    page.press("End")
    assert text(page, "#reading") == "4.81 km · 40 m"
    assert page.run("document.querySelector('#track .mark').getAttribute('visibility')") == "visible"
    page.press("Tab")
    assert page.run("document.querySelector('#track .mark').getAttribute('visibility')") == "hidden"
    assert page.errors == []


def test_the_address_brings_an_activity_back_and_the_back_button_leaves_it(page: Page) -> None:
    page.run("document.getElementById('sample').click()")
    page.until(f"{SHOWN} && {IDLE}")
    page.run("history.back()")
    page.until(f"!({SHOWN})")
    page.run("document.querySelector('#list a').click()")
    page.until(f"{SHOWN} && {IDLE}")
    address = page.run("location.href")
    page.open("about:blank")
    page.open(address)
    page.until(f"{SHOWN} && {IDLE}")
    assert text(page, "#name") == "Round Arthur’s Seat"
    assert page.errors == []


def test_a_file_that_is_no_track_is_answered_where_the_visitor_looks(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir", encoding="utf-8")
    page.choose_file("#file", file)
    page.until("document.getElementById('problem').textContent")
    assert text(page, "#problem").startswith("This is not a GPX file")


def test_a_refusal_is_in_view_also_while_an_activity_is_shown(page: Page, tmp_path: Path) -> None:
    page.run(f"document.getElementById('sample').click(); {SCROLLED}")
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir", encoding="utf-8")
    page.choose_file("#file", file)
    page.run(SCROLLED)
    assert text(page, "#problem").startswith("This is not a GPX file")
    assert page.run("document.getElementById('problem').getBoundingClientRect().top") >= 0


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.window(width, 800)
    page.run("document.getElementById('sample').click()")
    page.until(f"{SHOWN} && {IDLE}")
    assert page.run("document.documentElement.scrollWidth") <= width
