"""`groat` and `python -m groat`: the one place where an error becomes a sentence on stderr and an exit code."""

import sys

import click

from changesets.errors import ChangeSetsError
from groat.cli import groat
from groat.errors import GroatError


def main() -> None:
    """Exit codes: 0 done or nothing to do, 1 failed, 2 wrong usage or `review --exit-code` with changes, 130 cut."""
    try:
        groat.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        say("interrupted", hint="the same command picks up where this one stopped")
        sys.exit(130)
    except (GroatError, ChangeSetsError) as error:
        say(str(error), hint=error.hint or "")
        sys.exit(1)


def say(message: str, *, hint: str = "") -> None:
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(message, err=True)
    if hint:
        click.echo(f"\nhint: {hint}", err=True)


if __name__ == "__main__":
    main()
