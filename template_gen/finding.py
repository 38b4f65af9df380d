"""What a linter found, as a value; printing it is the caller's business."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error fails or breaks something, a warning costs or endangers something, information is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One finding at one place, in the order of a file: `website.yaml:12:5 E9101 …`.

    Attributes:
        template: the name that the caller gave to the text.
        line, column: from 1.
        path: keys from the root, like `Resources/Distribution/Properties`, joined by `/`.
    """

    template: str
    line: int
    column: int
    rule: str
    path: str
    level: Level
    message: str

    def __str__(self) -> str:
        return f"{self.template}:{self.line}:{self.column}: {self.rule} {self.message}"
