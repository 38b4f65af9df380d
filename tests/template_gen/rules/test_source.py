"""A template's text is read as CloudFormation reads it, and a path leads back to its line."""

import json

import pytest

from template_gen.rules import check
from template_gen.rules.source import load, locate
from tests.template_gen.rules.wrong import right


def test_short_forms_are_functions() -> None:
    text = "A: !GetAtt Bucket.Arn\nB: !Sub '${Bucket}'\nC: !If [Live, !Ref Bucket, 2020-01-01]\nD: !Sub [x, {y: z}]"
    assert load(text) == {
        "A": {"Fn::GetAtt": ["Bucket", "Arn"]},
        "B": {"Fn::Sub": "${Bucket}"},
        "C": {"Fn::If": ["Live", {"Ref": "Bucket"}, "2020-01-01"]},
        "D": {"Fn::Sub": ["x", {"y": "z"}]},
    }


def test_json_may_be_indented_with_tabs() -> None:
    template = right("registry")
    del template["Resources"]["Repository"]["DeletionPolicy"]
    (finding,) = check(json.dumps(template, indent="\t"))
    assert (finding.rule.id, finding.line) == ("W9180", 6)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "plain", '{"a": 1'])
def test_what_is_no_template_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="the template is"):
        check(text)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("Resources", "A", "Properties", "B"), 4),
        (("Resources", "A", "Properties", "Missing"), 3),
        (("Resources", "A", "Properties", "C", "Fn::If", 1, "D"), 6),
        (("Resources", "A", "Properties", "E", 1), 10),
    ],
)
def test_a_path_leads_to_the_nearest_line_that_is_written(path: tuple[str | int, ...], line: int) -> None:
    text = """\
Resources:
  A:
    Properties:
      B: 1
      C: !If [X,
          {D: 1},
          2]
      E:
        - one
        - two
"""
    assert [found for found, _ in locate(text, [path])] == [line]
