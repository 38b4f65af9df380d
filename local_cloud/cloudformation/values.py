"""Values of properties: as CloudFormation writes them, and the one value that is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final


class Unknown(str):
    """A value that exists only after the change set ran. It is a string, so that a context shows it as AWS does."""

    __slots__ = ()


UNKNOWN: Final = Unknown("{{changeSet:KNOWN_AFTER_APPLY}}")


def is_unknown(value: Any) -> bool:
    """Whether the value, or anything inside it, is only known after apply."""
    match value:
        case Unknown():
            return True
        case Mapping():
            return any(map(is_unknown, value.values()))
        case list():
            return any(map(is_unknown, value))
    return False


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def texts(value: Any) -> Any:
    """A value with every scalar in it as CloudFormation writes it."""
    match value:
        case str():
            return value
        case dict() | Mapping():
            return {key: texts(member) for key, member in value.items()}
        case list() | tuple():
            return [texts(item) for item in value]
    return text(value)


def is_true(value: Any) -> bool:
    """Whether a boolean of a template is true, written as one or as text."""
    return text(value).lower() == "true"
