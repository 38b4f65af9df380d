"""Brings a named stack into any of the 23 statuses, in the way in which it would really get there.

The rule: only calls and faults; no status is ever set. Everything is played at once, whatever the cloud's speed, and a
hanging resource holds a status that would otherwise pass by itself, for `seconds`.
"""

from collections.abc import Mapping
from contextlib import suppress
from types import UnionType
from typing import Any

from local_cloud.cloudformation.engine import CloudFormation
from local_cloud.cloudformation.errors import ApiError
from local_cloud.cloudformation.machine import StackStatus as S
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.stage_recipes import RECIPES, Staging
from local_cloud.cloudformation.template.loading import load
from local_cloud.cloudformation.template.model import TemplateError

EXAMPLE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "staged"}}}}
FIELDS: Mapping[str, type | UnionType] = {
    "name": str,
    "status": str,
    "template": str | dict,
    "parameters": dict,
    "region": str,
    "seconds": int | float,
}
"""What `stage_json` takes."""


class StageError(ValueError):
    """A stack that cannot be staged; the message names the value and what is possible."""


def stage(
    cloud: CloudFormation,
    name: str,
    status: S | str,
    *,
    template: str | Mapping[str, Any] | None = None,
    parameters: Mapping[str, str] | None = None,
    region: str | None = None,
    seconds: float = 3600,
) -> str:
    """Put the stack `name` into `status` and answer its ARN. An existing stack of that name is deleted first.

    Raises StageError when the status does not exist or the template does not lead to it.
    """
    if status not in RECIPES:
        raise StageError(f"No such stack status, one of {', '.join(RECIPES)}: {status}")
    staging = Staging(
        cloud=cloud,
        name=name,
        region=region or cloud.region,
        body=_body(template),
        parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
        seconds=seconds,
    )
    with cloud.at_once():
        stack = _played(staging, S(status))
    if stack.status != status:
        raise StageError(f"The template does not lead stack {name} to {status}, but to: {stack.status}")
    return stack.id


def _played(staging: Staging, status: S) -> Stack:
    _clear(staging)
    try:
        RECIPES[status](staging)
    except ApiError as refusal:
        raise StageError(f"Cannot bring stack {staging.name} to {status}: {refusal.message}") from None
    return next(each for each in staging.cloud.world.in_region(staging.region) if each.name == staging.name)


def stage_json(cloud: CloudFormation, given: Mapping[str, Any]) -> dict[str, str]:
    """`{"name": …, "status": …, "template": …, "parameters": {…}, "region": …, "seconds": …}`. Raises StageError."""
    if unknown := given.keys() - FIELDS:
        raise StageError(f"Unknown field, one of {', '.join(sorted(FIELDS))}: {sorted(unknown)[0]}")
    if wrong := [key for key, value in given.items() if not isinstance(value, FIELDS[key])]:
        raise StageError(f"The field {wrong[0]} cannot be this: {given[wrong[0]]!r}")
    if missing := {"name", "status"} - given.keys():
        raise StageError(f"Missing field: {sorted(missing)[0]}")
    rest = {key: value for key, value in given.items() if key not in ("name", "status")}
    return {"StackId": stage(cloud, given["name"], given["status"], **rest), "StackStatus": given["status"]}


def _body(template: str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    if template is None:
        return EXAMPLE
    try:
        return load(template).body if isinstance(template, str) else template
    except TemplateError as problem:
        raise StageError(f"Not a template: {problem}") from None


def _clear(staging: Staging) -> None:
    """Delete a stack of that name, whatever it is doing."""
    existing = staging.cloud.world.find(staging.region, staging.name)
    if existing is None:
        return
    for _ in range(3):
        with suppress(ApiError):
            staging.call("UpdateTerminationProtection", EnableTerminationProtection=False)
            force = {"DeletionMode": "FORCE_DELETE_STACK"} if existing.status is S.DELETE_FAILED else {}
            staging.call("DeleteStack", **force)
        if existing.status is S.DELETE_COMPLETE:
            return
    raise StageError(f"Stack {staging.name} cannot be deleted now; it is in {existing.status}")
