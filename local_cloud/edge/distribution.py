"""A distribution as a value: everything that decides about a request, with policies and functions already looked up.

The rule: behaviors are tried in their order and the first match decides; the default behavior comes last.
Source: "Cache behavior settings" in the CloudFront developer guide (path patterns: `*` any characters, `?` exactly one,
case-sensitive, the leading slash optional; the query string takes no part).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.edge.policies import Forwarding
from local_cloud.edge.wildcards import matches

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """`forwardings` together say what goes to the origin; `viewer_request` and `viewer_response` are code;
    `headers_policy` is a ResponseHeadersPolicyConfig."""

    pattern: str
    origin_id: str
    methods: tuple[str, ...]
    forwardings: tuple[Forwarding, ...]
    compresses: bool
    viewer_request: str | None
    viewer_response: str | None
    headers_policy: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`signs` is for what its origin access control always signs (`s3`, `lambda`); `protocol` is None for S3."""

    id: str
    domain: str
    path: str
    headers: tuple[tuple[str, str], ...]
    signs: str | None
    protocol: str | None
    http_port: int
    read_timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """An origin group: the second origin is asked when the first answers with one of these."""

    origins: tuple[str, ...]
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Instead of an answer of `status`: the file at `path` with the status `answer`; None leaves the answer alone."""

    status: int
    path: str | None
    answer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    id: str
    domain: str
    aliases: tuple[str, ...]
    account: str
    root_object: str
    behaviors: tuple[Behavior, ...]
    origins: Mapping[str, Origin]
    groups: Mapping[str, Failover]
    error_pages: Mapping[int, ErrorPage]

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:distribution/{self.id}"

    def has_name(self, host: str) -> bool:
        """Whether a viewer may call the distribution so; this machine's own names are always right."""
        name = re.sub(r":\d+$", "", host.lower())
        own = (self.domain, *self.aliases)
        return name in ("", *LOOPBACK) or any(matches(each.lower(), name) for each in own)


def match(behaviors: Sequence[Behavior], path: str) -> Behavior:
    """The first behavior whose pattern covers the path."""
    return next(each for each in behaviors if covers(each.pattern, path))


def covers(pattern: str, path: str) -> bool:
    """Whether a path pattern covers the path; both may do without the leading slash."""
    return matches(pattern.removeprefix("/"), path.removeprefix("/"))
