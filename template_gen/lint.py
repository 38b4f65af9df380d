"""Text -> findings: runs cfn-lint in this process, with our tick-box rules beside its own.

The same text has the same findings on every machine: no `.cfnlintrc` is read; a template that disagrees with a rule
says so in its own Metadata. cfn-lint is slow to import and to run (about a second), so a caller may give a folder in
which findings are remembered under a digest of everything that they depend on: the text, the
region, the rules' source, cfn-lint's version and the date, which its runtime-deprecation rules read.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from template_gen import memory
from template_gen.finding import Finding, Level
from template_gen.template import MAX_BODY_BYTES, MAX_BYTES

RULES = "template_gen.rules"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that findings depend on, except the linter itself and the date."""

    text: str
    region: str
    informational: bool


def lint(
    text: str,
    *,
    name: str,
    region: str = "us-east-1",
    informational: bool = False,
    remembered: Path | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with a template, JSON or YAML, generated or not; sorted, each once.

    Args:
        name: what the findings call the template.
        region: where it is to be deployed; some resources and rules depend on it.
        informational: include advice, which is right for some templates only.
        remembered: a folder for the findings of the last run. Without it nothing is read or written.

    Raises:
        ValueError: there is no such region.
    """
    question = Question(text, region, informational)
    if remembered is None:
        return _answer(question, name)
    return memory.recall(remembered, name, digest(question, date.today()), lambda: _answer(question, name))


def _answer(question: Question, name: str) -> tuple[Finding, ...]:
    with _no_garbage_collection():
        _check_region(question.region)
        found = _found(question, name)
    return tuple(sorted({*found, *_oversize(question, name)}))


def _check_region(region: str) -> None:
    from cfnlint.helpers import REGIONS

    if region not in REGIONS:
        raise ValueError(f"AWS has no such region: {region!r}")


def _found(question: Question, name: str) -> tuple[Finding, ...]:
    try:
        return tuple(_finding(match, name) for match in _matches(question))
    except Exception as error:  # cfn-lint itself breaks on some malformed templates, such as one with empty Resources
        message = f"cfn-lint cannot check this template; a section may be empty. {type(error).__name__}: {error}"
        return (_of_the_text(name, "E0002", Level.ERROR, message),)


def _oversize(question: Question, name: str) -> Iterator[Finding]:
    """The text's size; cfn-lint's own rule for it (E1002) only checks files."""
    size = len(question.text.encode())
    if size > MAX_BYTES:
        message = f"The template is too large for CloudFormation: {size} bytes, at most {MAX_BYTES}"
        yield _of_the_text(name, "E9316", Level.ERROR, message)
    elif size > MAX_BODY_BYTES and question.informational:
        message = f"The template can only be deployed from a bucket: {size} bytes, at most {MAX_BODY_BYTES} without one"
        yield _of_the_text(name, "I9316", Level.INFORMATIONAL, message)


def _of_the_text(name: str, rule: str, level: Level, message: str) -> Finding:
    return Finding(template=name, line=1, column=1, rule=rule, path="", level=level, message=message)


def _matches(question: Question) -> Iterator[Any]:
    from cfnlint.config import ConfigMixIn
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner.template import run_template_by_data

    template, errors = decode_str(question.text)
    if errors:
        yield from errors
        return
    advice = ["I"] if question.informational else []
    config = ConfigMixIn(["--config-file", os.devnull], regions=[question.region], include_checks=advice)
    yield from run_template_by_data(template, config, _rules())


@cache
def _rules() -> Any:
    from cfnlint.config import _DEFAULT_RULESDIR
    from cfnlint.rules import Rules

    rules = Rules.create_from_directory(_DEFAULT_RULESDIR)
    rules.update(Rules.create_from_module(RULES))
    gc.freeze()  # all this lives until the end, so that no collection need look at it again
    return rules


def _finding(match: Any, name: str) -> Finding:
    return Finding(
        template=name,
        line=match.linenumber,
        column=match.columnnumber,
        rule=match.rule.id,
        path="/".join(str(key) for key in getattr(match, "path", None) or ()),
        level=Level(match.rule.severity),
        message=match.message,
    )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """cfn-lint creates many objects that live until the end; looking for garbage takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def digest(question: Question, today: date) -> str:
    """A digest of everything that findings depend on: the question, every rule, and the date."""
    rules = (path.read_bytes() for path in sorted((Path(__file__).parent / "rules").rglob("*.py")))
    linters = (version("cfn-lint"), version("aws-sam-translator"))
    facts = (question.text, question.region, str(question.informational), today.isoformat(), *linters)
    return memory.digest([*(fact.encode() for fact in facts), *rules])
