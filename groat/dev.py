"""`groat dev`: the site while it is being edited, behind the same edge as the deployed one.

The site is deployed to the local cloud first, which gives tables, names and the distribution; then its API is served
from the working tree (dev_apps.py: uvicorn, or with --sam the real container), and each edit of the frontend goes into
the bucket as a deployment would put it there. Pages reload by themselves.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import changesets
from groat import docker, frontend, local
from groat.aws import Aws, connect
from groat.deploy import deploy
from groat.dev_apps import App, container, server
from groat.errors import GroatError
from groat.events import Event, Ready, Stage, Working
from groat.project import Project
from groat.target import Target

LOOK = 0.05  # seconds between two looks at the files
Seen = Mapping[Path, int]


@dataclass(frozen=True, slots=True)
class Session:
    """The deployed site that is being edited, and its app."""

    project: Project
    aws: Aws
    outputs: Mapping[str, str]
    app: App

    def edited(self) -> str:
        """Tell the pages of an edit; returns the URL at which the site is served."""
        body = {"distribution": self.outputs["DistributionId"], "pid": os.getpid(), **self.app.place}
        return str(local.control(str(self.aws.endpoint), "develop", body)["url"])

    def pages(self) -> Iterable[Path]:
        return self.project.frontend.rglob("*")

    def upload(self) -> Iterator[Event]:
        if bucket := frontend.bucket_of(self.aws, self.outputs):
            sync, _ = frontend.synchronize(bucket, frontend.files(self.project.frontend))
            yield Stage("frontend", str(sync))


def dev(target: Target, *, sam: bool) -> Iterator[Event]:
    """Serve until interrupted. Raises GroatError for an environment other than `local`."""
    if not target.settings.is_local:
        raise GroatError(
            f"groat dev only works on this machine, not in: {target.settings.environment}", hint="groat dev"
        )
    if sam:
        docker.engine()  # without Docker, fail before doing any work
    ready: Ready | None = None
    for event in deploy(target, consent=changesets.Allowed()):
        ready = event if isinstance(event, Ready) else ready
        if not isinstance(event, Ready):
            yield event
    if ready:
        yield from serve(target, ready.outputs, sam=sam)


def serve(target: Target, outputs: Mapping[str, str], *, sam: bool) -> Iterator[Event]:
    aws = connect(target.settings, cloud=local.up(target.project))
    yield Working("starting the app")
    with container(target, outputs) if sam else server(target, aws, outputs) as app:
        session = Session(target.project, aws, outputs, app)
        keys = {"Ctrl-C": "stop", "make deploy": "deploy what you edited"}
        yield Ready(url=session.edited(), outputs={}, commands=keys)
        yield from watch(session)


def watch(session: Session) -> Iterator[Event]:
    code, pages = seen(session.app.files()), seen(session.pages())
    while True:
        time.sleep(LOOK)
        yield from session.app.said()
        was_code, code = code, seen(session.app.files())
        was_pages, pages = pages, seen(session.pages())
        if code != was_code:
            yield Stage("app", ", ".join(differing(was_code, code)))
            yield from session.app.renew()
        if pages != was_pages:
            yield from session.upload()
        if (code, pages) != (was_code, was_pages):
            session.edited()


def seen(paths: Iterable[Path]) -> dict[Path, int]:
    """The files and when they were written, in nanoseconds. A file that disappears meanwhile is left out."""
    found: dict[Path, int] = {}
    for path in paths:
        try:
            found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return found


def differing(before: Seen, after: Seen) -> list[str]:
    changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    return sorted(path.name for path in changed)
