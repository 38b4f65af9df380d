"""The page and the JSON lines: what was measured, missed and skipped is all there."""

import json

from bench.measure import Goal, Line, Skipped
from bench.report import as_json, page

LINE = Line(
    job="deploy: update", tool="changesets apply", figures={"wall s": 4.04, "calls": 13.0, "over bare ms": None}
)
GAVE_UP = Line(
    job="deploy: update", tool="sam", figures={"wall s": 11.7, "calls": 9.0, "over bare ms": None}, note="gave up: no"
)
MISSED = Goal(sentence="update, end to end", reached=4.3, limit=4.2, unit="s")
ABSENT = Skipped(tool="cdk deploy", why="not installed: cdk")


def test_the_page_has_a_table_for_each_job_and_names_what_was_missed_or_not_measured() -> None:
    text = page([ABSENT, LINE, GAVE_UP, MISSED, ABSENT])

    assert "## Deploy: update\n" in text
    assert "| changesets apply | 4.04 | 13 | - |\n| sam (gave up: no) | 11.7 | 9 | - |\n" in text
    assert "- MISSED: update, end to end: 4.30 s, at most 4.20 s\n" in text
    assert text.count("- cdk deploy: not installed: cdk") == 1


def test_a_result_is_one_json_object_with_its_type() -> None:
    assert json.loads(as_json(MISSED)) == {
        "type": "goal", "sentence": "update, end to end", "reached": 4.3, "limit": 4.2, "unit": "s", "met": False,
    }  # fmt: skip
    assert json.loads(as_json(LINE))["figures"] == {"wall s": 4.04, "calls": 13.0, "over bare ms": None}
