"""Values of samconfig.toml against what the templates' own Parameters allow: said before any stack is touched. Pure.

The rule: only what CloudFormation would certainly refuse. A pattern that Python reads otherwise than Java, and a value
that AWS looks up (AWS::SSM::Parameter::...), are CloudFormation's to judge.

Source: CloudFormation user guide, "Parameters section structure": an AllowedPattern is of the whole value, and lists
are looked at element by element.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

Declaration = Mapping[str, Any]
Holds = Callable[[str, Any], bool]
_JAVAS_OWN = re.compile(r"&&|\[[^\]]*\[")  # classes in classes: Python takes their brackets for characters
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def _matches(value: str, pattern: Any) -> bool:
    if _JAVAS_OWN.search(str(pattern)):
        return True
    with suppress(re.error):
        return re.fullmatch(str(pattern), value, re.ASCII) is not None
    return True


def _is_among(value: str, allowed: Any) -> bool:
    return value in {_text(each) for each in allowed} or any(_number(value) == _number(_text(each)) for each in allowed)


def _number(value: str) -> float:
    """Not a number (which equals none) for what is none."""
    return float(value) if _NUMBER.fullmatch(value) else float("nan")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_CONSTRAINTS: Mapping[str, Holds] = {
    "AllowedValues": _is_among,
    "AllowedPattern": _matches,
    "MinLength": lambda value, least: len(value) >= int(least),
    "MaxLength": lambda value, most: len(value) <= int(most),
    "MinValue": lambda value, least: _number(value) >= float(least),
    "MaxValue": lambda value, most: _number(value) <= float(most),
}


def broken(declaration: Declaration, value: str) -> str | None:
    """The constraint that the value breaks, as "MaxValue 10240"; None for one that the template takes."""
    return next(_broken(declaration, value), None)


def _broken(declaration: Declaration, value: str) -> Iterator[str]:
    kind = str(declaration.get("Type", "String"))
    if kind.startswith("AWS::SSM::"):
        return
    several = kind == "CommaDelimitedList" or kind.startswith("List<")
    for each in [part.strip() for part in value.split(",")] if several and value else [value]:
        if "Number" in kind and not _NUMBER.fullmatch(each):
            yield f"Type {kind}"
        yield from (
            f"{name} {_shown(declaration[name])}"
            for name, holds in _CONSTRAINTS.items()
            if name in declaration and not holds(each, declaration[name])
        )


def _shown(limit: Any) -> str:
    return ", ".join(map(_text, limit)) if isinstance(limit, list) else _text(limit)
