"""Whether an update would change anything: the same question as an empty change set's, asked by UpdateStack."""

from dataclasses import replace

from local_cloud.cloudformation.change_sets import _same, sides
from local_cloud.cloudformation.diff import changes
from local_cloud.cloudformation.inputs import processed
from local_cloud.cloudformation.model import Definition, Stack
from local_cloud.cloudformation.template import TemplateError
from local_cloud.cloudformation.world import World


def nothing_changes(world: World, stack: Stack, definition: Definition) -> bool:
    """False also when the template cannot be processed: that is for the operation to find out."""
    try:
        template = processed(world, stack, definition.source, definition.parameters)
        proposed = replace(definition, template=template)
        before, after = sides(world, stack, proposed)
        return not changes(before, after, property_values=False) and _same(stack, proposed)
    except TemplateError:
        return False
