"""AWS's wildcards, in paths, hosts, origins and policies: `*` is any text, `?` one character, all else is itself."""

import re


def matches(pattern: str, value: str) -> bool:
    """Whether the pattern covers all of the value; case counts."""
    translated = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(translated, value, re.DOTALL) is not None
