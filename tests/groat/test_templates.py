"""templates/ holds what the Site generates; what somebody else put there is left alone."""

from pathlib import Path

from groat.project import Project
from groat.templates import OURS, differing, write

TEXTS = {"website.yaml": f"{OURS} from the Site\nResources: {{}}"}


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
