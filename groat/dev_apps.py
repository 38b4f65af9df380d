"""The app behind the edge while it is edited: by uvicorn on the working tree, or in its real container.

The rule: `renew` puts the files as they are now behind the edge, and whoever edits is told why when it cannot; what
answered before goes on answering then.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from groat import docker, images, local
from groat.aws import Aws
from groat.errors import GroatError
from groat.events import Event, Stage, Warned
from groat.project import Project
from groat.pyproject import settings
from groat.recipe import Recipe, here, recipe
from groat.target import Target

EMULATOR = "] (rapid) "  # what Lambda's interface emulator says of itself, between the lines of the function


class App(Protocol):
    @property
    def place(self) -> Mapping[str, object]:
        """Where the local cloud finds it: the body of its verb `develop`, without the distribution."""

    def files(self) -> Iterable[Path]:
        """What it is made of."""

    def renew(self) -> Iterator[Event]:
        """Take the files as they are now."""

    def said(self) -> Iterator[Event]:
        """What it has printed since it was asked last. Raises GroatError when it has ended."""


@dataclass(frozen=True, slots=True)
class Server:
    """uvicorn (dev_server.py). It prints on our own terminal."""

    project: Project
    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def place(self) -> Mapping[str, object]:
        return {"port": self.port}

    def files(self) -> Iterable[Path]:
        return self.project.app.rglob("*.py")

    def renew(self) -> Iterator[Event]:
        self.process.send_signal(signal.SIGHUP)
        yield from ()

    def said(self) -> Iterator[Event]:
        if self.process.poll() is not None:
            raise GroatError("The app's server ended; its last words are above", hint="groat dev")
        yield from ()


@contextmanager
def server(target: Target, aws: Aws, outputs: Mapping[str, str]) -> Iterator[Server]:
    app = str(settings(target.project.root).get("app", "app.main:app"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", "groat.dev_server", str(listener.fileno()), app]
        with edits_waiting():
            process = subprocess.Popen(
                command, cwd=target.project.root, env=environment(aws, outputs), pass_fds=[listener.fileno()],
                start_new_session=True,
            )  # fmt: skip
        try:
            yield Server(target.project, process, listener.getsockname()[1])
        finally:
            process.terminate()
            process.wait()


@contextmanager
def edits_waiting() -> Iterator[None]:
    """A process started here is not ended by an edit that comes before it knows the signal: it inherits the mask."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def environment(aws: Aws, outputs: Mapping[str, str]) -> dict[str, str]:
    """What the deployed function has in its environment, and where AWS is."""
    configuration = aws.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    own = dict(configuration.get("Environment", {}).get("Variables", {}))
    here = {**local.variables(str(aws.endpoint), aws.region), **around_the_proxy(os.environ)}
    return {**os.environ, **nowhere, **here, **own}


def around_the_proxy(variables: Mapping[str, str]) -> dict[str, str]:
    """The local cloud is on this machine, which a proxy for the internet does not reach."""
    exceptions = variables.get("no_proxy") or variables.get("NO_PROXY", "")
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(filter(None, (exceptions, "127.0.0.1,localhost"))))


@dataclass(slots=True)
class Container:
    """The function's image, run by the local cloud in the function's place: its environment, memory and permissions.

    Docker's cache leaves all layers but the last as they are while only the code changes. `log` is read from `read` on.
    `replaced` are the images that no name is left for; each goes when its container has gone.
    """

    client: Any
    wanted: Recipe
    name: str
    function: str
    log: Path
    read: int
    image: str = ""
    replaced: tuple[str, ...] = ()

    @property
    def place(self) -> Mapping[str, object]:
        return {"function": self.function, "container": self.image}

    def files(self) -> Iterable[Path]:
        return images.app_files(self.wanted.context)

    def build(self) -> Event:
        wanted = replace(self.wanted)  # its tag is of the files as they are now
        before = docker.image_id(self.client, self.name)
        docker.build(self.client, wanted, self.name)
        self.image = docker.inspect(self.client, wanted, self.name)
        self.replaced = docker.remove_unnamed(self.client, {before, *self.replaced} - {self.image, ""})
        return Stage("image", f"{self.name} {self.image}")

    def renew(self) -> Iterator[Event]:
        try:
            yield self.build()
        except GroatError as error:
            yield Warned(f"{error}\nThe image before goes on answering")

    def said(self) -> Iterator[Event]:
        if not self.log.is_file():
            return
        with self.log.open("rb") as log:
            log.seek(self.read)
            words = log.read()
        self.read += len(words)
        lines = words.decode(errors="replace").splitlines()
        yield from (Stage("log", line) for line in lines if EMULATOR not in line)


@contextmanager
def container(target: Target, outputs: Mapping[str, str]) -> Iterator[Container]:
    function, website = outputs["FunctionName"], target.project.templates / "website.yaml"
    log = local.function_log(target.project, function)
    folder = hashlib.sha256(str(target.project.root).encode()).hexdigest()[:8]  # two clones are worked on at once
    app = Container(
        client=docker.engine(),
        wanted=here(recipe(target.project, website.read_text(encoding="utf-8"))),
        name=f"groat-dev:{target.settings.stack_name}-{folder}",
        function=function,
        log=log,
        read=log.stat().st_size if log.is_file() else 0,
    )
    app.build()
    yield app
