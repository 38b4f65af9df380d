"""Which stack holds a resource: what one stack holds, no other creates or imports (texts from public issues).

The rule: a resource is identified by its type and physical id within one region (documented for imports).
"""

from collections.abc import Mapping
from uuid import uuid4

from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.resources.base import shown_identifier
from local_cloud.cloudformation.resources.handlers import HandlerError, Request
from local_cloud.cloudformation.template.model import ResolvedResource
from local_cloud.cloudformation.world import World

HELD = "{id} already exists in stack {stack}"
NOT_FOUND = "Resource of type '{type}' with identifier '{id}' was not found."
NOT_FOUND_BY = {"AWS::S3::Bucket": "Bucket not found", "AWS::DynamoDB::Table": "Table: {id} does not exist."}
"""What the services of some types say instead."""


def held(world: World, region: str, type: str, id: str) -> str | None:
    """The refusal, if a stack of the region holds such a resource."""
    for stack in world.in_region(region):
        if stack.status is StackStatus.DELETE_COMPLETE:
            continue
        if any(live.made and live.type == type and live.physical_id == id for live in stack.resources.values()):
            return HELD.format(id=id, stack=stack.id)
    return None


def unimportable(
    world: World, stack: Stack, wanted: Mapping[str, ResolvedResource], imports: Mapping[str, str]
) -> str | None:
    """Why a resource cannot be imported: it does not exist, or a stack holds it."""
    for name, id in imports.items():
        desired = wanted[name]
        if not exists(world, stack, desired, id):
            text = NOT_FOUND_BY.get(desired.type, NOT_FOUND)
            return text.format(type=desired.type, id=shown_identifier(desired.type, id))
        if problem := held(world, stack.region, desired.type, id):
            return problem
    return None


def exists(world: World, stack: Stack, desired: ResolvedResource, id: str) -> bool:
    """Whether a resource with that identifier exists already."""
    request = Request(
        type=desired.type, logical_id=desired.logical_id, properties=desired.properties, physical_id=id,
        stack_name=stack.name, stack_id=stack.id, account=world.account, region=stack.region, token=str(uuid4()),
    )  # fmt: skip
    try:
        return world.handlers.handler(desired.type).read(request) is not None
    except HandlerError:
        return False
