"""What a paused stack still has to do: changes that a change set lists besides the difference of two templates.

The rule (assumed; AWS documents only that failed resources are retried): a resource that was never created is an
addition, one that failed is a modification, and one that was never created and is no longer wanted is no change.
"""

from collections.abc import Iterable
from typing import Any

from local_cloud.cloudformation.changes.diff import Side
from local_cloud.cloudformation.machine import PAUSED
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.template.loading import resolve

Change = dict[str, Any]


def with_unfinished(stack: Stack, changes: Iterable[Change], after: Side) -> list[Change]:
    """The changes, with those that a paused stack still has to do."""
    if stack.status not in PAUSED:
        return list(changes)
    made = {name for name, live in stack.resources.items() if live.made}
    wanted = resolve(after.template, after.environment, after.lookup).resources
    found = {change["ResourceChange"]["LogicalResourceId"]: change for change in changes}
    found = {name: change for name, change in found.items() if name in made or name in wanted}
    for name, desired in wanted.items():
        if name not in made:
            found[name] = _change("Add", name, desired.type)
        elif stack.resources[name].failed and name not in found:
            again = {"PhysicalResourceId": stack.resources[name].physical_id, "Replacement": "False"}
            found[name] = _change("Modify", name, desired.type, **again)
    return list(found.values())


def _change(action: str, name: str, type_name: str, **more: str) -> Change:
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": type_name, "Scope": [], "Details": []}
    return {"Type": "Resource", "ResourceChange": resource | more}
