"""What the documentation points at is there: files, headings, the verbs of make and of groat."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat.cli import groat

ROOT = Path(__file__).parent.parent
FOLDERS = ("app", "bench", "changesets", "docs", "groat", "local_cloud", "template_gen", "templates")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MAKE = re.compile(r"^[`$\s]*(?:\w+=\S+ )*make((?: [a-z][a-z-]*)+)", re.MULTILINE)
GROAT = re.compile(r"^[`$\s]*groat(?: --env \w+)? ([a-z]+)\b", re.MULTILINE)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The headings as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub(lambda code: code[0].strip("`"), text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def leads_nowhere(page: Path) -> Iterator[str]:
    for path, anchor in LINK.findall(CODE.sub("", text(page))):
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{path}#{anchor}"


def typed(pattern: re.Pattern[str]) -> dict[str, str]:
    """The words that the pages tell people to type, each with a page that does."""
    return {
        word: name(page)
        for page in PAGES
        for code in CODE.findall(text(page))
        for words in pattern.findall(code)
        for word in words.split()
    }


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(leads_nowhere(page)) == []


def test_every_verb_of_make_that_is_told_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text(ROOT / "Makefile"), re.MULTILINE))
    told = typed(MAKE)

    assert {"deploy", "test", "recover"} <= told.keys()
    assert {word: page for word, page in told.items() if word not in targets} == {}


def test_every_verb_of_groat_that_is_told_is_a_command() -> None:
    told = typed(GROAT)

    assert {"lint", "gc"} <= told.keys()
    assert {word: page for word, page in told.items() if word not in groat.commands} == {}
