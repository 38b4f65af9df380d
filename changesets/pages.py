"""docs/errors/: one page per known failure, titled with the text that people search for, written from failures.yaml.

    python -m changesets.pages        writes the pages anew; a test keeps them current

The rule: nothing is written by hand there; what is known stands in the one table that the diagnosis reads too.
"""

from pathlib import Path

from changesets import words
from changesets.diagnosis import Failure, failures

INDEX = "README.md"
HERE = Path(__file__).parent.parent / words.PAGES


def pages() -> dict[str, str]:
    """File name to text: a page per failure, and the index."""
    return {INDEX: _index(), **{f"{row.id}.md": _page(row) for row in failures()}}


def _index() -> str:
    lines = [f"- [{row.title}]({row.id}.md)" for row in sorted(failures(), key=lambda row: row.title.lower())]
    intro = "Failures of CloudFormation and of the services behind a website, by the text that they show."
    return "\n".join(["# Errors", "", intro, "", *lines]) + "\n"


def _page(row: Failure) -> str:
    parts = [f"# {row.title}", row.meaning, f"**Fix.** {row.fix}"]
    if row.command:
        parts.append(f"```sh\n{words.runnable(row.command, 'STACK')}\n```")
    if row.retryable:
        parts.append("This often passes by itself: `apply` tries once more.")
    return "\n\n".join([*parts, "[All errors](README.md)"]) + "\n"


def write(folder: Path) -> None:
    """The folder holds exactly the pages afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(HERE)
