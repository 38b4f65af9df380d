"""A template as values: what `loading.load` returns and all other modules read. Nothing here computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class TemplateError(Exception):
    """A template or a parameter that CloudFormation refuses; `str()` is the text of its ValidationError."""


Lookup = Callable[[str, str | None], Any]
"""`lookup(logical_id, attribute)`: what Fn::GetAtt gives for a resource, or with None Ref; UNKNOWN if not there yet."""


class Policy(StrEnum):
    """DeletionPolicy and UpdateReplacePolicy."""

    DELETE = "Delete"
    RETAIN = "Retain"
    RETAIN_EXCEPT_ON_CREATE = "RetainExceptOnCreate"
    SNAPSHOT = "Snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One member of Resources; `properties` and the policies as written, intrinsic functions unresolved."""

    logical_id: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str | None = None
    update_replace_policy: str | None = None
    metadata: Any = None
    creation_policy: Any = None
    update_policy: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One member of Outputs, as written."""

    key: str
    value: Any
    description: str | None = None
    condition: str | None = None
    export: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A parsed template. `original` is the text as sent, `body` the same in the long form, without tags."""

    original: str
    body: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Output]
    transforms: tuple[str, ...]

    @property
    def description(self) -> str | None:
        """The template's Description."""
        return self.body.get("Description")


EMPTY: Final = Template(
    original="", body={}, parameters={}, mappings={}, conditions={}, resources={}, outputs={}, transforms=()
)
"""The template of a stack that does not exist yet."""


def no_exports(_name: str) -> str | None:
    """A region without exports."""
    return None


def no_outputs(_region: str, _stack: str, _output: str) -> str | None:
    """No other stack."""
    return None


def nothing_to_include(location: str) -> str:
    """An S3 without objects."""
    raise ValueError(f"S3 error: The specified key does not exist: {location}")


def no_dynamic_references(service: str, key: str) -> str:
    """No service answers a dynamic reference."""
    raise TemplateError(f"Could not resolve the dynamic reference {{{{resolve:{service}:{key}}}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """All that a template is resolved against, besides its own resources.

    parameters: resolved values by name: strings, and lists of strings for the list types.
    exports: value of an export of the region, or None.
    outputs: value of an output by region, stack and key, or None.
    include: the text of a snippet at an s3:// location; raises ValueError if there is none.
    dynamic: value of `{{resolve:<service>:<key>}}`; raises TemplateError if there is none.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    account: str
    region: str
    stack_name: str
    stack_id: str
    notification_arns: tuple[str, ...] = ()
    exports: Callable[[str], str | None] = no_exports
    outputs: Callable[[str, str, str], str | None] = no_outputs
    include: Callable[[str], str] = nothing_to_include
    dynamic: Callable[[str, str], str] = no_dynamic_references


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedResource:
    """A resource whose Condition holds, every intrinsic function replaced by its value or UNKNOWN."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    shown: Mapping[str, Any] | None = None
    depends_on: tuple[str, ...]
    deletion_policy: str | None
    update_replace_policy: str | None
    metadata: Any
    creation_policy: Any
    update_policy: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedOutput:
    """An output whose Condition holds."""

    key: str
    value: Any
    description: str | None
    export_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A template for one environment."""

    resources: Mapping[str, ResolvedResource]
    outputs: Mapping[str, ResolvedOutput]
