"""A function's own container under Lambda's interface emulator, by Docker: what a local registry holds is run as it is.

The rule: the container is Lambda's sandbox as far as Docker can be: read-only but for /tmp, no capabilities, the
function's memory, the image's own entry point and command. It shares the machine's network, because the local cloud and
the emulator listen on loopback only; so this works with a Docker engine on this machine (Linux), not in a virtual one.
A container ends with the local cloud that runs it; where that was killed, the next one to run a container removes it.
"""

import json
import os
import subprocess
import uuid
from functools import cache

from local_cloud.daemon import alive
from local_cloud.edge.invoke import FunctionError
from local_cloud.runtime_worker import HOST, Command, Function, environment, interface_emulator

OF_THE_HOST = ("PATH", "PYTHONPATH", "LAMBDA_TASK_ROOT")
PULL_SECONDS = 600
OWNER = "local-cloud.pid"  # the label that says whose a container is


def in_container(function: Function) -> Command:
    """The command that runs the function's container in the foreground. Raises FunctionError when it cannot be had."""
    remove_left_behind()

    def command(handler: str, port: int, runtime_port: int) -> list[str]:
        entry = entry_point(function.container, handler)
        addresses = ["--runtime-interface-emulator-address", f"{HOST}:{port}"]
        addresses += ["--runtime-api-address", f"{HOST}:{runtime_port}"]
        return [*run(function), function.container, *addresses, *entry]

    return command


def run(function: Function) -> list[str]:
    variables = environment(function)
    passed = [f"--env={name}={value}" for name, value in variables.items() if name not in OF_THE_HOST]
    locked = ["--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    name = f"local-cloud-{uuid.uuid4().hex[:12]}"
    emulator = [f"--volume={interface_emulator()}:/emulator:ro", "--entrypoint=/emulator"]
    ours = [f"--name={name}", f"--label={OWNER}={os.getpid()}"]
    start = ["docker", "run", "--rm", "--init", *ours, "--network=host", f"--memory={function.memory}m"]
    return [*start, *locked, *emulator, *passed]


@cache
def remove_left_behind() -> None:
    """The containers of local clouds that are not alive any more."""
    shown = docker("ps", "--all", f"--filter=label={OWNER}", f'--format={{{{.ID}}}} {{{{.Label "{OWNER}"}}}}')
    found = (line.split() for line in shown.splitlines())
    if left := [container for container, owner in found if not alive(int(owner))]:
        docker("rm", "--force", *left)


def entry_point(image: str, handler: str) -> list[str]:
    """What the image runs, with the function's handler as its command; the image is pulled if need be."""
    try:
        (facts,) = json.loads(docker("image", "inspect", image))
    except FunctionError:
        docker("pull", "--quiet", image)
        (facts,) = json.loads(docker("image", "inspect", image))
    return [*(facts["Config"]["Entrypoint"] or ()), *([handler] if handler else facts["Config"]["Cmd"] or ())]


def docker(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, check=False, timeout=PULL_SECONDS
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise FunctionError("ImageNotRun", f"Docker cannot be used: {error}") from error
    if done.returncode:
        raise FunctionError("ImageNotRun", f"docker {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
