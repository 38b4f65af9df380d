"""Pages of long answers: NextToken says at which item the next page starts."""

from collections.abc import Mapping, Sequence
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

    def cut(
        self, call: str, key: str, items: Sequence[Any], params: Mapping[str, Any], *, newest_first: bool = False
    ) -> dict[str, Any]:
        """The page that NextToken asks for, with a NextToken unless it is the last. Raises ValidationError.

        A list whose newest come first is counted from its end: what is new meanwhile does not shift the next page.
        """
        size = params.get("MaxResults") or self.size or SIZES[call]
        asked = _number(params.get("NextToken"))
        start = max(len(items) - asked, 0) if newest_first and asked else asked
        page: dict[str, Any] = {key: list(items[start : start + size])}
        if start + size < len(items):
            page["NextToken"] = f"page-{len(items) - start - size if newest_first else start + size}"
        return page


def _number(token: str | None) -> int:
    if token is None:
        return 0
    number = token.removeprefix("page-")
    if not number.isdecimal():
        raise validation_error(f"Invalid NextToken: {token}")
    return int(number)
