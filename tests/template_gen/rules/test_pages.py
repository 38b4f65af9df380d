"""docs/rules says what the rules say."""

from template_gen.rules.catalogue import RULES
from template_gen.rules.pages import FOLDER, pages


def test_the_pages_are_current() -> None:
    """When this fails: python -m template_gen.rules.pages"""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == pages()


def test_every_rule_has_an_anchor_that_the_index_leads_to() -> None:
    index = pages()["README.md"]
    anchors = [
        f"({name}#{line[3:].lower()})"
        for name, text in pages().items()
        for line in text.splitlines()
        if line.startswith("## ") and name != "README.md"
    ]
    assert len(anchors) == len(RULES)
    assert [anchor for anchor in anchors if anchor not in index] == []
