"""Values as they are shown to somebody: with those of NoEcho parameters masked."""

from __future__ import annotations

from dataclasses import replace

from local_cloud.cloudformation.template.intrinsics import Resolver
from local_cloud.cloudformation.template.parameters import MASK, hidden


def masked(plain: Resolver) -> Resolver:
    """The same values for showing: NoEcho parameters are ****, but conditions still see their values."""
    template, environment = plain.template, plain.environment
    parameters = {**environment.parameters, **dict.fromkeys(hidden(template), MASK)}
    conditions = {name: plain.condition(name) for name in template.conditions}
    return Resolver(template, replace(environment, parameters=parameters), plain.lookup, conditions)
