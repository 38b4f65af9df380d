"""An HTTP request and its response as frozen values: what every part of the edge takes and gives.

The rule: bytes as on the wire (a path stays percent-encoded, a body stays undecoded); header names keep the case they
came with and are compared without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order, repeated ones included."""

    fields: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key.lower() == name.lower())

    def get(self, name: str, default: str = "") -> str:
        """The values of a field, joined by commas as RFC 9110 allows."""
        return ", ".join(self.all(name)) or default

    def adding(self, *fields: tuple[str, str]) -> "Headers":
        return Headers((*self.fields, *fields))

    def without(self, *names: str) -> "Headers":
        gone = {name.lower() for name in names}
        return Headers(tuple((key, value) for key, value in self.fields if key.lower() not in gone))

    def setting(self, *fields: tuple[str, str]) -> "Headers":
        """Each of these instead of what was there under its name."""
        return self.without(*(name for name, _ in fields)).adding(*fields)

    def default(self, *fields: tuple[str, str]) -> "Headers":
        """Each of these where nothing is there under its name."""
        return self.adding(*(field for field in fields if field[0] not in self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`path` starts with a slash and is percent-encoded; `query` is without its question mark."""

    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    client: str = "127.0.0.1"

    @property
    def cookies(self) -> list[str]:
        """Each cookie as `name=value`, from all Cookie headers."""
        cookies = (each.strip() for line in self.headers.all("Cookie") for each in line.split(";"))
        return [each for each in cookies if each]

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def but(self, **changes: Any) -> Self:
        """The same with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """`body` is whole; a HEAD's response carries the body too, and the rim leaves it out."""

    status: int = 200
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def but(self, **changes: Any) -> Self:
        """The same with other fields."""
        return replace(self, **changes)
