"""Answers recorded from AWS, and how an answer of ours is compared with one."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parent / "recordings" / "update-processes.json"


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """The recorded update processes: two templates, their parameters, what AWS answered."""
    return tuple(json.loads(RECORDINGS.read_text(encoding="utf-8")))


def differences(recorded: Any, got: Any, path: str = "$") -> Iterator[str]:
    """Where two answers differ. `<name:1>` and dates stand for any text; a context is compared as what it encodes."""
    recorded, got = _decoded(recorded), _decoded(got)
    match recorded, got:
        case dict(), dict():
            for key in recorded.keys() | got.keys():
                yield from differences(recorded.get(key, "(absent)"), got.get(key, "(absent)"), f"{path}.{key}")
        case list(), list() if len(recorded) == len(got):
            for index, (one, other) in enumerate(zip(_sorted(recorded, path), _sorted(got, path), strict=True)):
                yield from differences(one, other, f"{path}[{index}]")
        case str(), str() if _any_text(recorded, got):
            pass
        case _ if recorded != got:
            yield f"{path}: AWS {recorded!r}, here {got!r}"


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] == "{" and value[:2] != "{{" else value


def _sorted(items: list[Any], path: str) -> list[Any]:
    unordered = path.endswith((".Details", ".Scope"))
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if unordered else items


def _any_text(recorded: str, got: str) -> bool:
    pattern = re.sub(r"<[^<>]*>", "(?:.|\n)+?", re.escape(recorded))
    return re.fullmatch(pattern, got) is not None
