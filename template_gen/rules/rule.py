"""What a rule is: a sentence for the user and a query on the graph. Its id's letter is its severity, as in cfn-lint."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from template_gen.rules.graph import Graph
from template_gen.rules.values import Path, Place

Query = Callable[[Graph], Iterator[Place]]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "informational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`symptom` is what the user would see, `fix` what to write instead, `source` where AWS says so."""

    id: str
    title: str
    symptom: str
    fix: str
    source: str
    query: Query

    @property
    def severity(self) -> Severity:
        return {"E": Severity.ERROR, "W": Severity.WARNING}.get(self.id[0], Severity.INFO)

    @property
    def remark(self) -> str:
        """Why the rule looks where it looks, in full sentences; may be empty."""
        return " ".join((self.query.__doc__ or "").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule broken at a place; `path` leads there from the top of the template, `line` and `column` count from 1.

    `line` and `column` are None when the template was given as data.
    """

    rule: Rule
    logical_id: str
    path: Path
    value: Any
    line: int | None = None
    column: int | None = None

    @property
    def message(self) -> str:
        """The resource, what is wrong with it, the value, what one would see, and what to write instead."""
        shown = "" if self.value in (None, "") or isinstance(self.value, dict | list) else f" (here: {self.value})"
        return f"{self.logical_id}: {self.rule.title}{shown}. {self.rule.symptom} {self.rule.fix}"


def rule(id: str, title: str, *, symptom: str, fix: str, source: str) -> Callable[[Query], Rule]:
    """Declare a query on the graph to be a rule; every place it yields is a finding."""
    return lambda query: Rule(id=id, title=title, symptom=symptom, fix=fix, source=source, query=query)
