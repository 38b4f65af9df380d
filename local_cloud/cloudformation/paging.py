"""Pages: a list cut in pieces, the token being where the next piece starts."""

from collections.abc import Sequence
from typing import Any

from local_cloud.cloudformation.errors import validation_error

SIZES = {
    "DescribeStacks": 100,
    "ListStacks": 100,
    "DescribeStackEvents": 100,
    "DescribeEvents": 100,
    "DescribeChangeSet": 100,
    "ListChangeSets": 100,
    "ListStackResources": 100,
    "ListExports": 100,
    "ListImports": 100,
    "DescribeStackResourceDrifts": 100,
}
"""Items on a page. AWS cuts some of these at 1 MB; the number is ours (assumed)."""


class Pages:
    """Page sizes; `size` overrides all of them, so that a test sees several pages."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size

    def cut(self, call: str, key: str, items: Sequence[Any], token: str | None) -> dict[str, Any]:
        """The page that starts at `token`, with NextToken unless it is the last. Raises ValidationError."""
        size = self.size or SIZES[call]
        start = _start(token)
        page: dict[str, Any] = {key: list(items[start : start + size])}
        if start + size < len(items):
            page["NextToken"] = f"page-{start + size}"
        return page


def _start(token: str | None) -> int:
    if token is None:
        return 0
    number = token.removeprefix("page-")
    if not number.isdigit():
        raise validation_error(f"Invalid NextToken: {token}")
    return int(number)
