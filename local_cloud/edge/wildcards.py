"""AWS's wildcards, in path patterns and in policies: `*` is any text, `?` is one character, nothing else is special."""

import re


def matches(pattern: str, value: str) -> bool:
    """Whether the pattern covers all of the value; case counts."""
    translated = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(translated, value, re.DOTALL) is not None
