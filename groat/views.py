"""Three views of one stream of events: for a person, a program and a pull request.

The rule: what a view shows depends only on the events, in their order. The events of `changesets` go to that package's
own views.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from groat.config import LOCAL, SPEED
from groat.events import Costs, Event, GroatEvent, Ready, Rehearsed, Stage, Warned, Working
from groat.typed import typed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class View(Protocol):
    """Shows what happens, as it happens."""

    def show(self, event: "Event") -> None: ...

    def close(self) -> None: ...


class HumanView:
    """Lines for a terminal or a log; rich decides on colours (NO_COLOR, no terminal)."""

    def __init__(self, console: "Console", environment: str) -> None:
        import changesets

        self.console = console
        self.inner = changesets.HumanView(
            console,
            ours=lambda words, _: typed(words, environment),
            speed=SPEED if environment == LOCAL else 1.0,
        )
        self.status: Status | None = None

    def show(self, event: "Event") -> None:
        import changesets

        self.rest()
        match event:
            case Working(text=text):
                self.status = self.console.status(escaped(text))
                self.status.start()
            case changesets.NoChanges(stack=stack):
                self.line(stack.name, "no changes")
            case changesets.Deployed(stack=stack, orphans=()):
                self.line(stack.name, "deployed")
            case Stage(name=name, text=text):
                self.line(name, text)
            case Warned(text=text):
                self.console.print(f"[yellow]warning[/]: {escaped(text)}")
            case Costs():
                self.line("idle costs", costs(event))
            case Rehearsed():
                self.rehearsed(event)
            case Ready():
                self.ready(event)
            case changesets.Report():
                self.inner.report(event)
            case _:
                self.inner.show(event)

    def close(self) -> None:
        self.rest()
        self.inner.close()

    def rest(self) -> None:
        """Remove the spinner, if there is one."""
        if self.status:
            self.status.stop()
        self.status = None

    def line(self, name: str, text: str) -> None:
        self.inner.close()  # ends its live picture of the stack
        self.console.print(f"[bold]{name:<16}[/] {escaped(text)}", highlight=False, soft_wrap=True)

    def rehearsed(self, event: Rehearsed) -> None:
        sign = "[green]✓[/]" if event.healthy else "[bold red]✗[/]"
        self.console.print(
            f"{sign} [bold]{event.logical_id:<24}[/] {escaped(rehearsed(event))}", highlight=False, soft_wrap=True
        )

    def ready(self, ready: Ready) -> None:
        self.console.print(f"\n[bold green]{ready.url}[/]", highlight=False, soft_wrap=True)
        for key, value in sorted(ready.outputs.items()):
            self.console.print(f"  {key:<24} {escaped(value)}", highlight=False, soft_wrap=True)
        self.console.print()
        for command, reason in ready.commands.items():
            self.console.print(f"  {command:<24} [dim]{escaped(reason)}[/]", highlight=False, soft_wrap=True)


class JsonView:
    """One JSON object per line: `{"type": "stage", ...}`; see docs/json.md."""

    def __init__(self, stream: TextIO) -> None:
        import changesets

        self.stream = stream
        self.inner = changesets.JsonView(stream)

    def show(self, event: "Event") -> None:
        import changesets

        if isinstance(event, GroatEvent):
            self.write({"type": type(event).__name__.lower(), **asdict(event)})
        elif isinstance(event, changesets.Report):
            self.inner.report(event)
        else:
            self.inner.show(event)

    def close(self) -> None:
        self.inner.close()

    def write(self, record: dict[str, Any]) -> None:
        self.stream.write(json.dumps(record, default=str) + "\n")
        self.stream.flush()


class MarkdownView:
    """For a pull request: each stack's review under its name, what the site costs, warnings."""

    def __init__(self, stream: TextIO) -> None:
        import changesets

        self.stream = stream
        self.inner = changesets.MarkdownView(stream)
        self.stack = ""

    def show(self, event: "Event") -> None:
        import changesets

        match event:
            case changesets.Observed(stack_name=name):
                self.stack = name
            case Costs():
                self.stream.write(f"\n## Idle costs\n\n{costs(event)}\n")
            case Rehearsed():
                self.stream.write(f"- {'✅' if event.healthy else '❌'} `{event.logical_id}`: {rehearsed(event)}\n")
            case Warned(text=text):
                self.stream.write(f"\n> {text}\n")
            case _ if isinstance(event, changesets.Outcome):
                self.stream.write(f"\n## {self.stack}\n\n")
                self.inner.show(event)

    def close(self) -> None:
        self.inner.close()


def costs(bill: Costs) -> str:
    before = "" if bill.before is None else f" (before: {bill.before:.2f})"
    lines = "; ".join(f"{what} {line}" for what, line in bill.lines.items())
    return f"{bill.usd:.2f} USD a month without visitors{before}: {lines}. List prices of {bill.as_of}"


def rehearsed(event: Rehearsed) -> str:
    return f"{event.failure}: {event.outcome}; again: {event.again}"


def markdown_view() -> MarkdownView:
    return MarkdownView(sys.stdout)


def human_view(environment: str = LOCAL) -> HumanView:
    """For the terminal; `environment` appears in the commands that it suggests."""
    from rich.console import Console

    return HumanView(Console(), environment)


def json_view() -> JsonView:
    return JsonView(sys.stdout)


@dataclass(slots=True)
class Follower:
    """Shows a stream, and keeps its exit code and the stack that is being worked on."""

    view: View
    changes: int = 0
    code: int = 0
    stack: str = ""

    def follow(self, events: "Iterable[Event]") -> None:
        import changesets

        for event in events:
            self.view.show(event)
            if isinstance(event, changesets.Observed):
                self.stack = event.stack_name
            elif isinstance(event, changesets.Outcome):
                self.stack = ""  # its operation is over
                self.code = worse(self.code, changesets.exit_code(event, changes=self.changes))


def worse(code: int, new: int) -> int:
    """A failure (1) outranks "changes found" (2), which outranks success."""
    return 1 if 1 in (code, new) else max(code, new)


def escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
