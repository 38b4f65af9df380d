"""The Changes of a change set, from what the stack is and what it should be.

    Add      the resource does not exist yet
    Remove   the resource is no longer wanted; references inside it are shown as unknown (recorded)
    Modify   a value differs or, listed only without property values, a reference may make it differ

The rule: resources are compared in dependency order, and one that is added or replaced makes what refers to it unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.cloudformation.changes.details import (
    ABSENT,
    Cause,
    Path,
    Spot,
    at,
    change,
    details,
    differing,
)
from local_cloud.cloudformation.changes.diff_side import (
    OTHER_ATTRIBUTES,
    Side,
    context,
    identity,
    nothing_before,
    policy_action,
    resolver,
    shown,
)
from local_cloud.cloudformation.schemas.provider import NESTED_STACK, schema
from local_cloud.cloudformation.template.intrinsics import Reference, functions
from local_cloud.cloudformation.template.masking import masked
from local_cloud.cloudformation.template.model import Resource, TemplateError
from local_cloud.cloudformation.template.order import active, dependencies, in_order
from local_cloud.cloudformation.values import UNKNOWN, texts

__all__ = ["Side", "changes"]

PARAMETER = "ParameterReference"
AUTOMATIC = {
    "Target": {"Attribute": "Properties", "RequiresRecreation": "Never"},
    "Evaluation": "Dynamic",
    "ChangeSource": "Automatic",
}
"""What is always told of a nested stack: its template may have changed behind its URL."""

STACK_TAGS = {
    "Target": {"Attribute": "Tags", "RequiresRecreation": "Never"},
    "Evaluation": "Static",
    "ChangeSource": "DirectModification",
}


def changes(before: Side | None, after: Side, *, property_values: bool) -> list[dict[str, Any]]:
    """boto3's `Changes`, by logical id; empty when nothing changes.

    `before` is None for a create. Raises TemplateError where AWS refuses the update.
    """
    compared = _Comparison(before or nothing_before(after), after, property_values=property_values)
    found = [*compared.removed(), *compared.added_or_modified()]
    if not property_values:
        found = [{key: value for key, value in each.items() if not key.endswith("Context")} for each in found]
    return [{"Type": "Resource", "ResourceChange": each} for each in sorted(found, key=_logical_id)]


def _logical_id(change: Mapping[str, Any]) -> str:
    return str(change["LogicalResourceId"])


class _Comparison:
    """What is wanted against what is there. `replacements` grows: the Replacement of each changed resource so far."""

    def __init__(self, before: Side, after: Side, *, property_values: bool) -> None:
        self.before = before
        self.after = after
        self.property_values = property_values
        self.replacements: dict[str, str] = {}
        self.now = resolver(before, before.lookup)
        self.pinned = resolver(after, after.lookup)
        self.then = resolver(after, self._lookup)
        self.masked_now, self.masked_then = masked(self.now), masked(self.then)
        self.existing = {key: each for key, each in active(before.template, self.now).items() if before.has(key)}
        self.wanted = active(after.template, self.then)

    def _lookup(self, logical_id: str, attribute: str | None) -> Any:
        """After the update: what is new has no attributes yet; what is changed in place keeps them, for all we know."""
        new = logical_id not in self.existing or self.replacements.get(logical_id) in ("True", "Conditional")
        return UNKNOWN if new else self.after.lookup(logical_id, attribute)

    def removed(self) -> Iterator[dict[str, Any]]:
        """The Remove changes."""
        blind = masked(resolver(self.before, lambda _logical_id, _attribute: UNKNOWN))
        for logical_id, resource in self.existing.items():
            if logical_id not in self.wanted:
                yield {
                    "PolicyAction": policy_action(resource, self.now.value(resource.deletion_policy)),
                    **identity("Remove", resource, self.before),
                    "Scope": [],
                    "Details": [],
                    "BeforeContext": context(shown(resource, blind)),
                }

    def added_or_modified(self) -> Iterator[dict[str, Any]]:
        """The Add and Modify changes, in dependency order."""
        self._refuse_other_types()
        for logical_id in in_order(dependencies(self.after.template, self.pinned.environment)):
            resource = self.wanted[logical_id]
            found = self._modified(resource) if logical_id in self.existing else self._added(resource)
            if found is None:
                continue
            if {"Properties", "Tags"} & {*found["Scope"]} or found["Action"] == "Add":
                self.replacements[logical_id] = found.get("Replacement", "True")
            yield found

    def _refuse_other_types(self) -> None:
        changed = [key for key, each in self.existing.items() if self.wanted.get(key, each).type != each.type]
        if changed:
            raise TemplateError(
                "Update of resource type is not permitted. The new template modifies resource type of the following "
                f"resources: [{', '.join(changed)}]"
            )

    def _added(self, resource: Resource) -> dict[str, Any]:
        return {
            **identity("Add", resource, self.before),
            "Scope": [],
            "Details": [],
            "AfterContext": context(shown(resource, self.masked_then)),
        }

    def _modified(self, resource: Resource) -> dict[str, Any] | None:
        old = self.existing[resource.logical_id]
        now = shown(old, self.masked_now)
        then = shown(resource, self.masked_then)
        found = list(self._details(old, resource, now, then))
        if not found:
            return None
        replacement = _replacement(found)
        action = f"ReplaceAnd{policy_action(resource, self.then.value(resource.update_replace_policy))}"
        return {
            **({"PolicyAction": action} if replacement == "True" else {}),
            **identity("Modify", resource, self.before),
            "Replacement": replacement,
            "Scope": list(dict.fromkeys(each["Target"]["Attribute"] for each in found)),
            "Details": found,
            "BeforeContext": context(now),
            "AfterContext": context(then),
        }

    def _details(
        self, old: Resource, new: Resource, now: Mapping[str, Any], then: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        kind = schema(new.type)
        spots = tuple(self._spots(old, new, now["Properties"], then["Properties"]))
        found = details(spots, kind, property_values=self.property_values)
        yield from found
        if self.before.tags != self.after.tags and kind.tag_property and not any(map(_of_tags, found)):
            yield STACK_TAGS
        for name in OTHER_ATTRIBUTES:
            yield from self._other(name, now.get(name, ABSENT), then.get(name, ABSENT))
        if new.type == NESTED_STACK:
            yield AUTOMATIC

    def _other(self, name: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
        if before == after:
            return
        target = {"Attribute": name, "RequiresRecreation": "Never"}
        spot = Spot(path=(), differs=True, before=before, after=after)
        valued = change(f"/{name}", spot) if self.property_values else {}
        yield {"Target": {**target, **valued}, "Evaluation": "Static", "ChangeSource": "DirectModification"}

    def _spots(self, old: Resource, new: Resource, now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Spot]:
        """Where the values differ, and without property values also where a reference may make them differ."""
        before = texts(self.now.value(old.properties))
        after = texts((self.then if self.property_values else self.pinned).value(new.properties))
        reached = [(path, self._causes(node)) for path, node in functions(new.properties)]
        found = [path for path, _, _ in differing(before, after)]
        for path in found:
            causes = tuple(dict.fromkeys(each for place, causes in reached if _overlap(place, path) for each in causes))
            values = at(now, path), at(then, path)
            yield Spot(path, differs=True, causes=causes, before=values[0], after=values[1])
        for path, causes in reached:
            moving = tuple(each for each in causes if each.source != PARAMETER)
            if moving and not any(_overlap(path, each) for each in found):
                yield Spot(path, differs=False, causes=moving)

    def _causes(self, node: Any) -> tuple[Cause, ...]:
        _, references = self.then.trace(node)
        return tuple(cause for each in references if (cause := self._cause(each)) is not None)

    def _cause(self, reference: Reference) -> Cause | None:
        name, attribute = reference
        if name in self.after.template.parameters:
            return Cause(PARAMETER, name, certain=True) if self._parameter_changed(name) else None
        match self.replacements.get(name), attribute:
            case (None, _) | ("False", None):
                return None
            case replacement, None:
                return Cause("ResourceReference", name, certain=replacement == "True")
            case replacement, _:
                return Cause("ResourceAttribute", f"{name}.{attribute}", certain=replacement == "True")

    def _parameter_changed(self, name: str) -> bool:
        before, after = self.before.environment.parameters, self.after.environment.parameters
        return name not in before or before[name] != after[name]


def _overlap(one: Path, other: Path) -> bool:
    """Whether one path is inside the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _of_tags(detail: Mapping[str, Any]) -> bool:
    return bool(detail["Target"]["Attribute"] == "Tags")


def _replacement(details: list[dict[str, Any]]) -> str:
    """True if a property that always replaces surely changes; Conditional if one may replace, or may change."""
    needed = {(each["Target"]["RequiresRecreation"], each["Evaluation"]) for each in details}
    if ("Always", "Static") in needed:
        return "True"
    return "False" if all(recreation == "Never" for recreation, _ in needed) else "Conditional"
