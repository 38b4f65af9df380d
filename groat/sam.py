"""SAM CLI on the generated template: build the container, run it behind an API on this machine, call it once.

Plain `sam build`, `sam local start-api` and `sam local invoke` do the same. This adds clear messages when Docker is
missing or a build fails, and the base image of pyproject's [tool.groat.image], which SAM reads only from the template.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from groat.docker import engine
from groat.docker_trouble import BUILD, fix_of, of_failed_step
from groat.errors import GroatError
from groat.project import Project
from groat.pyproject import table
from groat.recipe import here, recipe

WEBSITE = "website.yaml"
MARK = "      DockerTag:"
OF_ANOTHER_PROCESSOR = ("exec format error", "does not match the specified platform")


def build(project: Project) -> None:
    """Run `sam build`. Raises GroatError if Docker cannot be used or the image does not build."""
    engine()
    source = template(project)
    said = failure(project, "build", "--template-file", str(source), "--base-dir", str(project.templates))
    if said is None:
        return
    wanted = recipe(project, source.read_text(encoding="utf-8"))
    if any(text in said.lower() for text in OF_ANOTHER_PROCESSOR):
        raise GroatError(
            f"The function is for {wanted.architecture}, and this machine is: {here(wanted).architecture}",
            hint="apt-get install qemu-user-static, or Site(architecture=...); `make dev SAM=1` builds for this one",
        )
    raise GroatError("The app's image does not build, see above", hint=fix_of(of_failed_step(said)[1], BUILD))


def start_api(project: Project, port: int) -> int:
    """Build, then serve until Ctrl-C."""
    build(project)
    return sam(project, "local", "start-api", "--port", str(port))


def invoke(project: Project, event: Path) -> int:
    """Build, then call the function once with the JSON of this file."""
    build(project)
    return sam(project, "local", "invoke", "--event", str(event.absolute()))


def template(project: Project) -> Path:
    """The website's template, or a copy with the build arguments that pyproject names."""
    original = project.templates / WEBSITE
    if not original.is_file():
        raise GroatError(f"There is no template: {original}", hint="groat templates")
    given = table(project.root, "image")
    if not given:
        return original
    copy = project.state / "sam" / WEBSITE
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(with_image(original.read_text(encoding="utf-8"), given), encoding="utf-8")
    return copy


def with_image(text: str, given: Mapping[str, object]) -> str:
    """The template with DockerBuildTarget and DockerBuildArgs in SAM's Metadata, beside DockerTag."""
    target = [f"      DockerBuildTarget: {json.dumps(given['target'])}"] if "target" in given else []
    added = [*target, f"      DockerBuildArgs: {json.dumps(given.get('arguments', {}))}"]
    lines = (found for line in text.splitlines() for found in ([line, *added] if line.startswith(MARK) else [line]))
    return "\n".join(lines) + "\n"


def sam(project: Project, *words: str) -> int:
    """SAM's exit code. Ctrl-C, which SAM gets too, is the normal way to end it."""
    process = started(project, *words)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()  # SAM removes its containers
        return 0


def failure(project: Project, *words: str) -> str | None:
    """What SAM wrote to stderr, which is also shown as it comes; None if it succeeded."""
    said = bytearray()
    with started(project, *words, stderr=subprocess.PIPE) as process:
        for line in process.stderr or ():
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            said += line
    return said.decode(errors="replace") if process.returncode else None


def started(project: Project, *words: str, stderr: int | None = None) -> "subprocess.Popen[bytes]":
    program = Path(sys.executable).with_name("sam")
    environment = {"SAM_CLI_TELEMETRY": "0", **os.environ}
    command: Sequence[str] = [str(program) if program.exists() else "sam", *words]
    try:
        return subprocess.Popen(command, cwd=project.root, env=environment, stderr=stderr)
    except FileNotFoundError as error:
        raise GroatError(f"SAM CLI is not installed: {program}", hint="make install") from error
