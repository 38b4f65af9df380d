"""`groat dev`: the site while it is edited, behind the same edge as the deployed one.

The site is deployed to the local cloud first, which gives tables, names and the distribution; then its API is served by
uvicorn from the working tree (dev_server.py), and each edit of the frontend goes into the bucket as a deployment would
put it there. Pages reload by themselves.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import changesets
from groat import frontend, local
from groat.aws import Aws, connect
from groat.deploy import deploy
from groat.errors import GroatError
from groat.events import Event, Ready, Stage
from groat.project import Project, settings
from groat.target import Target

LOOK = 0.05  # seconds between two looks at the files
Seen = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Workshop:
    """The deployed site that is worked on, and the server of its app."""

    project: Project
    aws: Aws
    outputs: Mapping[str, str]
    port: int

    def edited(self) -> str:
        """Tell the pages; where the site is served while it is edited."""
        body = {"distribution": self.outputs["DistributionId"], "port": self.port}
        return str(local.control(str(self.aws.endpoint), "develop", body)["url"])

    def upload(self) -> str:
        bucket = frontend.Bucket(self.aws, self.outputs["FrontendBucketName"], self.outputs["DistributionId"])
        return str(frontend.synchronize(bucket, frontend.files(self.project.frontend))[0])


def dev(target: Target) -> Iterator[Event]:
    """Serve until interrupted. Raises GroatError for an environment other than `local`."""
    if not target.settings.is_local:
        raise GroatError(f"groat dev works on this machine only, not in: {target.settings.environment}")
    ready: Ready | None = None
    for event in deploy(target, consent=changesets.Allowed()):
        ready = event if isinstance(event, Ready) else ready
        if not isinstance(event, Ready):
            yield event
    if ready:
        yield from serve(target, ready.outputs)


def serve(target: Target, outputs: Mapping[str, str]) -> Iterator[Event]:
    aws = connect(target.settings, endpoint=local.up(target.project).endpoint)
    variables = environment(aws, outputs)
    with socket.create_server(("127.0.0.1", 0)) as listener, server(target.project, listener, variables) as process:
        shop = Workshop(target.project, aws, outputs, listener.getsockname()[1])
        keys = {"Ctrl-C": "stop", "make deploy": "deploy what you edited"}
        yield Ready(url=shop.edited(), outputs={}, commands=keys)
        yield from watch(shop, process)


def environment(aws: Aws, outputs: Mapping[str, str]) -> dict[str, str]:
    """What the deployed function has in its environment, and where AWS is."""
    told = aws.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    account = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": aws.region}
    own = dict(told.get("Environment", {}).get("Variables", {}))
    return {**os.environ, **nowhere, **account, "AWS_ENDPOINT_URL": str(aws.endpoint), **own}


@contextmanager
def server(
    project: Project, listener: socket.socket, variables: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    app = str(settings(project).get("app", "app.main:app"))
    command = [sys.executable, "-m", "groat.dev_server", str(listener.fileno()), app]
    process = subprocess.Popen(
        command, cwd=project.root, env=dict(variables), pass_fds=[listener.fileno()], start_new_session=True
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def watch(shop: Workshop, process: "subprocess.Popen[bytes]") -> Iterator[Event]:
    code, pages = seen(shop.project.app, "*.py"), seen(shop.project.frontend, "*")
    while process.poll() is None:
        time.sleep(LOOK)
        was_code, code = code, seen(shop.project.app, "*.py")
        was_pages, pages = pages, seen(shop.project.frontend, "*")
        if code != was_code:
            process.send_signal(signal.SIGHUP)
            yield Stage("app", ", ".join(differing(was_code, code)))
        if pages != was_pages:
            yield Stage("frontend", shop.upload())
        if (code, pages) != (was_code, was_pages):
            shop.edited()
    raise GroatError("The app's server ended; its last words are above", hint="groat dev")


def seen(folder: Path, pattern: str) -> dict[str, int]:
    """The files and when they were written, in nanoseconds. A file that goes while it is looked at is not there."""
    found: dict[str, int] = {}
    for path in folder.rglob(pattern):
        try:
            found[path.relative_to(folder).as_posix()] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return found


def differing(before: Seen, after: Seen) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
