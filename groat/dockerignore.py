"""Which files a `.dockerignore` excludes from an image, as Docker's own client decides.

Docker's SDK has this too, but importing it costs every deployment 0.3 s; a test compares this with its answers.
"""

import re
from collections.abc import Callable, Iterable

TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[[^]]+\]|.", re.DOTALL)
MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def ignoring(lines: Iterable[str]) -> Callable[[str], bool]:
    """Is a file, given by its path from the context's root, excluded? The last pattern that matches decides."""
    rules = [(not line.startswith("!"), expression(line.removeprefix("!"))) for line in patterns(lines)]

    def ignored(path: str) -> bool:
        return next((verdict for verdict, rule in reversed(rules) if rule.fullmatch(path)), False)

    return ignored


def patterns(lines: Iterable[str]) -> list[str]:
    """The lines that say something."""
    stripped = (line.strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("#")]


def expression(pattern: str) -> re.Pattern[str]:
    """Matches what the pattern names, and everything below it."""
    tokens = TOKENS.findall(pattern.strip("/"))
    return re.compile("".join(map(meaning, tokens)) + "(?:/.*)?", re.DOTALL)


def meaning(token: str) -> str:
    if len(token) > 1 and token.startswith("["):
        return token
    return MEANINGS.get(token) or re.escape(token)
