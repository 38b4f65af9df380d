"""Before and after, to the Changes of a change set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_cloud.cloudformation.template_model import Environment, Lookup, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an update. `lookup` and `physical_ids` are those of the resources that exist now, on both sides."""

    template: Template
    environment: Environment
    lookup: Lookup
    physical_ids: Mapping[str, str] = field(default_factory=dict)


def changes(before: Side | None, after: Side, *, property_values: bool) -> list[dict[str, Any]]:
    """boto3's `Changes`; empty when nothing changes."""
    raise NotImplementedError
