"""`groat` and `python -m groat`: the one place where an error becomes a sentence on stderr and an exit code."""

import errno
import gc
import sys

import click

from changesets import interrupts
from changesets.errors import ChangeSetsError
from groat.cli import groat
from groat.errors import GroatError
from groat.options import colour
from groat.typed import hint

REMEDIES = {
    errno.ENOSPC: "make room on the disk, then the same command again",
    errno.ENOENT: "put it there, or install it, then the same command again",
    errno.ENOTDIR: "a file is where a folder must be: move it away, then the same command again",
    errno.EACCES: "give yourself access (ls -ld, chown, chmod), then the same command again",
    errno.EROFS: "the file system takes no writes: clone the repository to a place that does",
}


def main() -> None:
    """Exit codes: 0 done or nothing to do, 1 failed, 2 wrong usage or `review --exit-code` with changes, 130 cut."""
    interrupts.listen()
    gc.set_threshold(200_000, 30, 30)  # as mypy does: imports make much and drop little, and botocore imports a lot
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
    except Exception as error:
        told = sentence(error)
        if told is None:
            raise
        message, fix = told
        say(message, hint=fix)
        sys.exit(1)


def sentence(error: Exception) -> tuple[str, str] | None:
    """What a person is told of an error, and what to do; None for one that is a mistake of ours."""
    if isinstance(error, GroatError | ChangeSetsError):
        return str(error), hint(error.hint or "")
    if isinstance(error, OSError):  # a full disk, a folder that cannot be written: every write is whole or not at all
        parts = (error.strerror or error, error.filename)
        return ": ".join(str(part) for part in parts if part), REMEDIES.get(error.errno or 0, "")
    if is_of_aws(error):
        return f"AWS says no, or nothing: {error}", "with that mended, the same command again: it goes on from here"
    return None


def is_of_aws(error: Exception) -> bool:
    """An answer of AWS that no module of ours expects: a permission that is missing, a bucket that is gone."""
    known = sys.modules.get("botocore.exceptions")  # without it nothing was asked
    return known is not None and isinstance(error, known.ClientError | known.BotoCoreError)


def say(message: str, *, hint: str) -> None:
    click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=colour())
    click.echo(message, err=True)
    if hint:
        click.echo("\nhint: " + hint.replace("\n", "\n      "), err=True)


if __name__ == "__main__":
    main()
