"""The Site is loaded from the project in hand, and whatever its module does ends in a sentence with the line."""

from pathlib import Path

import pytest

from groat.errors import GroatError
from groat.project import Project, load_site


def project(folder: Path, text: str, module: str) -> Project:
    """Each test has a module name of its own: Python loads a module once."""
    (folder / "pyproject.toml").write_text(f'[tool.groat]\nsite = "{module}:site"', encoding="utf-8")
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    return Project(folder)


def test_the_site_is_what_the_module_calls_so(tmp_path: Path) -> None:
    text = "from template_gen import Site\nsite = Site(name='shop')"
    assert load_site(project(tmp_path, text, "site_that_loads")).name == "shop"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("unclosed", "site = Site(", "SyntaxError: '(' was never closed (site_unclosed.py, line 1)"),
        ("unknown", "\nsite = Sitee()", "NameError: name 'Sitee' is not defined (site_unknown.py, line 2)"),
        ("key", "x = {}['nope']", "KeyError: 'nope' (site_key.py, line 1)"),
        ("exit", "import sys\nsys.exit(3)", "SystemExit: 3 (site_exit.py, line 2)"),
        ("library", "import nothing_here", "No module named 'nothing_here' (site_library.py, line 1)"),
        ("option", "from template_gen import Site\nsite = Site(nam='x')", "unexpected keyword argument 'nam'"),
        ("value", "from template_gen import Site\nsite = Site(name='My Site!')", "'My Site!'"),
        ("other", "site = 5", "site_other:site must be a Site, got: int"),
        ("none", "", "site_none:site must be a Site, got: NoneType"),
    ],
)
def test_a_module_that_makes_no_site_is_told_with_its_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(GroatError) as told:
        load_site(project(tmp_path, text, f"site_{name}"))
    assert message in str(told.value)
    assert f"site_{name}" in told.value.hint


def test_a_module_of_that_name_elsewhere_is_not_the_projects(tmp_path: Path) -> None:
    with pytest.raises(GroatError, match=r"There is no website\.py in"):
        load_site(Project(tmp_path))
