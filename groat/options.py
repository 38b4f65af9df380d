"""What every verb of the command line has in common: its options, and how its stream of events ends in an exit code.

Loaded by each start of `groat`, so nothing but click and the standard library is imported at the top here.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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
    """What the common options say; every command gets it."""

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
        with suppress(click.Abort):
            return self.asks() and click.confirm(question, default=False, err=True)
        return False

    def consent(self) -> "changesets.Consent":
        from groat.consent import consent

        return consent(self.target().settings, yes=self.yes, names=self.allow, asks=self.asks())


def remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep a common option that was given, wherever it stood; one that was not given changes nothing."""
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


def common(command: Command) -> Command:
    shared: dict[str, Any] = {"expose_value": False, "callback": remember}
    options = [
        click.option(
            "--env",
            "environment",
            metavar="NAME",
            help="A section of samconfig.toml; default: local.",
            shell_complete=environments,
            **shared,
        ),
        click.option("--yes", is_flag=True, help="Say yes to ordinary questions; data needs --allow.", **shared),
        click.option("--json", is_flag=True, help="One JSON object per line instead of text.", **shared),
        click.option("--allow", metavar="ID", multiple=True, help="Let the data of this logical id go.", **shared),
    ]
    for option in reversed(options):
        command = option(command)
    return command


pass_options = click.make_pass_decorator(Options, ensure=True)


def finish(options: Options, events: "Iterable[Event]", *, changes: int = 0, view: "View | None" = None) -> None:
    """Show a stream to its end and exit with what its outcomes say. Ctrl-C: detach, or cancel and roll back."""
    from groat.views import Follower

    follower = Follower(view or options.view(), changes)
    try:
        follower.follow(events)
    except KeyboardInterrupt:
        follower.view.close()
        if not follower.stack:
            raise
        from groat.operations import interrupted

        follower.follow(interrupted(options.target(), follower.stack, ask=options.ask))
    finally:
        follower.view.close()
    sys.exit(follower.code)
