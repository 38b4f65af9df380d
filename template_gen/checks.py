"""The checks with which a `Site` refuses what cannot work.

Each message names the value and the fix. The checks run when an option is created, so that a mistake is reported at the
line that made it, and not by AWS after ten minutes of deployment.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

SECRET = re.compile(
    r"(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|(PRIVATE|SECRET|ACCESS)_?KEY)"
    r"(_(VALUE|MAIN|PEM|BASE|BASE64|B64|HEX|PROD|PRODUCTION|STAGING|DEV|TEST|LIVE|OLD|NEW|PRIMARY|SIGNING|\d+))?$",
    re.IGNORECASE,
)
"""Names that hold a secret: refused in a `Site`'s environment, and found by rule E9191 in any template."""


class SiteError(ValueError):
    """A `Site`, or one of its options, that cannot be built. The text states the value and the fix."""


def require(holds: bool, message: str) -> None:
    if not holds:
        raise SiteError(message)


def text(value: object, what: str) -> str:
    require(isinstance(value, str), f"{what} must be a string, not {type(value).__name__}: {value!r}")
    lone = any("\ud800" <= character <= "\udfff" for character in str(value))
    require(not lone, f"{what} is not valid Unicode (it has half of a surrogate pair): {value!r}")
    return str(value)


def matches(value: object, pattern: str, what: str, rule: str) -> None:
    """`value` is a string that matches all of `pattern`; `rule` says the same to a person."""
    require(re.fullmatch(pattern, text(value, what), re.ASCII) is not None, f"{what} must be {rule}: {value!r}")


def whole(value: object, low: int, high: int, what: str) -> None:
    """`value` is an int (not a bool, not a string of digits) from `low` to `high`, inclusive."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    require(is_whole, f"{what} must be a whole number, not {type(value).__name__}: {value!r}")
    require(low <= int(str(value)) <= high, f"{what} must be from {low} to {high}: {value!r}")


def flag(value: object, what: str) -> None:
    require(isinstance(value, bool), f"{what} must be True or False: {value!r}")


def member(value: object, choices: type[StrEnum], what: str) -> None:
    names = ", ".join(f"{choices.__name__}.{choice.name}" for choice in choices)
    require(isinstance(value, choices), f"{what} must be one of {names}: {value!r}")


def instance(value: object, kind: type, what: str) -> None:
    require(isinstance(value, kind), f"{what} must be a {kind.__name__}(…), not {type(value).__name__}: {value!r}")


def items(value: object, kind: type, what: str) -> tuple[object, ...]:
    """`value` as a tuple of `kind`; the usual mistake is a forgotten comma in a tuple of one."""
    is_list = isinstance(value, (tuple, list))
    hint = f"write ({kind.__name__}(…),) or [{kind.__name__}(…)]"
    require(is_list, f"{what} must be a tuple or list of {kind.__name__}, {hint}: {value!r}")
    given = tuple(value) if isinstance(value, (tuple, list)) else ()
    for item in given:
        require(isinstance(item, kind), f"{what} must hold only {kind.__name__}: {item!r}")
    return given


def unique(names: Iterable[str], what: str) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    require(not twice, f"two {what} have the same name, rename one of them: {', '.join(twice)}")


LOGICAL = r"[A-Z][A-Za-z0-9]{0,59}"
LOGICAL_RULE = "a capital letter, then letters and digits, at most 60 (it becomes a logical id)"
VARIABLE = r"[A-Z][A-Z0-9_]*"
VARIABLE_RULE = "capital letters, digits and _, beginning with a letter"


def logical(value: object, what: str) -> None:
    matches(value, LOGICAL, what, LOGICAL_RULE)


def variable(value: object, what: str) -> None:
    matches(value, VARIABLE, what, VARIABLE_RULE)


def environment_name(logical_name: str, suffix: str) -> str:
    """`RecentActivities`, `TABLE` -> `RECENT_ACTIVITIES_TABLE`, the variable in which the app finds it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", logical_name)
    return f"{words.upper()}_{suffix}"
