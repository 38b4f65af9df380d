"""docs/json.md has every event that `--json` can print, with its fields; `--update-golden` writes it."""

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from changesets import Event as ChangeSetEvent
from changesets.models import PropertyChange, Resource, ResourceChange, Stack, Validation
from changesets.outcomes import Diagnosis, Outcome, Report
from changesets.plans import Hazard, Plan, Review
from groat.events import GroatEvent

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
VALUES = (Stack, Resource, Plan, Hazard, Review, ResourceChange, PropertyChange, Validation, Diagnosis)
HEAD = """# `--json`: one event per line

Every line is a JSON object whose `type` says what happened; the other fields are below. Fields may be added, never
changed. The last event of a stack is its *outcome*; an exit code follows from the outcomes (0 done or nothing to do,
1 failed, 2 `review --exit-code` found changes). Times are ISO 8601 in UTC, a resource's type is `resource_type`, what
is None below is `null`. `python -m changesets --json` prints the same without what groat itself reports.

This page is written by `pytest tests/groat/test_json_docs.py --update-golden`.
"""
STEPS = """
A step has `operation`, `arguments` (both as in CloudFormation's API) and `why`. A diagnosis' `page` is in
[errors](errors/README.md).
"""


def page() -> str:
    outcomes = set(get_args(Outcome))
    others = [event for event in get_args(ChangeSetEvent) if event not in outcomes]
    sections = (
        ("While groat works", "type", get_args(GroatEvent)),
        ("While a stack is worked on", "type", others),
        ("Outcomes", "type", get_args(Outcome)),
        ("The answer of `status`", "type", (Report,)),
        ("Values in these", "value", VALUES),
    )
    return HEAD + "".join(f"\n## {title}\n{table(kind, shapes)}" for title, kind, shapes in sections) + STEPS


def table(kind: str, shapes: tuple[type, ...] | list[type]) -> str:
    rows = [f"| `{snake(shape.__name__)}` | {fields(shape)} | {summary(shape)} |" for shape in shapes]
    return "\n".join([f"| {kind} | fields | what it says |", "|---|---|---|", *rows]) + "\n"


def fields(shape: type) -> str:
    names = [field.name for field in dataclasses.fields(shape)]
    return ", ".join(f"`{'resource_type' if name == 'type' else name}`" for name in names)


def summary(shape: type) -> str:
    text = (shape.__doc__ or "").split("\n\n", 1)[0]
    return "" if text.startswith(f"{shape.__name__}(") else " ".join(text.split()).replace("|", "\\|")


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_the_page_lists_every_event_with_its_fields(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        DOCS.write_text(page(), encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == page()
