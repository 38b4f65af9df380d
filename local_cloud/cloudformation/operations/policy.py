"""Stack policies: which updates of which resources are allowed (text recorded from a real account)."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from local_cloud.cloudformation.errors import validation_error
from local_cloud.cloudformation.inputs import Params, read_url
from local_cloud.cloudformation.model import Live
from local_cloud.cloudformation.operations.replacement import needed
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.template.model import ResolvedResource
from local_cloud.cloudformation.world import World

DENIED = "Action denied by stack policy: Statement [#{number}] does not allow [{action}] for resource [{resource}];"


def policy_of_call(world: World, params: Params, name: str) -> str | None:
    """The policy that a call passes as `<name>Body` or `<name>URL`, checked. Raises AWS's ValidationError."""
    body = params.get(f"{name}Body")
    if body is None and f"{name}URL" in params:
        body = read_url(world, params[f"{name}URL"])
    if body is not None:
        parse(body)
    return body


def parse(body: str) -> dict[str, Any]:
    """The policy in a text. Raises AWS's ValidationError."""
    try:
        policy = json.loads(body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list):
        raise validation_error("Error validating stack policy: Invalid stack policy")
    return policy


def denied(run: Run, live: Live, desired: ResolvedResource | None) -> str | None:
    """Why the stack policy forbids this update, without `desired` the removal; None when it allows it.

    An explicit Deny wins over any Allow.
    """
    body = run.options.policy_during_update or run.stack.policy
    if body is None or run.undoing:
        return None
    if desired is None:
        return decision(parse(body), "Update:Delete", live)
    return decision(parse(body), "Update:Replace" if needed(live, desired) else "Update:Modify", live)


def decision(policy: Mapping[str, Any], action: str, live: Live) -> str | None:
    """The policy's answer to an action on a resource."""
    matching = [(n, s) for n, s in enumerate(policy["Statement"], 1) if _matches(s, action, live)]
    for number, statement in matching:
        if statement.get("Effect") == "Deny":
            return DENIED.format(
                number=number, action=_first(statement.get("Action")), resource=_first(statement.get("Resource", "*"))
            )
    if not any(statement.get("Effect") == "Allow" for _, statement in matching):
        return f"Action not allowed by stack policy: [{action}] for resource [{live.logical_id}];"
    return None


def _matches(statement: Mapping[str, Any], action: str, live: Live) -> bool:
    actions = tuple(_all(statement.get("Action")))
    if not any(fnmatchcase(action, pattern) for pattern in actions):
        return False
    if "NotResource" in statement:
        return not _names(statement["NotResource"], live)
    types = (statement.get("Condition") or {}).get("StringEquals", {}).get("ResourceType")
    return _names(statement.get("Resource", "*"), live) and (types is None or live.type in tuple(_all(types)))


def _names(patterns: Any, live: Live) -> bool:
    own = f"LogicalResourceId/{live.logical_id}"
    return any(pattern == "*" or fnmatchcase(own, pattern) for pattern in _all(patterns))


def _all(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value or ()


def _first(value: Any) -> str:
    return next(_all(value), "")
