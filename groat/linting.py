"""`groat lint`: cfn-lint and the tick-box rules, on the generated templates or on anybody's files."""

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groat import templates
from groat.errors import GroatError
from groat.project import Project, load_site

if TYPE_CHECKING:
    from template_gen import Finding

COLOURS = {"error": "red", "warning": "yellow"}
LEVELS = {"error": "error", "warning": "warning", "informational": "remark"}
MAX_NESTING = 1000


def found(names: Collection[str], findings: "Sequence[Finding]", *, as_json: bool, remarks: bool) -> int:
    """Print what was found in the templates of these names; 1 if something is an error.

    `remarks` shows what is informational too; without it, they are only counted.
    """
    shown = [finding for finding in findings if remarks or finding.level != "informational"]
    for finding in shown:
        click.echo(json.dumps({"type": "finding", **asdict(finding)}) if as_json else in_words(finding))
    if not as_json:
        click.echo(summary(shown, len(names)))
        if hidden := len(findings) - len(shown):
            click.echo(f"{counted(hidden, 'remark')} on cost and taste: add --remarks")
    return int(any(finding.level == "error" for finding in findings))


def lint_files(files: tuple[Path, ...], *, region: str) -> "tuple[Collection[str], Sequence[Finding]]":
    """Anybody's templates by name, and what is found in them, remarks included. Raises GroatError for no region."""
    from template_gen import lint

    texts = {str(path): read(path) for path in files}
    try:
        return texts.keys(), [
            finding
            for name, text in texts.items()
            for finding in lint(text, name=name, region=region, informational=True)
        ]
    except ValueError as error:
        raise GroatError(str(error), hint="name one of AWS's regions: groat lint --region eu-west-1 FILE") from error


def lint_project(project: Project) -> "tuple[Collection[str], Sequence[Finding]]":
    """The project's own templates by name, and what is found in them."""
    texts = generated(project)
    return texts.keys(), templates.lint(project, texts, informational=True)


def generated(project: Project) -> dict[str, str]:
    """What the Site generates, by file name."""
    from template_gen import build

    return build(load_site(project))


def read(path: Path) -> str:
    """Raises GroatError for what is no text, or nested so deeply that a parser would crash."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GroatError(
            f"Not a text file in UTF-8: {path}", hint="lint takes CloudFormation templates, YAML or JSON"
        ) from error
    if (depth := nesting(text)) > MAX_NESTING:
        raise GroatError(f"Nested {depth} deep, which no template is: {path}")
    return text


def nesting(text: str) -> int:
    """How deep the brackets of a text go at most, those inside strings counted too."""
    steps = (1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[{\]}]", text))
    return max(accumulate(steps), default=0)


def in_words(finding: "Finding") -> str:
    """One line, in the colour of its level."""
    return click.style(str(finding), fg=COLOURS.get(finding.level))


def summary(findings: "Sequence[Finding]", count: int) -> str:
    """How many findings of each level, in how many templates."""
    by_level = Counter(LEVELS[finding.level] for finding in findings)
    found = ", ".join(counted(number, level) for level, number in sorted(by_level.items()))
    return f"{counted(count, 'template')}: {found or 'nothing found'}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number > 1)}"
