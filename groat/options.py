"""What the verbs of the command line share: their options, and how a stream of events ends in an exit code.

Loaded by each start of `groat`, so nothing that is slow to import stands at the top here.
"""

import difflib
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from changesets import interrupts
from groat.errors import GroatError

if TYPE_CHECKING:
    import changesets
    from groat.events import Event
    from groat.project import Project
    from groat.target import Target
    from groat.views import View

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True)
class Options:
    """What the shared options say; every command gets it."""

    environment: str = "local"
    yes: bool = False
    json: bool = False
    allow: frozenset[str] = field(default_factory=frozenset)

    def target(self) -> "Target":
        from groat.config import settings
        from groat.target import Target

        project = self.project()
        return Target(project, settings(project.root, self.environment))

    def project(self) -> "Project":
        from groat.project import find

        return find(Path.cwd())

    def view(self) -> "View":
        from groat.views import human_view, json_view

        return json_view() if self.json else human_view(self.environment)

    def asks(self) -> bool:
        """Is somebody there to answer?"""
        return sys.stdin.isatty() and not self.json

    def ask(self, question: str) -> bool:
        """A person's yes. Nobody there is a no, and so is another Ctrl-C."""
        with interrupts.answering(click.Abort):
            return self.asks() and click.confirm(question, default=False, err=True)
        return False

    def consent(self) -> "changesets.Consent":
        from groat.consent import consent

        return consent(self.target().settings, yes=self.yes, names=self.allow, asks=self.asks())


def colour() -> bool | None:
    """No where NO_COLOR is set (https://no-color.org), which click does not look at; else the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


class Verbs(click.Group):
    """Lists its commands in the order in which they are declared, and guesses one that is misspelt."""

    group_class = type  # groups in it are alike

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, words)
        except click.UsageError as error:
            for close in difflib.get_close_matches(words[0], self.commands, n=1):
                error.message += f" Did you mean {close}?"
            raise


def remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep a shared option that was given, wherever it stood; one that was not given changes nothing."""
    options = context.ensure_object(Options)
    if value == "":  # an unset variable in a script must not mean this machine
        raise click.BadParameter("it is empty", context, parameter)
    if value and parameter.name:
        setattr(options, parameter.name, frozenset(value) if parameter.name == "allow" else value)


def environments(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """For the shell's completion of --env; nothing where there is no project."""
    from groat.config import FILE, read
    from groat.config import environments as named
    from groat.project import find

    with suppress(GroatError):
        return [name for name in named(read(find(Path.cwd()).root / FILE)) if name.startswith(begun)]
    return []


def option(*names: str, **more: Any) -> Callable[[Command], Command]:
    return click.option(*names, expose_value=False, callback=remember, **more)


with_env = option(
    "--env", "environment", metavar="NAME", help="A section of samconfig.toml; default: local.",
    shell_complete=environments,
)  # fmt: skip
with_json = option("--json", is_flag=True, help="One JSON object per line instead of text.")
with_yes = option("--yes", is_flag=True, help="Answer yes; only the loss of data needs --allow.")
with_allow = option("--allow", metavar="ID", multiple=True, help="Let this logical id go with its data; repeatable.")


def common(command: Command) -> Command:
    """For a verb that looks at an environment."""
    return with_env(with_json(command))


def consenting(command: Command) -> Command:
    """For a verb that changes an environment, and asks before."""
    return common(with_yes(with_allow(command)))


pass_options = click.make_pass_decorator(Options, ensure=True)


def finish(options: Options, events: "Iterable[Event]", *, changes: int = 0, view: "View | None" = None) -> None:
    """Show a stream to its end and exit with what its outcomes say. Ctrl-C in a stack: detach, or turn it back."""
    from groat.views import Follower

    follower = Follower(view or options.view(), changes)
    try:
        follower.follow(events)
    except KeyboardInterrupt:
        interrupts.handle()
        follower.view.close()
        if not follower.stack:
            raise
        from groat.operations import interrupted

        turned = interrupted(options.target(), follower.stack, ask=options.ask, consent=options.consent())
        follower.follow(turned)
        follower.code = 1  # whatever came of it: not what was wanted
    finally:
        follower.view.close()
    sys.exit(follower.code)
