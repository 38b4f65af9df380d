"""An edit reaches a page that is open in a real browser, without anybody touching it."""

import time
from collections.abc import Iterator

import pytest

from tests.app.chromium import Page, chromium, needed
from tests.checkout import copy_to
from tests.developing import Dev, developing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("live reload"), needed]
SHOWN = 1.5  # seconds from the write to the page that shows it: a third for the new answer, the rest for the browser
SEEN = "<p id=seen></p><script>fetch('/api/health').then(a => a.text()).then(t => seen.textContent = t)</script></body>"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with developing(copy_to(tmp_path_factory.mktemp("dev"))) as dev:
        dev.write("app/frontend/index.html", "</body>", SEEN)
        dev.seconds_until("/", "id=seen")
        yield dev


@pytest.fixture(scope="module")
def page(dev: Dev, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        page.open(dev.url)
        page.until("seen.textContent.includes('ok')")
        yield page


def seconds_until(page: Page, condition: str) -> float:
    began = time.monotonic()
    while not page.holds(condition):
        assert time.monotonic() - began < 30, condition
        time.sleep(0.01)
    return time.monotonic() - began


def quickest(dev: Dev, page: Page, path: str, old: str, new: str, condition: str) -> float:
    """Of some edits in a row; `{}` in `new` and `condition` is the edit's number."""
    taken = []
    text = (dev.root / path).read_text("utf-8")
    for number in range(4):
        (dev.root / path).write_text(text.replace(old, new.format(number)), "utf-8")
        taken.append(seconds_until(page, condition.format(number)))
    return min(taken)


def test_an_edit_of_the_frontend_shows_in_the_open_page(dev: Dev, page: Page) -> None:
    edit = "app/frontend/index.html", "<title>", "<title>Edit {} of ", "document.title.startsWith('Edit {} of ')"
    assert quickest(dev, page, *edit) < SHOWN


def test_an_edit_of_a_style_shows_in_the_open_page(dev: Dev, page: Page) -> None:
    condition = "getComputedStyle(document.body).outlineWidth === '1{}px'"
    edit = "app/frontend/style.css", "body {", "body {{ outline: 1{}px solid; ", condition
    assert quickest(dev, page, *edit) < SHOWN


def test_an_edit_of_the_app_shows_in_the_open_page(dev: Dev, page: Page) -> None:
    condition = "document.getElementById('seen')?.textContent.includes('edit {}')"
    edit = "app/routes/health.py", '"ok"', '"edit {}"', condition
    assert quickest(dev, page, *edit) < SHOWN
    assert page.errors == []
