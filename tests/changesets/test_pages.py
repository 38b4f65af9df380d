"""docs/errors/ says what the table says, no more and no less."""

from pathlib import Path

from changesets.pages import pages, write

FOLDER = Path(__file__).parents[2] / "docs" / "errors"


def test_the_pages_are_current() -> None:
    """`python -m changesets.pages` makes them so."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")} == pages()


def test_writing_removes_what_is_no_longer_known(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    write(tmp_path)
    assert not (tmp_path / "gone.md").exists()


def test_a_page_is_titled_with_the_text_that_people_search_for() -> None:
    assert pages()["rate-exceeded.md"].startswith("# Rate exceeded (Throttling)\n")
