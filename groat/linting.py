"""`groat lint`: cfn-lint and the tick-box rules, on the generated templates or on anybody's files."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groat import templates
from groat.errors import GroatError
from groat.project import Project

if TYPE_CHECKING:
    from template_gen import Finding

COLOURS = {"error": "red", "warning": "yellow"}


def lint(project: Project | None, files: tuple[Path, ...], *, as_json: bool) -> int:
    """Print the findings; 1 if one is an error. `files` win over the project's own templates."""
    if project is None:
        texts, findings = foreign(files)
    else:
        texts = generated(project)
        findings = templates.lint(project, texts)
    for finding in findings:
        click.echo(json.dumps({"type": "finding", **as_record(finding)}) if as_json else in_words(finding))
    if not as_json:
        click.echo(summary(findings, len(texts)))
    return int(any(finding.level == "error" for finding in findings))


def foreign(files: tuple[Path, ...]) -> "tuple[dict[str, str], list[Finding]]":
    """Anybody's templates, and what is found in them."""
    from template_gen import lint as lint_text

    texts = {str(path): read(path) for path in files}
    return texts, [finding for name, text in texts.items() for finding in lint_text(text, name=name)]


def generated(project: Project) -> dict[str, str]:
    """What the Site generates, by file name."""
    from groat.project import load_site
    from template_gen import build

    return build(load_site(project))


def read(path: Path) -> str:
    """Raises GroatError for what is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GroatError(
            f"Not a text file in UTF-8: {path}", hint="lint takes CloudFormation templates, YAML or JSON"
        ) from error


def as_record(finding: "Finding") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(finding)


def in_words(finding: "Finding") -> str:
    """One line, in the colour of its level."""
    return click.style(str(finding), fg=COLOURS.get(finding.level))


def summary(findings: "list[Finding]", count: int) -> str:
    """How many findings of each level, in how many templates."""
    by_level = Counter(finding.level for finding in findings)
    found = (
        ", ".join(f"{number} {level}{'s' * (number > 1)}" for level, number in sorted(by_level.items()))
        or "nothing found"
    )
    return f"{count} template{'s' * (count > 1)}: {found}"
