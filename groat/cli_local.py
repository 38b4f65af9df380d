"""`groat local`: start, stop and inspect the local cloud. As quick to import as cli.py."""

from typing import TYPE_CHECKING

import click

from groat.errors import GroatError
from groat.options import Options, Verbs, pass_options, with_json

if TYPE_CHECKING:
    from local_cloud.daemon import Running


@click.group(cls=Verbs)
def local() -> None:
    """The local cloud: an AWS for one machine."""


@local.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="PORT", help="Loopback port; default: 4566, or the next free one."
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    metavar="FACTOR",
    help="How many times faster than AWS; default: 100.",
)
@with_json
@pass_options
def up(options: Options, port: int | None, speed: float | None) -> None:
    """Start the local cloud in the background, unless it is running.

    Everything in it is lost when it stops.
    """
    from groat import local as cloud
    from groat.events import Stage

    running = cloud.up(options.project(), port=port, speed=speed)
    options.view().show(Stage("local cloud", f"{running.endpoint} (pid {running.pid}, log {running.log})"))


@local.command()
@with_json
@pass_options
def down(options: Options) -> None:
    """Stop the local cloud; everything in it is lost."""
    from groat import local as cloud
    from groat.events import Stage

    was_up = cloud.down(options.project())
    options.view().show(Stage("local cloud", "stopped" if was_up else "was not running"))


@local.command("status")
@with_json
@pass_options
def local_status(options: Options) -> None:
    """Show whether the local cloud is running, and where.

    Exits with 1 if it is not.
    """
    from groat.events import Stage

    running = found(options)
    options.view().show(Stage("local cloud", f"{running.endpoint} (pid {running.pid}, log {running.log})"))


@local.command("env")
@pass_options
def variables(options: Options) -> None:
    """Print what other clients of AWS need to find it.

    \b
    env $(groat local env) aws dynamodb list-tables
    """
    from groat import local as cloud

    running = found(options)
    for name, value in cloud.variables(running.endpoint, options.target().settings.region).items():
        click.echo(f"{name}={value}")


@local.command()
@click.option(
    "-n",
    "lines",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    metavar="LINES",
    help="How many lines from the end.",
)
@pass_options
def logs(options: Options, lines: int) -> None:
    """Print the end of the local cloud's log."""
    from groat import local as cloud

    for line in cloud.log_lines(options.project())[-lines:]:
        click.echo(line)


def found(options: Options) -> "Running":
    """The local cloud, if it is running. Raises GroatError."""
    from groat import local as cloud

    running = cloud.running(options.project())
    if running is None:
        raise GroatError("The local cloud is not running", hint="groat local up")
    return running
