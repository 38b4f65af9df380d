"""A production environment without Docker: the local cloud is its AWS, and its registry holds what a test says."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3


@dataclass(frozen=True)
class Site:
    """A copy of the website whose AWS is the local cloud at `endpoint`, and its registry."""

    root: Path
    endpoint: str
    repository: str = ""

    def groat(self, *words: str) -> subprocess.CompletedProcess[str]:
        """On a machine whose Docker does not run."""
        stopped = {"AWS_ENDPOINT_URL": self.endpoint, "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
        return subprocess.run(
            [sys.executable, "-m", "groat", "--json", *words], cwd=self.root,
            env={**os.environ, **stopped}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def client(self, service: Any) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def image(self, digit: str) -> str:
        """The URI of one of the registry's images, which all are of the same app."""
        return f"{self.repository}@sha256:{digit * 64}"

    def deploy(self, digit: str) -> str:
        """Deploy that image; the function's name."""
        config = self.root / "samconfig.toml"
        text = "".join(line for line in config.read_text("utf-8").splitlines(True) if "ImageUri=" not in line)
        header = "[prod.deploy.parameters]\n"
        config.write_text(
            text.replace(header, f'{header}parameter_overrides = ["ImageUri={self.image(digit)}"]\n'), "utf-8"
        )
        events = self.done("deploy", "--env", "prod", "--yes")
        return str(next(event for event in events if event["type"] == "ready")["outputs"]["FunctionName"])

    def done(self, *words: str) -> list[dict[str, Any]]:
        done = self.groat(*words)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
