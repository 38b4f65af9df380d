"""What the verbs of the command line share: their options, and how a stream of events becomes an exit code.

Loaded whenever `groat` starts, so imports that are slow happen inside the functions.
"""

import difflib
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
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
    """The values of the shared options; every command gets them."""

    environment: str = "local"
    yes: bool = False
    json: bool = False
    allow: frozenset[str] = field(default_factory=frozenset)
    revert_drift: bool = False
    import_existing: bool = False

    def target(self) -> "Target":
        from groat.config import settings
        from groat.target import Target

        project = self.project()
        found = settings(project.root, self.environment)
        return Target(project, replace(found, revert_drift=self.revert_drift, import_existing=self.import_existing))

    def project(self) -> "Project":
        from groat.project import find

        return find(Path.cwd())

    def view(self) -> "View":
        from groat.views import human_view, json_view

        return json_view() if self.json else human_view(self.environment)

    def asks(self) -> bool:
        """Is anybody there to answer?"""
        return sys.stdin.isatty() and not self.json

    def ask(self, question: str) -> bool:
        """Did a person say yes? If nobody is there, the answer is no, and so it is after another Ctrl-C."""
        with interrupts.answering(click.Abort):
            return self.asks() and click.confirm(question, default=False, err=True)
        return False

    def consent(self) -> "changesets.Consent":
        from groat.consent import consent

        return consent(self.target().settings, yes=self.yes, names=self.allow, asks=self.asks())


def colour() -> bool | None:
    """False if NO_COLOR is set (https://no-color.org), which click ignores; otherwise the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


class Verbs(click.Group):
    """Lists its commands in the order of their declaration, and suggests one for a misspelt name."""

    group_class = type  # its subgroups are of this class, too

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
    """Keep the value of a shared option, whether it stood before or after the verb; absence changes nothing."""
    options = context.ensure_object(Options)
    if value == "":  # an unset variable in a script must not select the default, this machine
        raise click.BadParameter("it is empty", context, parameter)
    if value and parameter.name:
        setattr(options, parameter.name, frozenset(value) if parameter.name == "allow" else value)


def environments(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The shell's completions of --env; none outside of a project."""
    from groat.config import FILE, read
    from groat.config import environments as named
    from groat.project import find

    with suppress(GroatError):
        return [name for name in named(read(find(Path.cwd()).root / FILE)) if name.startswith(begun)]
    return []


def option(*names: str, **more: Any) -> Callable[[Command], Command]:
    return click.option(*names, expose_value=False, callback=remember, **more)


with_env = option(
    "--env", "environment", metavar="NAME", help="Section of samconfig.toml; default: local.",
    shell_complete=environments,
)  # fmt: skip
with_json = option("--json", is_flag=True, help="Print one JSON object per line instead of text.")
with_yes = option("--yes", is_flag=True, help="Answer yes, except to the loss of data: that needs --allow.")
with_allow = option(
    "--allow", metavar="ID", multiple=True, help="Allow this logical id to be deleted with its data; repeatable."
)

with_drift = option("--revert-drift", is_flag=True, help="Bring back what was changed or deleted by hand.")
with_imports = option(
    "--import-existing-resources", "import_existing", is_flag=True, help="Take over resources that exist.",
)  # fmt: skip


def common(command: Command) -> Command:
    """The options of a verb that looks at an environment."""
    return with_env(with_json(command))


def consenting(command: Command) -> Command:
    """The options of a verb that changes an environment, and asks first."""
    return common(with_yes(with_allow(command)))


pass_options = click.make_pass_decorator(Options, ensure=True)


def finish(options: Options, events: "Iterable[Event]", *, changes: int = 0, view: "View | None" = None) -> None:
    """Show a stream to its end and exit with its outcomes' code. Ctrl-C detaches from a stack, or turns it back."""
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
        follower.code = 1  # however it ended, it is not what was wanted
    finally:
        follower.view.close()
    sys.exit(follower.code)
