"""A cold start is told by package and by memory, and a budget is kept."""

import re
from pathlib import Path

import pytest

from groat.coldstart import Where, at, doctor, modules, packages
from groat.errors import GroatError
from groat.events import Stage
from groat.project import Project
from tests.checkout import Checkout


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").touch()
    (tmp_path / "samconfig.toml").touch()
    (tmp_path / "app/heavy.py").write_text("sum(range(3_000_000))\n", encoding="utf-8")
    (tmp_path / "app/handler.py").write_text("import json\nimport app.heavy\n", encoding="utf-8")
    (tmp_path / "app/Dockerfile").write_text('FROM base\nCMD ["app.handler.handler"]\n', encoding="utf-8")
    return Project(tmp_path)


def test_half_the_memory_takes_twice_as_long_below_a_whole_processor() -> None:
    assert at(1769, 0.4) == at(3008, 0.4) == 0.4
    assert at(884, 0.4) == pytest.approx(0.8, rel=0.01)


def test_the_heaviest_package_and_module_come_first_with_their_price_at_each_memory(project: Project) -> None:
    told = [event for event in doctor(project) if isinstance(event, Stage)]
    assert told[0].text.startswith("Python 3"), "there is no image of this app"
    assert told[1].text.startswith("  512 MB  1024 MB  1769 MB")
    assert (told[2].name, told[2].text.split()[3:]) == ("init", ["importing", "app.handler.handler"])
    assert told[3].name == "app"
    small, _, whole = map(float, told[3].text.split())
    assert small == pytest.approx(whole * 1769 / 512, abs=0.005)
    modules = [stage.text.split()[3] for stage in told if stage.name == "module"]
    assert modules[0] == "app.heavy"


def test_over_the_budget_ends_with_1_the_figure_and_the_heaviest_module(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.groat.cold_start]\nseconds = 0.001\n", encoding="utf-8")
    said = Checkout(project.root).refused("doctor", "cold-start", "--in", "host")
    assert re.search(
        r"A cold start takes \d\.\d\d s at 1024 MB, over the budget of 0\.001 s; most in: app\.heavy \d\.\d\d s, ", said
    ), said
    (project.root / "pyproject.toml").write_text("[tool.groat.cold_start]\nseconds = 60\n", encoding="utf-8")
    assert Checkout(project.root).groat("doctor", "cold-start", "--in", "host").stage("init")


def test_an_app_that_cannot_be_imported_says_why(project: Project) -> None:
    (project.root / "app/handler.py").write_text("import nowhere_at_all\n", encoding="utf-8")
    with pytest.raises(GroatError, match="No module named 'nowhere_at_all'"):
        list(doctor(project))


def test_an_app_that_ends_the_process_is_not_a_start_of_no_time(project: Project) -> None:
    (project.root / "app/handler.py").write_text("import os\nos._exit(0)\n", encoding="utf-8")
    with pytest.raises(GroatError, match="ended the process that measured it"):
        list(doctor(project))


def test_submodules_count_for_their_package() -> None:
    told = "import time:  100 |  300 | fastapi\nimport time:  50 | 50 | fastapi.routing\nimport time: 7 | 7 |   json\n"
    assert dict(packages(modules(told))) == {"fastapi": 150, "(Python's own)": 7}


def test_a_budget_is_of_the_functions_memory(project: Project) -> None:
    (project.root / "templates").mkdir()
    (project.root / "templates/website.yaml").write_text("Parameters: {MemorySize: {Default: 256}}", encoding="utf-8")
    (project.root / "pyproject.toml").write_text("[tool.groat.cold_start]\nseconds = 0.001\n", encoding="utf-8")
    with pytest.raises(GroatError, match="at 256 MB"):
        list(doctor(project, where=Where.HOST))
