"""A cold start is told by package and by memory, and a budget is kept."""

from pathlib import Path

import pytest

from groat.coldstart import ColdStart, doctor, packages, within_budget
from groat.errors import GroatError
from groat.events import Stage
from groat.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").touch()
    (tmp_path / "app/heavy.py").write_text("sum(range(3_000_000))\n", encoding="utf-8")
    (tmp_path / "app/handler.py").write_text("import json\nimport app.heavy\n", encoding="utf-8")
    (tmp_path / "app/Dockerfile").write_text('FROM base\nCMD ["app.handler.handler"]\n', encoding="utf-8")
    return Project(tmp_path)


def test_half_the_memory_takes_twice_as_long_below_a_whole_processor() -> None:
    start = ColdStart(0.4, ())
    assert start.at(1769) == start.at(3008) == 0.4
    assert start.at(884) == pytest.approx(0.8, rel=0.01)


def test_the_heaviest_package_comes_first(project: Project) -> None:
    stages = [event for event in doctor(project) if isinstance(event, Stage)]
    assert stages[0].text.endswith("importing app.handler.handler")
    assert stages[1].name == "  app"
    assert [stage.name for stage in stages[-3:]] == ["512 MB", "1024 MB", "1769 MB"]


def test_over_the_budget_is_an_error_with_the_figure(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.groat.cold_start]\nseconds = 0.001\n", encoding="utf-8")
    with pytest.raises(GroatError, match=r"A cold start takes \d\.\d\d s at 1024 MB, over the budget of 0.001 s"):
        list(doctor(project))
    with pytest.raises(GroatError, match="must be a number, got: fast"):
        within_budget("fast", 1, 1024)


def test_an_app_that_cannot_be_imported_says_why(project: Project) -> None:
    (project.root / "app/handler.py").write_text("import nowhere_at_all\n", encoding="utf-8")
    with pytest.raises(GroatError, match="No module named 'nowhere_at_all'"):
        list(doctor(project))


def test_submodules_count_for_their_package() -> None:
    told = "import time:  100 |  300 | fastapi\nimport time:  50 | 50 | fastapi.routing\nimport time: 7 | 7 |   json\n"
    assert dict(packages(told)) == {"fastapi": 150, "(Python's own)": 7}
