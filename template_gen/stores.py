"""What a store (table, bucket, queue, secrets) gives the code that uses it: a variable with its name, and a grant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from template_gen.policies import Grant


@dataclass(frozen=True, slots=True)
class Access:
    """Environment variables and grants; a function gets the sum of its stores' accesses."""

    environment: Mapping[str, Any] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()


def together(accesses: Iterable[Access]) -> Access:
    every = tuple(accesses)
    environment = {name: value for access in every for name, value in access.environment.items()}
    return Access(environment, tuple(grant for access in every for grant in access.grants))
