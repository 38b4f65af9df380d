"""`python -m local_cloud serve`: the local cloud on its own, in the foreground, until SIGTERM or Ctrl-C."""

import atexit
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from local_cloud.daemon import PORT, named

LOOK = 1.0  # seconds between two looks at the pid file


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """An AWS for one machine: a CloudFormation that behaves like AWS's, and moto for all other services."""


def _host_and_port(_: click.Context, __: click.Parameter, value: str) -> str:
    host, _colon, port = value.rpartition(":")
    if value and not (host and port.isdecimal()):
        raise click.BadParameter(f"must be HOST:PORT: {value}")
    return value


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="PORT",
    help="Loopback port; 0 for any free one.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0),
    default=100.0,
    show_default=True,
    metavar="FACTOR",
    help="How many times faster than AWS; 0 for at once.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep images and logs here; default: do not keep them.",
)
@click.option(
    "--registry",
    default="",
    metavar="HOST:PORT",
    callback=_host_and_port,
    help="Container registry behind ECR.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Answer as AWS did on that day, YYYY-MM-DD; default: as recorded.",
)
@click.option(
    "--pid-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Stop once this file no longer names the process.",
)
def serve(
    *, port: int, speed: float, state: Path | None, registry: str, as_of: datetime | None, pid_file: Path | None
) -> None:
    """Serve every AWS API on one loopback port, in the foreground."""
    from local_cloud.cloudformation.history import MOST_RECORDED
    from local_cloud.compose import cloud
    from local_cloud.server import PortInUse

    atexit.register(gc.freeze)  # or Python would look for cycles in all that was imported before it ends: a second
    day = as_of.date() if as_of else MOST_RECORDED
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("local_cloud").setLevel(logging.INFO)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with (
            state_folder(state) as folder,
            cloud(state=folder, port=port, speed=speed, registry=registry, as_of=day) as server,
        ):
            pace = f"{speed:g} times as fast as AWS" if speed else "everything at once"
            click.echo(f"The local cloud listens on {server.endpoint}, {pace}. Ctrl-C ends it.")
            while not stop.wait(LOOK) and (pid_file is None or named(pid_file) == os.getpid()):
                pass
    except PortInUse as error:
        raise click.ClickException(f"{error}. Name another with --port.") from error


@contextmanager
def state_folder(state: Path | None) -> Iterator[Path]:
    """The folder that was named, or else a temporary one."""
    if state:
        yield state.absolute()
    else:
        with TemporaryDirectory(prefix="local-cloud-") as folder:
            yield Path(folder)


if __name__ == "__main__":
    main(prog_name="python -m local_cloud")
