"""The findings of the last run, in a small JSON file per template, each valid only for the digest that it was made for.

A file that cannot be read or written is ignored, and never an error.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from template_gen.finding import Finding, Level

Findings = tuple[Finding, ...]


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 of the parts, each with its length, so that no two lists of parts are one."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def recall(folder: Path, name: str, known_as: str, look: Callable[[], Findings]) -> Findings:
    """What `folder` remembers of the template `name` under the digest `known_as`; else look, and remember it."""
    path = folder / f"{digest([name.encode()])[:16]}.json"
    known = _read(path, known_as)
    if known is not None:
        return known
    findings = look()
    with suppress(OSError):
        _write(path, known_as, findings)
    return findings


def _read(path: Path, known_as: str) -> Findings | None:
    try:
        memory = json.loads(path.read_text(encoding="utf-8"))
        if memory["digest"] != known_as:
            return None
        return tuple(Finding(**{**known, "level": Level(known["level"])}) for known in memory["findings"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, known_as: str, findings: Findings) -> None:
    """Write whole or not at all: another process may be reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    memory = {"digest": known_as, "findings": [asdict(finding) for finding in findings]}
    partial.write_text(json.dumps(memory), encoding="utf-8")
    partial.replace(path)
