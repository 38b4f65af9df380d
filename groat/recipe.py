"""What the app's image is built from, as a value: the app's files, the template's function, pyproject's table.

    [tool.groat.image]                              # all optional; see docs/containers.md
    target = "any"                                  # the stage of the Dockerfile
    arguments = {BASE = "python:3.13-slim"}         # its build arguments
    try_import = false                              # the handler cannot be imported without the network

The rule: two equal recipes are one image, so the tag is their digest. COMMIT and SOURCE, which only say where an image
came from, are not part of it: a commit that does not touch the app is no new image.
"""

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from changesets.templates import read
from groat import images
from groat.project import Project
from groat.pyproject import table

CREDENTIALS = re.compile(r"(?<=://)[^/@]+@")
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`architecture` is the function's, `variables` the names in its environment, `labels` go in as build arguments."""

    context: Path
    architecture: str
    handler: str
    variables: tuple[str, ...]
    arguments: Mapping[str, str]
    target: str | None
    try_import: bool
    labels: Mapping[str, str]

    @cached_property
    def tag(self) -> str:
        parts = [images.digest(self.context), self.architecture, self.target, sorted(self.arguments.items())]
        return "app-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def epoch(self) -> int:
        """The time that everything in the image has, in seconds since 1970; the Dockerfile's default is the same."""
        return int(self.arguments.get("SOURCE_DATE_EPOCH", 0))

    @property
    def placeholders(self) -> dict[str, str]:
        """An environment for a look at the image: the function's variables, each with its name as value."""
        return {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"} | {name: name for name in self.variables}

    @property
    def build_arguments(self) -> dict[str, str]:
        return {"ARCHITECTURE": self.architecture, **self.labels, **self.arguments}


def recipe(project: Project, template: str) -> Recipe:
    """The recipe for the function of this website template. Raises GroatError."""
    function = next(functions(read(template)), {})
    given = table(project.root, "image")
    return Recipe(
        context=project.app,
        architecture=(function.get("Architectures") or ["x86_64"])[0],
        handler=images.handler(project.app),
        variables=tuple(function.get("Environment", {}).get("Variables", {})),
        arguments={name: str(value) for name, value in given.get("arguments", {}).items()},
        target=given.get("target"),
        try_import=bool(given.get("try_import", True)),
        labels={"COMMIT": commit(project), "SOURCE": source(project)},
    )


def here(wanted: Recipe) -> Recipe:
    """The recipe for this machine's processor, whatever the function's is: to run the image, not to publish it."""
    machine = platform.machine().lower()
    return replace(wanted, architecture={"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine))


def functions(template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The properties of the functions that run an image."""
    for resource in template.get("Resources", {}).values():
        properties = resource.get("Properties", {})
        if resource.get("Type") in FUNCTIONS and properties.get("PackageType") == "Image":
            yield properties


def workers(template: Mapping[str, Any]) -> Iterator[str]:
    """The handlers of the functions that run the image with a command of their own: those of the queues."""
    for function in functions(template):
        yield from function.get("ImageConfig", {}).get("Command", ())


def commit(project: Project) -> str:
    """The last commit that changed what the image is made of; `-dirty` if the working tree has changed it since."""
    parts = ["app", ":!app/frontend", ":!app/README.md"]
    found = git(project, "log", "-1", "--format=%H", "--", *parts)
    return f"{found}-dirty" if found and git(project, "status", "--porcelain", "--", *parts) else found


def source(project: Project) -> str:
    """Where the repository was cloned from, without the user and password that may stand in such a URL."""
    return CREDENTIALS.sub("", git(project, "config", "--get", "remote.origin.url"))


def git(project: Project, *words: str) -> str:
    """What git prints; nothing without git or outside of a repository: an image may be built from an archive."""
    try:
        done = subprocess.run(["git", *words], cwd=project.root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
