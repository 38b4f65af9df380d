"""Secrets, read from SSM when they are first asked for and kept for a few minutes; never in an environment variable.

`SSM_PATH` says below which path they are; what may be read there is in the function's role. Put one there with
`aws ssm put-parameter --type SecureString --name /tracks/NAME --value ...`.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

KEPT = 300.0  # seconds; a changed secret arrives within them, and a busy function asks SSM rarely


class MissingSecretError(LookupError):
    """There is no such parameter, or the function may not read it."""


@dataclass(slots=True)
class Secrets:
    """The parameters below `path`. `client` is boto3's of SSM."""

    client: Any
    path: str
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The secret's value, at most `KEPT` seconds old. Raises MissingSecretError naming the parameter."""
        read_at, value = self._kept.get(name, (-KEPT, ""))
        if self.now() - read_at >= KEPT:
            value = self._read(f"{self.path}/{name}")
            self._kept[name] = (self.now(), value)
        return value

    def _read(self, parameter: str) -> str:
        errors = self.client.exceptions
        try:
            return str(self.client.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"])
        except errors.ParameterNotFound:
            hint = f"aws ssm put-parameter --type SecureString --name {parameter} --value ..."
            raise MissingSecretError(f"No such SSM parameter: {parameter}. Make it: {hint}") from None


@cache
def secrets() -> Secrets:
    """The secrets of this function. boto3 is imported here, so that a request that needs none does not wait for it."""
    import boto3

    return Secrets(boto3.client("ssm"), os.environ["SSM_PATH"])
