"""docs/json.md has every event that `--json` can print, with its fields; `--update-golden` writes it."""

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from changesets import Event as ChangeSetEvent
from changesets.outcomes import Outcome
from groat.events import GroatEvent

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
HEAD = """# `--json`: one event per line

Every line is a JSON object whose `type` says what happened; the other fields are below. Fields may be added, never
changed. The last event of a stack is its *outcome*; an exit code follows from the outcomes (0 done or nothing to do,
1 failed, 2 `review --exit-code` found changes). Times are ISO 8601 in UTC, a resource's type is `resource_type`.

This page is written by `pytest tests/groat/test_json_docs.py --update-golden`.
"""


def page() -> str:
    outcomes = set(get_args(Outcome))
    others = [event for event in get_args(ChangeSetEvent) if event not in outcomes]
    sections = (
        ("While groat works", get_args(GroatEvent)),
        ("While a stack is worked on", others),
        ("Outcomes", get_args(Outcome)),
    )
    return HEAD + "".join(f"\n## {title}\n{table(events)}" for title, events in sections)


def table(events: tuple[type, ...] | list[type]) -> str:
    rows = [f"| `{snake(event.__name__)}` | {fields(event)} | {summary(event)} |" for event in events]
    return "\n".join(["| type | fields | when |", "|---|---|---|", *rows]) + "\n"


def fields(event: type) -> str:
    names = [field.name for field in dataclasses.fields(event)]
    return ", ".join(f"`{'resource_type' if name == 'type' else name}`" for name in names)


def summary(event: type) -> str:
    text = (event.__doc__ or "").split("\n\n", 1)[0]
    return "" if text.startswith(f"{event.__name__}(") else " ".join(text.split()).replace("|", "\\|")


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_the_page_lists_every_event_with_its_fields(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        DOCS.write_text(page(), encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == page()
