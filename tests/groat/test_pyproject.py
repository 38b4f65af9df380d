"""pyproject's `[tool.groat]` is read, and whatever cannot be meant is told by its name, its value and the fix."""

from pathlib import Path

import pytest

from groat.errors import GroatError
from groat.pyproject import settings, table

ALL = """
[tool.groat]
site = "website:site"
app = "shop.asgi:application"
health = "/api/notes"
[tool.groat.image]
target = "any"
arguments = {BASE = "python:3.13-slim"}
try_import = false
[tool.groat.cold_start]
seconds = 2
"""


def written(folder: Path, text: str | bytes) -> Path:
    (folder / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_all_that_is_known_is_read(tmp_path: Path) -> None:
    root = written(tmp_path, ALL)
    assert settings(root)["health"] == "/api/notes"
    assert table(root, "image")["arguments"] == {"BASE": "python:3.13-slim"}
    assert table(root, "cold_start") == {"seconds": 2}


@pytest.mark.parametrize("text", ["", "[project]\nname = 'shop'\n", "[tool.ruff]\nline-length = 120\n"])
def test_a_project_need_not_say_anything(tmp_path: Path, text: str) -> None:
    assert settings(written(tmp_path, text)) == {}
    assert table(tmp_path, "image") == {}


def test_a_project_need_not_have_the_file(tmp_path: Path) -> None:
    assert settings(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("tool = 3", "this must be a table, [tool.groat]: 3", "fix that line"),
        ("[tool]\ngroat = 3", "this must be a table, [tool.groat]: 3", "fix that line"),
        ("[tool.groat]\nimage = 3", "this must be a table, [tool.groat.image]: 3", "fix that line"),
        ("[tool.groat", "pyproject.toml is not well-formed TOML: ", "fix that line"),
        (b"a = '\xff'", "pyproject.toml is not well-formed TOML: ", "fix that line"),
        ("[tool.groat]\nhelth = '/'", "pyproject.toml, [tool.groat]: unknown key: helth", "did you mean health?"),
        ("[tool.groat.cold-start]\n", "[tool.groat]: unknown key: cold-start", "did you mean cold_start?"),
        ("[tool.groat.image]\nbase = 'x'", "[tool.groat.image]: unknown key: base", "known: arguments, target, try"),
        ("[tool.groat]\nsite = 'website'", '[tool.groat] site must be "module:name", got: website', "website:site"),
        ("[tool.groat]\napp = 3", '[tool.groat] app must be "module:name", got: 3', 'app = "app.main:app"'),
        ("[tool.groat]\nhealth = 'up'", "health must be a path that begins with /, got: up", 'health = "/api/notes"'),
        ("[tool.groat]\nhealth = 3", "health must be a path that begins with /, got: 3", 'health = "/api/notes"'),
        ("[tool.groat.image]\narguments = 'BASE=x'", "arguments must be a table, got: BASE=x", "arguments = {BASE"),
        ("[tool.groat.image]\ntarget = true", "target must be the name of a stage", 'target = "any"'),
        ("[tool.groat.image]\ntry_import = 'no'", "try_import must be true or false, got: no", "try_import = false"),
        ("[tool.groat.cold_start]\nseconds = 'fast'", "seconds must be a number above 0, got: fast", "seconds = 1.5"),
        ("[tool.groat.cold_start]\nseconds = true", "seconds must be a number above 0, got: True", "seconds = 1.5"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str | bytes, message: str, hint: str) -> None:
    with pytest.raises(GroatError) as told:
        settings(written(tmp_path, text))
    assert message in str(told.value)
    assert hint in told.value.hint
