"""Pages of long answers: NextToken says at which item the next page starts."""

from collections.abc import Sequence
from typing import Any

from local_cloud.cloudformation.api.calls import Answer
from local_cloud.cloudformation.errors import validation_error
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.world import World

SIZE = 100
"""Items on a page, of every call. AWS cuts some of these at 1 MB; the number is ours (assumed)."""


def cut(world: World, key: str, items: Sequence[Any], params: Params, *, newest_first: bool = False) -> Answer:
    """The page that NextToken asks for, with a NextToken unless it is the last. Raises ValidationError.

    A list whose newest come first is counted from its end: what is new meanwhile does not shift the next page.
    """
    size = params.get("MaxResults") or world.page_size or SIZE
    asked = _number(params.get("NextToken"))
    start = max(len(items) - asked, 0) if newest_first and asked else asked
    page: Answer = {key: list(items[start : start + size])}
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
