"""What every scenario of a real client needs: a served local cloud, and the environment that points a program to it."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from local_cloud.compose import cloud
from local_cloud.services import Services

AT_ONCE = 1_000_000.0
PATIENCE = 240  # seconds; a program that hangs fails its scenario instead of the whole run


class Served:
    """A local cloud that listens; `run` runs a program that finds it by the environment alone."""

    def __init__(self, endpoint: str, home: Path) -> None:
        self.endpoint = endpoint
        self.home = home

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def status(self, stack: str) -> str:
        [found] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return str(found["StackStatus"])

    def fault(self, **fault: Any) -> None:
        self.post("faults", fault)

    def image(self, uri: str, directory: Path) -> None:
        """An image that has been pushed, and where its code is."""
        self.client("ecr").create_repository(repositoryName=uri.partition("/")[2].partition("@")[0])
        self.post("images", {"uri": uri, "directory": str(directory), "handler": "app.handler.handler"})

    def post(self, verb: str, body: Mapping[str, Any]) -> None:
        request = urllib.request.Request(f"{self.endpoint}/_local_cloud/{verb}", json.dumps(body).encode())
        urllib.request.urlopen(request).close()

    def run(self, *command: object, cwd: Path, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env={**self._environment(), **env},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_", "CDK_"))}
        return {
            **inherited,
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "111111111111",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A new, empty local cloud that takes no time for anything; `folder` is also the programs' home."""
    Services().reset()
    with cloud(state=folder / "state", speed=AT_ONCE) as server:
        yield Served(server.endpoint, folder)
    Services().reset()
