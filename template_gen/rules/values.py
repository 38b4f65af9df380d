"""The values a template holds once its functions are evaluated.

The normal form of every text is that of an equivalent `Fn::Sub`: literal text, with `${Name}` or `${Name.Attribute}`
where only the deployment knows the value, and `${!` for a literal `${`. So a text is one plain `str`: it can be
compared, searched and printed, and two texts made by different functions (`Fn::Join`, `Fn::Sub`, a parameter) are
equal when they mean the same. `${?...}` stands for a value that nothing in the template tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
SYMBOL = re.compile(r"\$\{([^!}][^}]*)\}")


class Object(dict[str, Any]):
    """An evaluated mapping that knows where it is written: `path` in the template, `owner` its logical id.

    A key whose value was `AWS::NoValue` is not in it, so `key not in object` means what CloudFormation will see.
    """

    __slots__ = ("owner", "path")

    def __init__(self, path: Path = (), owner: str = "") -> None:
        super().__init__()
        self.path = path
        self.owner = owner

    def object(self, key: str) -> "Object":
        """The mapping under the key; an empty one at the right place when it is absent or unknown."""
        value = self.get(key)
        return value if isinstance(value, Object) else Object((*self.path, key), self.owner)

    def objects(self, key: str) -> Iterator["Object"]:
        """The mappings in the list under the key (or the single one written without a list)."""
        value = self.get(key)
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Object))

    def text(self, key: str) -> str:
        """The text under the key, "" when absent or not a text."""
        value = self.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts in the list under the key (or the single one written without a list)."""
        value = self.get(key)
        return tuple(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))

    def number(self, key: str) -> int | None:
        return number(self.get(key))

    def flag(self, key: str) -> bool | None:
        return flag(self.get(key))

    def unknown(self, key: str) -> bool:
        """The key is there, but its value (or an element of its list) is known only when deployed."""
        value = self.get(key)
        return any(not known(item) for item in (value if isinstance(value, list) else [value]))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is broken: the logical id, the path in the template, and the offending value (or None)."""

    logical_id: str
    path: Path
    value: Any = None


def at(holder: Object, key: str = "", value: Any = None) -> Place:
    """The place of a key in a mapping, whether it is there or missing; of the mapping itself without a key."""
    if not key:
        return Place(holder.owner, holder.path, value)
    found = holder.get(key)
    path = found.path if isinstance(found, Object) else (*holder.path, key) if key in holder else holder.path
    return Place(holder.owner, path, found if value is None and not isinstance(found, Object) else value)


def below(holder: Object, path: str) -> Iterator[tuple[Object, str]]:
    """Where `A.B.C` leads in a mapping: the mapping that has the last key, and that key, once for each item of a list;
    `*` stands for every key. What is absent or unknown leads nowhere."""
    first, _, rest = path.partition(".")
    for key in holder if first == "*" else [first] if first in holder else ():
        if not rest:
            yield holder, key
        for item in holder.objects(key) if rest else ():
            yield from below(item, rest)


def known(value: Any) -> bool:
    """Nothing in this text is decided only by the deployment."""
    return not (isinstance(value, str) and SYMBOL.search(value))


def symbols(value: Any) -> tuple[str, ...]:
    """The names in a text: `Api`, `Bucket.Arn`, `AWS::AccountId`."""
    return tuple(SYMBOL.findall(value)) if isinstance(value, str) else ()


def number(value: Any) -> int | None:
    """A whole number, written as one or as a text; None for anything else."""
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def flag(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def differ(left: str, right: str) -> bool:
    """The two texts are surely different, whatever the deployment fills in."""
    return left != right and symbols(left) == symbols(right)


def walk(value: Any) -> Iterator[Any]:
    """Every scalar in a value, at any depth."""
    match value:
        case dict():
            for item in value.values():
                yield from walk(item)
        case list():
            for item in value:
                yield from walk(item)
        case _:
            yield value
