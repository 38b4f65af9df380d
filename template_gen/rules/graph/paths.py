"""Paths: what a pattern of CloudFront takes, and what a route of API Gateway answers.

Both are compared segment by segment: `/api/*` and `/api/{id}/files` can meet, `/api/*` and `/items` cannot. Whatever
the deployment fills in may be anything.
"""

import re
from itertools import zip_longest
from typing import Final

from template_gen.rules.values import known

_ANYTHING: Final = "*"


def literal_prefix(pattern: str) -> str:
    """`/api` of `/api/*`; "" when the pattern begins with a wildcard."""
    head = re.split(r"[*?]", "/" + pattern.lstrip("/"))[0]
    return head.rstrip("/") if "/" in head[1:] or head == pattern else ""


def takes(pattern: str, path: str) -> bool:
    """A literal path (or a more special pattern) fits the pattern; a wildcard of the path only fits a `*`.

    `api/*` and `/api/*` are the same to CloudFront.
    """
    regex = re.escape(pattern.lstrip("/")).replace(r"\*", ".*").replace(r"\?", "[^*]")
    return known(pattern) and known(path) and re.fullmatch(regex, path.lstrip("/")) is not None


def may_meet(route: str, pattern: str) -> bool:
    """Some request that the pattern lets through can match the route of an API."""
    if route == "$default" or not known(route):
        return True
    ours, theirs = _segments(route), _segments(pattern)
    return _same_length(ours, theirs) and all(
        _alike(left, right) for left, right in zip_longest(ours, theirs, fillvalue=_ANYTHING)
    )


def _segments(path: str) -> list[str]:
    return [part for part in path.strip("/").split("/") if part]


def _same_length(route: list[str], pattern: list[str]) -> bool:
    """A greedy variable and the last `*` take one segment or more; a `*` elsewhere may take any number."""
    open_route = bool(route) and route[-1].endswith("+}")
    open_pattern = any(_ANYTHING in part or not known(part) for part in pattern)
    least = len(pattern) if pattern and pattern[-1] == _ANYTHING else 0 if open_pattern else len(pattern)
    return (open_route or len(route) >= least) and (open_pattern or len(pattern) >= len(route))


def _alike(left: str, right: str) -> bool:
    wild = left.startswith("{") or left == _ANYTHING or not known(left + right)
    return wild or "*" in right or "?" in right or left == right
