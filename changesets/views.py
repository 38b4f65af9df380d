"""Views of one stream of events: for people, for programs, for pull requests. The only place that writes output.

The rule: a view shows and never decides. JSON is one object per line, first key `type` (the event's class in snake
case), then the event's fields as they are in outcomes.py and plans.py, a resource's type as `resource_type`; a step is
its `operation`, `arguments` and `why`. Fields may be added, not changed.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO, get_args

from changesets import words
from changesets.models import Deployment, StackEvent
from changesets.outcomes import Event, Noticed, Observed, Outcome, Proposed, Report, Reviewed, StepStarted
from changesets.plans import Plan, Review
from changesets.progress import Progress
from changesets.statuses import WayOut, facts
from changesets.steps import Wait

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

QUIET = (WayOut.UPDATE, WayOut.CREATE)


class HumanView:
    """Tables and live progress on a terminal; plain log lines elsewhere. `console` is a rich Console.

    `ours` spells our commands for whoever is in front: ours("recover --yes", "demo") is what to type for that. `speed`
    is how many times faster than AWS the stacks come, for the time that is left.
    """

    def __init__(self, console: "Console", *, ours: words.Typed = words.typed, speed: float = 1.0) -> None:
        self._speed = speed
        self._console = console
        self._ours = ours
        self._stack = ""
        self._progress = Progress()
        self._seen: Plan | None = None
        self._live: Live | None = None

    def show(self, event: Event) -> None:
        match event:
            case Observed(stack_name=name, stack=stack):
                self._stack = name
                if stack is not None and facts(stack.status).way_out not in QUIET:
                    self._say(f"{name} is in {stack.status}", "bold")
            case Proposed(plan=plan):
                self._propose(plan)
            case StepStarted(step=step):
                self._start(f"{self._stack}: {step.operation}, {step.why}", follows=isinstance(step, Wait))
            case StackEvent():
                self._event(event)
            case Noticed(message=message):
                self._say(message, "yellow")
            case _:
                self._end(event)

    def report(self, told: Report) -> None:
        """The answer of `status`."""
        first, *rest = words.report(told, self._ours)
        self._say(first, "bold")
        for line in rest:
            self._say(line)

    def _say(self, line: str, style: str = "") -> None:
        from rich.text import Text

        self._console.print(Text(line, style), soft_wrap=True)

    def _review(self, told: Review) -> None:
        from changesets import rendering

        for line in rendering.review(told):
            self._console.print(line, soft_wrap=True)

    def _propose(self, plan: Plan) -> None:
        self._seen = plan
        self._progress = Progress.expecting(plan.review, speed=self._speed)
        if plan.review is not None:
            self._review(plan.review)
            return
        for line in words.plan(plan):
            self._say(line)

    def _start(self, step: str, *, follows: bool) -> None:
        if not follows:
            self._say(f"• {step}", "dim")
        elif self._console.is_terminal and self._live is None:
            from rich.live import Live

            self._live = Live(console=self._console, refresh_per_second=4, get_renderable=self._picture, transient=True)
            self._live.start()

    def _picture(self) -> Any:
        from changesets import rendering

        return rendering.progress(self._progress, datetime.now().astimezone(), self._console.height)

    def _event(self, event: StackEvent) -> None:
        self._progress.add(event)
        if self._live is None or event.failed:
            reason = f"  {event.reason}" if event.reason else ""
            line = f"{event.at:%H:%M:%S}  {event.status:<28} {event.logical_id}  {event.type}{reason}"
            self._say(line, "red" if event.failed else "")

    def close(self) -> None:
        """End the live display. May be called twice, and should be called when the stream breaks off."""
        live, self._live = self._live, None
        if live is not None:
            with suppress(IndexError):  # Ctrl-C in the midst of rich's start: its hook is not there to be taken away
                live.stop()
            self._console.show_cursor()

    def _end(self, outcome: Outcome) -> None:
        from changesets.outcomes import exit_code

        self.close()
        if isinstance(outcome, Reviewed) and outcome.review is not None:
            self._review(outcome.review)
        first, *rest = words.outcome(outcome, self._ours, seen=self._seen)
        self._say(first, "bold red" if exit_code(outcome) else "bold green")
        for line in rest:
            self._say(line)


class JsonView:
    """One JSON object per line; `stream` is a text stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        self._write(_tagged(event))

    def report(self, told: Report) -> None:
        self._write(_tagged(told))

    def close(self) -> None:
        """Nothing to do: each line is flushed as it is written."""

    def _write(self, value: Any) -> None:
        self._stream.write(json.dumps(value, ensure_ascii=False) + "\n")
        self._stream.flush()


class MarkdownView:
    """Shows only what matters to a pull request: the review, or else the outcome."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        from changesets import markdown

        if isinstance(event, Reviewed):
            self._stream.write(markdown.review(event.review))
        elif isinstance(event, get_args(Outcome)):
            self._stream.write("\n".join(words.outcome(event)) + "\n")

    def report(self, told: Report) -> None:
        self._stream.write("\n\n".join(words.report(told)) + "\n")

    def close(self) -> None:
        """Nothing to do."""


_RENAMED = {"type": "resource_type"}  # `type` is the event's own


def _tagged(value: Any) -> dict[str, Any]:
    """`type` is the event's; a resource's own type is always `resource_type`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(value).__name__).lower()
    return {"type": name} | _fields(value)


def _fields(value: Any) -> dict[str, Any]:
    fields = {
        _RENAMED.get(each.name, each.name): _plain(getattr(value, each.name)) for each in dataclasses.fields(value)
    }
    if hasattr(value, "operation") and hasattr(value, "arguments"):
        arguments = getattr(value, "shown", value.arguments)
        fields = {"operation": value.operation, "why": value.why, "arguments": _plain(arguments)}
    return fields


def _plain(value: Any) -> Any:
    """JSON's own kinds; a deployment by its name alone, since its template is in a file."""
    plain = value
    if isinstance(value, Deployment):
        plain = {"stack_name": value.stack_name}
    elif isinstance(value, datetime):
        plain = value.isoformat()
    elif isinstance(value, Mapping):
        plain = {str(key): _plain(each) for key, each in value.items()}
    elif isinstance(value, frozenset):
        plain = sorted(value)
    elif isinstance(value, list | tuple):
        plain = [_plain(each) for each in value]
    elif dataclasses.is_dataclass(value):
        plain = _fields(value)
    return plain
