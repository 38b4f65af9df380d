"""`groat` and `python -m groat`: the only place that turns an error into a sentence on stderr and an exit code."""

import errno
import sys

import click

from changesets.errors import ChangeSetsError
from changesets.starting import start
from groat.cli import groat
from groat.errors import GroatError
from groat.options import colour
from groat.typed import hint

REMEDIES = {
    errno.ENOSPC: "make room on the disk, then run the same command again",
    errno.ENOENT: "put it there, or install it, then run the same command again",
    errno.ENOTDIR: "a file is where a folder must be: move it away, then run the same command again",
    errno.EACCES: "give yourself access (ls -ld, chown, chmod), then run the same command again",
    errno.EROFS: "the file system is read-only: clone the repository to one that is not",
}


def main() -> None:
    """Exit codes: 0 done or nothing to do, 1 failed, 2 wrong usage or `review --exit-code` with changes, 130
    interrupted.
    """
    start()
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
        found = sentence(error)
        if found is None:
            raise
        message, fix = found
        say(message, hint=fix)
        sys.exit(1)


def sentence(error: Exception) -> tuple[str, str] | None:
    """The message and the hint for an error; None for one that is a bug of ours."""
    if isinstance(error, GroatError | ChangeSetsError):
        return str(error), hint(error.hint or "")
    if isinstance(error, OSError):  # a full disk, a folder without access: no write is ever left half done
        parts = (error.strerror or error, error.filename)
        return ": ".join(str(part) for part in parts if part), REMEDIES.get(error.errno or 0, "")
    if is_of_aws(error):
        return (
            f"AWS refused the call, or did not answer: {error}",
            "fix that, then run the same command again: it resumes here",
        )
    return None


def is_of_aws(error: Exception) -> bool:
    """An error of AWS that no module expects: a missing permission, a bucket that is gone."""
    known = sys.modules.get("botocore.exceptions")  # not imported: AWS was never called
    return known is not None and isinstance(error, known.ClientError | known.BotoCoreError)


def say(message: str, *, hint: str) -> None:
    click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=colour())
    click.echo(message, err=True)
    if hint:
        click.echo("\nhint: " + hint.replace("\n", "\n      "), err=True)


if __name__ == "__main__":
    main()
