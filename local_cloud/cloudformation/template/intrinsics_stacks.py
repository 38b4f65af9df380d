"""The intrinsic functions that read other stacks: Fn::ImportValue locks its export, Fn::GetStackOutput locks nothing.

Source: the template reference on both. There is only one account, so no RoleArn is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from local_cloud.cloudformation.template.model import Environment, TemplateError
from local_cloud.cloudformation.values import UNKNOWN, Unknown, is_unknown, text


class Resolves(Protocol):
    """What these functions need of the Resolver."""

    environment: Environment

    def value(self, node: Any) -> Any:
        """The node with every intrinsic function replaced."""
        ...


def import_value(resolver: Resolves, argument: Any) -> Any:
    """Fn::ImportValue."""
    name = resolver.value(argument)
    if isinstance(name, Unknown):
        return UNKNOWN
    value = resolver.environment.exports(text(name))
    if value is None:
        raise TemplateError(f"No export named {name} found.")
    return value


def stack_output(resolver: Resolves, argument: Any) -> Any:
    """Fn::GetStackOutput; the texts are assumed."""
    wanted = resolver.value(argument)
    if not isinstance(wanted, Mapping) or not {"StackName", "OutputName"} <= wanted.keys():
        raise TemplateError("Template error: every Fn::GetStackOutput object requires a StackName and an OutputName.")
    if is_unknown(list(wanted.values())):
        return UNKNOWN
    stack, output = text(wanted["StackName"]), text(wanted["OutputName"])
    value = resolver.environment.outputs(text(wanted.get("Region", resolver.environment.region)), stack, output)
    if value is None:
        raise TemplateError(f"No output named {output} found in stack {stack}.")
    return value
