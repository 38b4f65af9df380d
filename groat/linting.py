"""`groat lint`: cfn-lint and the tick-box rules, on the generated templates or on any files."""

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
    """Print the findings in these templates; 1 if one of them is an error.

    `remarks` also shows informational findings; without it they are only counted.
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
    """These templates by name, and all findings in them. Raises GroatError for a region that does not exist."""
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
    """The project's own templates by name, and all findings in them."""
    texts = generated(project)
    return texts.keys(), templates.lint(project, texts, informational=True)


def generated(project: Project) -> dict[str, str]:
    """What the Site generates, by file name."""
    from template_gen import build

    return build(load_site(project))


def read(path: Path) -> str:
    """Raises GroatError for a file that is not text, or is nested so deeply that a parser would crash."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GroatError(
            f"Not a text file in UTF-8: {path}", hint="lint takes CloudFormation templates, YAML or JSON"
        ) from error
    if (depth := nesting(text)) > MAX_NESTING:
        raise GroatError(
            f"Nested too deeply for a template, {depth} levels: {path}",
            hint="name a CloudFormation template: groat lint FILE",
        )
    return text


def nesting(text: str) -> int:
    """The depth of a text's brackets, including those inside strings."""
    steps = (1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[{\]}]", text))
    return max(accumulate(steps), default=0)


def in_words(finding: "Finding") -> str:
    """The finding as a line in the colour of its level."""
    return click.style(str(finding), fg=COLOURS.get(finding.level))


def summary(findings: "Sequence[Finding]", count: int) -> str:
    """The number of findings of each level, and of templates."""
    by_level = Counter(LEVELS[finding.level] for finding in findings)
    found = ", ".join(counted(number, level) for level, number in sorted(by_level.items()))
    return f"{counted(count, 'template')}: {found or 'nothing found'}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number > 1)}"
