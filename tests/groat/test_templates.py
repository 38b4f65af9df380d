"""templates/ holds what the Site generates, and what its parameters are deployed with."""

from pathlib import Path

import pytest

from groat.project import Project
from groat.templates import OURS, differing, parameters, write

TEXTS = {"website.yaml": f"{OURS} from the Site\nResources: {{}}"}
TEMPLATE = """
Parameters:
  Memory: {Type: Number, Default: 1024}
  Secret: {Type: String, NoEcho: true}
  Flag: {Type: String, Default: 'true'}
Resources: {}
"""


def test_a_generated_template_that_is_no_longer_made_is_removed_and_a_foreign_one_stays(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.templates.mkdir()
    (project.templates / "certificate.yaml").write_text(f"{OURS} long ago", encoding="utf-8")
    (project.templates / "mine.yaml").write_text("Resources: {}", encoding="utf-8")
    assert write(project, TEXTS) == ("certificate.yaml", "website.yaml")
    assert sorted(path.name for path in project.templates.iterdir()) == ["mine.yaml", "website.yaml"]
    assert differing(project, TEXTS) == []


def test_a_template_that_is_no_text_is_written_anew(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.templates.mkdir()
    (project.templates / "website.yaml").write_bytes(b"\xff\xfe")
    assert write(project, TEXTS) == ("website.yaml",)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({}, {"Memory": "1024", "Flag": "true"}),
        ({"Memory": "2048", "Flag": "false"}, {"Memory": "2048", "Flag": "false"}),
        ({"Secret": "s", "Unknown": "x"}, {"Memory": "1024", "Flag": "true", "Secret": "s"}),
    ],
)
def test_a_parameter_is_what_is_given_or_its_default_and_nothing_that_is_not_declared(
    given: dict[str, str], values: dict[str, str]
) -> None:
    assert parameters(TEMPLATE, given) == values
