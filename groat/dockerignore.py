"""Which files a `.dockerignore` keeps out of an image, as Docker's own client decides it.

Docker's SDK has this too, at 0.3 s of import for every deployment; a test holds this one to its answers.
"""

import re
from collections.abc import Callable, Iterable

TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[[^]]+\]|.", re.DOTALL)
MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def ignoring(lines: Iterable[str]) -> Callable[[str], bool]:
    """Is a file, given by its path from the context's root, kept out? The last pattern that matches decides."""
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
