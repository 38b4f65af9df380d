"""What an IMPORT change set may bring along: the resources it names, and nothing else.

Rule: everything is refused at once, by the call. Texts from public issues and blogs, and the two marked assumed;
in which order AWS looks is assumed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local_cloud.cloudformation.change_sets import sides
from local_cloud.cloudformation.diff import changes
from local_cloud.cloudformation.inputs import Params, processed
from local_cloud.cloudformation.model import Definition, Stack
from local_cloud.cloudformation.refusals import (
    IMPORTED_ALREADY,
    IMPORTED_CARELESSLY,
    IMPORTED_UNKNOWN,
    NOT_IMPORTED,
    NOT_ONLY_IMPORTED,
    NOT_PART_OF_IMPORT,
)
from local_cloud.cloudformation.template import TemplateError
from local_cloud.cloudformation.world import World

Changes = Mapping[str, str]


def identifiers(params: Params) -> Mapping[str, str]:
    """The physical id of each resource to import, by logical id."""
    return {
        each["LogicalResourceId"]: "|".join(each["ResourceIdentifier"].values())
        for each in params.get("ResourcesToImport", ())
    }


def check_import(world: World, stack: Stack, definition: Definition, params: Params) -> None:
    """Raise AWS's ValidationError for an import that would do more than import."""
    try:
        template = processed(world, stack, definition.source, definition.parameters)
    except TemplateError:
        return  # a transform that fails is for the change set to tell
    wanted = identifiers(params)
    _refuse(IMPORTED_UNKNOWN, wanted.keys() - template.resources.keys())
    _refuse(IMPORTED_CARELESSLY, (name for name in wanted if template.resources[name].deletion_policy is None))
    _refuse(IMPORTED_ALREADY, (name for name in wanted if name in stack.resources))
    actions = _actions(world, stack, definition)
    _refuse(NOT_IMPORTED, (name for name, action in actions.items() if action == "Add" and name not in wanted))
    _refuse(NOT_ONLY_IMPORTED, (name for name, action in actions.items() if action != "Add"))
    _refuse(NOT_PART_OF_IMPORT, _else(stack, definition, params))


def _refuse(refusal: Any, names: Iterable[str]) -> None:
    if found := sorted(names):
        raise refusal.error(names=", ".join(found))


def _actions(world: World, stack: Stack, definition: Definition) -> Changes:
    found = changes(*sides(world, stack, definition), property_values=False)
    told = (change["ResourceChange"] for change in found)
    return {each["LogicalResourceId"]: each["Action"] for each in told}


def _else(stack: Stack, definition: Definition, params: Params) -> Iterable[str]:
    """What is not a resource and would change: an import that makes a stack can give it no role and no tags."""
    current = stack.definition
    if definition.source.body.get("Outputs") != (current.source.body.get("Outputs") if current else None):
        yield "Outputs"
    if params.get("RoleARN") not in (None, stack.role_arn):
        yield "RoleArn"
    if dict(definition.tags) != (dict(current.tags) if current else {}):
        yield "Tags"
