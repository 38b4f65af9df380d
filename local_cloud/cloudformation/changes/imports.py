"""What an IMPORT change set may do: import the resources that it names, and nothing else.

The rule: everything is refused by the call itself, except for what only the resource's service can know (`owners`).
The texts and their order come from public issues, and from another emulator that says it measured them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local_cloud.cloudformation.changes.change_sets import sides
from local_cloud.cloudformation.changes.diff import changes
from local_cloud.cloudformation.inputs import Params, processed
from local_cloud.cloudformation.model import Definition, Stack
from local_cloud.cloudformation.refusals import (
    IMPORTED_ALREADY,
    IMPORTED_AS_OTHER_TYPE,
    IMPORTED_BY_OTHER_KEYS,
    IMPORTED_CARELESSLY,
    IMPORTED_TWICE,
    IMPORTED_UNKNOWN,
    NOT_IMPORTED,
    NOT_ONLY_IMPORTED,
    NOT_PART_OF_IMPORT,
    NOTHING_NEW,
    NOTHING_TO_IMPORT,
)
from local_cloud.cloudformation.schemas.provider import known, schema
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import World

Changes = Mapping[str, str]


def identifiers(params: Params) -> Mapping[str, str]:
    """The physical id of each resource to import, by logical id."""
    return {each["LogicalResourceId"]: "|".join(_ordered(each)) for each in params.get("ResourcesToImport", ())}


def _ordered(wanted: Mapping[str, Any]) -> Iterable[str]:
    """The parts of an identifier in the order of the type's own."""
    type, given = wanted["ResourceType"], wanted["ResourceIdentifier"]
    keys = schema(type).primary_identifier if known(type) else ()
    return [given[key] for key in sorted(given, key=lambda key: keys.index(key) if key in keys else len(keys))]


def check_import(world: World, stack: Stack, definition: Definition, params: Params) -> None:
    """Raise AWS's ValidationError for an import that would do more than import."""
    named = params.get("ResourcesToImport", ())
    if not named:
        raise NOTHING_TO_IMPORT.error()
    try:
        template = processed(world, stack, definition.source, definition.parameters)
    except TemplateError:
        return  # a transform that fails is for the change set to tell
    _refuse(NOT_PART_OF_IMPORT, _else(stack, definition, params))
    wanted = [each["LogicalResourceId"] for each in named]
    if len({*wanted}) < len(wanted):
        raise IMPORTED_TWICE.error()
    _refuse(IMPORTED_UNKNOWN, {*wanted} - template.resources.keys())
    for each in named:
        _check_identity(each, template.resources[each["LogicalResourceId"]].type)
    _check_nothing_else(_actions(world, stack, definition), wanted)
    _refuse(IMPORTED_CARELESSLY, (name for name in wanted if template.resources[name].deletion_policy is None))


def _check_identity(named: Mapping[str, Any], type: str) -> None:
    given, keys = named["ResourceType"], named["ResourceIdentifier"].keys()
    if known(given) and keys != {*(expected := schema(given).primary_identifier)}:
        raise IMPORTED_BY_OTHER_KEYS.error(type=given, keys=", ".join(expected))
    if given != type:
        raise IMPORTED_AS_OTHER_TYPE.error(name=named["LogicalResourceId"], given=given, wanted=type)


def _check_nothing_else(actions: Changes, wanted: Iterable[str]) -> None:
    added = {name for name, action in actions.items() if action == "Add"}
    if not added:
        raise NOTHING_NEW.error()
    _refuse(IMPORTED_ALREADY, {*wanted} - added)
    _refuse(NOT_IMPORTED, added - {*wanted})
    _refuse(NOT_ONLY_IMPORTED, actions.keys() - added)


def _refuse(refusal: Any, names: Iterable[str]) -> None:
    if found := sorted(names):
        raise refusal.error(names=", ".join(found))


def _actions(world: World, stack: Stack, definition: Definition) -> Changes:
    found = changes(*sides(world, stack, definition), property_values=False)
    resources = (change["ResourceChange"] for change in found)
    return {each["LogicalResourceId"]: each["Action"] for each in resources}


def _else(stack: Stack, definition: Definition, params: Params) -> Iterable[str]:
    """What is not a resource and would change: an import that makes a stack can give it no role and no tags."""
    current = stack.definition
    if definition.source.body.get("Outputs") != (current.source.body.get("Outputs") if current else None):
        yield "Outputs"
    if params.get("RoleARN") not in (None, stack.role_arn):
        yield "RoleArn"
    if dict(definition.tags) != (dict(current.tags) if current else {}):
        yield "Tags"
