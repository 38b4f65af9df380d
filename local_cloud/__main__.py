"""`python -m local_cloud serve`: the local cloud alone, in the foreground, until SIGTERM or Ctrl-C."""

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


@click.group()
def main() -> None:
    """An AWS for one machine: CloudFormation that behaves like AWS, and the other services by moto."""


def _factor(_: click.Context, __: click.Parameter, value: float) -> float:
    if value < 0:
        raise click.BadParameter(f"it must be 0 or more, and 1 is AWS's own pace: {value:g}")
    return value


@main.command()
@click.option("--port", default=PORT, show_default=True, help="Loopback port; 0 takes a free one.")
@click.option(
    "--speed", default=100.0, show_default=True, callback=_factor, help="Times faster than AWS; 0 is at once."
)
@click.option("--state", type=click.Path(path_type=Path), help="Folder for images; without it they are forgotten.")
@click.option("--registry", default="", metavar="HOST:PORT", help="A container registry to stand behind ECR.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Answer as AWS did that day; default: as recorded.",
)
@click.option("--pid-file", type=click.Path(path_type=Path), help="End when this no longer names the process.")
def serve(
    *, port: int, speed: float, state: Path | None, registry: str, as_of: datetime | None, pid_file: Path | None
) -> None:
    """Serve every AWS API on one loopback port, in the foreground."""
    from local_cloud.cloudformation.history import MOST_RECORDED
    from local_cloud.compose import cloud
    from local_cloud.server import PortInUse

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
    """The folder that was named, or one that lasts as long as the process."""
    if state:
        yield state.absolute()
    else:
        with TemporaryDirectory(prefix="local-cloud-") as folder:
            yield Path(folder)


if __name__ == "__main__":
    main(prog_name="python -m local_cloud")
