"""One side of an update, before or after, as a change set shows it.

The rule: these values are shown and never deployed. Dynamic references stay as written, an export that does not exist
is unknown, and NoEcho values are masked wherever somebody could see them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.model import EMPTY, Environment, Lookup, Policy, Resource, Template
from local_cloud.cloudformation.values import UNKNOWN, texts

OTHER_ATTRIBUTES = {
    "Metadata": "metadata",
    "CreationPolicy": "creation_policy",
    "UpdatePolicy": "update_policy",
    "DeletionPolicy": "deletion_policy",
    "UpdateReplacePolicy": "update_replace_policy",
}
SNAPSHOT_BY_DEFAULT = {"AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster"}
POLICY_ACTIONS: Mapping[str, str] = {
    Policy.DELETE: "Delete",
    Policy.RETAIN: "Retain",
    Policy.RETAIN_EXCEPT_ON_CREATE: "Retain",
    Policy.SNAPSHOT: "Snapshot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an update. `lookup` and `physical_ids` are of the resources that exist now; `tags` the stack's."""

    template: Template
    environment: Environment
    lookup: Lookup
    physical_ids: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def has(self, logical_id: str) -> bool:
        """Whether the resource is really there."""
        return logical_id in self.physical_ids


def nothing_before(after: Side) -> Side:
    """The before side of a create."""
    return replace(after, template=EMPTY, physical_ids={}, tags={})


def resolver(side: Side, lookup: Lookup) -> Resolver:
    """Resolves the side's values, for comparing."""
    given = side.environment
    environment = replace(
        given,
        exports=lambda name: UNKNOWN if (value := given.exports(name)) is None else value,
        outputs=lambda *where: UNKNOWN if (value := given.outputs(*where)) is None else value,
        dynamic=lambda service, key: f"{{{{resolve:{service}:{key}}}}}",
    )
    return Resolver(side.template, environment, lookup)


def identity(action: str, resource: Resource, before: Side) -> dict[str, Any]:
    """The members of a change that say which resource it is about."""
    physical_id = before.physical_ids.get(resource.logical_id)
    return {
        "Action": action,
        "LogicalResourceId": resource.logical_id,
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
        "ResourceType": resource.type,
    }


def shown(resource: Resource, resolver: Resolver) -> dict[str, Any]:
    """The resource as contexts show it."""
    others = ((name, getattr(resource, field)) for name, field in OTHER_ATTRIBUTES.items())
    given = {name: texts(resolver.value(value)) for name, value in others if value is not None}
    return {"Properties": texts(resolver.value(resource.properties)), **given}


def context(shown: Mapping[str, Any]) -> str:
    """BeforeContext or AfterContext."""
    return json.dumps(shown, separators=(",", ":"))


def policy_action(resource: Resource, policy: str | None) -> str:
    """What becomes of the physical resource under a DeletionPolicy or UpdateReplacePolicy."""
    default = Policy.SNAPSHOT if resource.type in SNAPSHOT_BY_DEFAULT else Policy.DELETE
    return POLICY_ACTIONS.get(policy or default, "Delete")
