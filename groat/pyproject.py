"""pyproject's `[tool.groat]`: the project's own choices, which are not those of one environment.

The rule: what cannot be meant is refused before anything is done. A name that is not known is a typo, as it is in
samconfig.toml.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groat.errors import GroatError

FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Form:
    """What a value must be, in words and as an example in TOML."""

    fits: Callable[[Any], bool]
    words: str
    example: str


def text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


MEMBER = text(r"[^:\s]+:[^:\s]+")
FORMS: Mapping[str, Mapping[str, Form]] = {
    "": {
        "site": Form(MEMBER, '"module:name"', '"website:site"'),
        "app": Form(MEMBER, '"module:name"', '"app.main:app"'),
        "health": Form(text(r"/\S*"), "a path that begins with /", '"/api/notes"'),
    },
    "image": {
        "target": Form(text(r"\S+"), "the name of a stage of the Dockerfile", '"any"'),
        "arguments": Form(lambda value: isinstance(value, dict), "a table", '{BASE = "python:3.13-slim"}'),
        "try_import": Form(lambda value: isinstance(value, bool), "true or false", "false"),
    },
    "cold_start": {"seconds": Form(is_number, "a number above 0", "1.5")},
}
"""The tables below `[tool.groat]`, its own first, and the keys of each."""


def settings(root: Path) -> Mapping[str, Any]:
    """`[tool.groat]`, its tables included. Raises GroatError for what is not TOML, not known, or not of its form."""
    found = section(document(root).get("tool", {}), "groat", "[tool.groat]")
    check("", {name: value for name, value in found.items() if name not in FORMS})
    for name in FORMS.keys() & found.keys():
        check(name, section(found, name, title(name)))
    return found


def table(root: Path, name: str) -> Mapping[str, Any]:
    """`[tool.groat.NAME]`; empty if there is none."""
    found: Mapping[str, Any] = settings(root).get(name, {})
    return found


def document(root: Path) -> Mapping[str, Any]:
    path = root / FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GroatError(f"{FILE} is not well-formed TOML: {error}", hint="fix that line") from error


def section(tables: Any, name: str, title: str) -> Mapping[str, Any]:
    found = tables.get(name, {}) if isinstance(tables, dict) else tables
    if not isinstance(found, dict):
        raise GroatError(f"{FILE}: this must be a table, {title}: {found}", hint="fix that line")
    return found


def check(name: str, given: Mapping[str, Any]) -> None:
    """Raises GroatError for a key of this table that is not known, and for a value that is not of its form."""
    forms = FORMS[name]
    for key, value in given.items():
        if key not in forms:
            raise GroatError(f"{FILE}, {title(name)}: unknown key: {key}", hint=guess(key, name))
        if not forms[key].fits(value):
            form = forms[key]
            raise GroatError(
                f"{FILE}, {title(name)} {key} must be {form.words}, got: {value}", hint=f"{key} = {form.example}"
            )


def title(name: str) -> str:
    return f"[tool.groat.{name}]" if name else "[tool.groat]"


def guess(key: str, name: str) -> str:
    known = sorted(FORMS[name]) if name else sorted({*FORMS[name], *FORMS} - {""})
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
