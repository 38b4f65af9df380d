"""`python -m changesets`: the change-set manager for any template, with the flags of `aws cloudformation deploy`.

The rule: this file reads arguments, asks questions and chooses a view; everything that happens to a stack is in the
package.
Exit codes: 0 done or nothing to do, 1 failed, 2 `review --exit-code` found changes.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

import changesets
from changesets import interrupts
from changesets.options import PROFILES, Words, common, consenting, template
from changesets.starting import start

if TYPE_CHECKING:
    View = changesets.HumanView | changesets.JsonView | changesets.MarkdownView


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What all verbs need: the gateway, the view, and the consent."""

    cloudformation: "changesets.CloudFormation"
    view: "View"
    allowed: "changesets.Allowed"
    interactive: bool

    def consent(self, plan: "changesets.Plan") -> bool:
        """From the flags, or else from a person: a yes, or the name of what would lose its data."""
        missing = self.allowed.missing(plan)
        if not missing or not self.interactive:
            return not missing
        self.view.close()
        severe = sorted({each.logical_id for each in missing if each.severe})
        ordinary = not all(each.severe for each in missing)
        return all(map(_typed, severe)) and (not ordinary or self.ask("Go on?"))

    def ask(self, question: str) -> bool:
        """Did a person say yes? If nobody is there, the answer is no, and so it is after another Ctrl-C."""
        with interrupts.answering(click.Abort):
            return self.interactive and click.confirm(question, default=False)
        return False


def _typed(name: str) -> bool:
    with interrupts.answering(click.Abort):
        return bool(click.prompt(f"To go on, type {name}", default="", show_default=False) == name)
    return False


EPILOG = """\b
Example:
  python -m changesets apply --stack-name shop --template-file shop.yaml --tags team=web cost=shop

\b
Exit codes: 0 done or nothing to do; 1 failed; 2 wrong usage, or `review --exit-code`
found changes. NO_COLOR=1 turns colours off.
"""


KINDS = """A failure is rolled back (standard, the default), kept to be fixed forward (development), or rolled back
and the stack protected from deletion (production)."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """CloudFormation stacks that cannot get stuck."""


@main.command("apply", cls=Words)
@common
@template
@consenting
@click.option("--environment", "profile_", type=PROFILES, default="standard", metavar="KIND", help=KINDS)
@click.option("--express", is_flag=True, help="Do not wait until resources have stabilized (EXPRESS mode).")
@click.option(
    "--stack-policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The stack policy, JSON."
)
def apply_(stack_name: str, profile_: str, express: bool, stack_policy: Path | None, **flags: Any) -> None:
    """Deploy the template; it may be repeated at will.

    Recovers the stack if necessary, reviews the change, asks if there is a hazard, and executes it.
    """
    more = {
        "profile": changesets.Profile(profile_),
        "express": express,
        "stack_policy": stack_policy and _text(stack_policy),
    }
    wanted = _deployment(stack_name, flags, more)
    minutes = timedelta(minutes=flags["timeout"])
    _run(
        flags,
        stack_name,
        lambda session: changesets.apply(session.cloudformation, wanted, consent=session.consent, timeout=minutes),
    )


@main.command("review", cls=Words)
@common
@template
@click.option("--role-arn", metavar="ARN", help="The service role that CloudFormation assumes.")
@click.option("--markdown", is_flag=True, help="Print Markdown for a pull request instead of text.")
@click.option("--exit-code", "tell", is_flag=True, help="Exit 2 if there are changes.")
def review_(stack_name: str, tell: bool, **flags: Any) -> None:
    """Show what a deployment would change, and change nothing."""
    wanted = _deployment(stack_name, flags, {})
    _run(flags, stack_name, lambda session: changesets.review(session.cloudformation, wanted), changes=2 if tell else 0)


@main.command("recover", cls=Words)
@common
@consenting
@click.option("--explain", "only_explain", is_flag=True, help="Show the way out, and change nothing.")
def recover_(stack_name: str, only_explain: bool, **flags: Any) -> None:
    """Bring a stuck stack back to health, without deploying."""

    def events(session: Session) -> "Iterator[changesets.Event]":
        if only_explain:
            return changesets.explain(session.cloudformation, stack_name)
        minutes, role = timedelta(minutes=flags["timeout"]), flags["role_arn"]
        return changesets.recover(
            session.cloudformation, stack_name, consent=session.consent, role_arn=role, timeout=minutes
        )

    _run(flags, stack_name, events)


@main.command("delete", cls=Words)
@common
@consenting
def delete_(stack_name: str, **flags: Any) -> None:
    """Delete the stack, after saying what would be lost.

    What stays behind is listed at the end.
    """
    minutes, role = timedelta(minutes=flags["timeout"]), flags["role_arn"]

    def events(session: Session) -> "Iterator[changesets.Event]":
        return changesets.delete(
            session.cloudformation, stack_name, consent=session.consent, role_arn=role, timeout=minutes
        )

    _run(flags, stack_name, events)


@main.command("status", cls=Words)
@common
def status_(stack_name: str, **flags: Any) -> None:
    """Show health, last operation, outputs and what to type next."""
    with _told():
        session = _session(flags)
        session.view.report(changesets.status(session.cloudformation, stack_name))


def _deployment(stack_name: str, flags: Mapping[str, Any], more: Mapping[str, Any]) -> "changesets.Deployment":
    optional: dict[str, Any] = {"capabilities": flags["capabilities"]} if flags["capabilities"] else {}
    template_ = _text(flags["template_file"])
    _tell_unknown(template_, dict(flags["parameter_overrides"]))
    return changesets.Deployment(
        stack_name=stack_name,
        template=template_,
        parameters=dict(flags["parameter_overrides"]),
        tags=dict(flags["tags"]) or None,
        role_arn=flags["role_arn"],
        notification_arns=flags["notification_arns"] or None,
        artifacts_bucket=flags["s3_bucket"],
        artifacts_prefix=flags["s3_prefix"],
        revert_drift=flags["revert_drift"],
        import_existing=flags["import_existing_resources"],
        origin=changesets.origin(flags["template_file"].parent, dict(flags["parameter_overrides"])),
        **optional,
        **more,
    )


def _tell_unknown(template_: str, overrides: Mapping[str, str]) -> None:
    """Left out, as by the AWS command line, since one set of values may serve many templates; but not in silence."""
    from changesets.templates import parameters, read

    body = read(template_) if overrides else {}
    if body and (unknown := sorted(overrides.keys() - parameters(body))):
        click.echo(f"The template has no such parameters, which are left out: {', '.join(unknown)}", err=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.BadParameter(f"Not a text file in UTF-8: {path}") from None


def _session(flags: Mapping[str, Any]) -> Session:
    return Session(
        cloudformation=changesets.connect(
            region=flags["region"], profile=flags["profile"], endpoint=flags["endpoint_url"]
        ),
        view=_view(flags),
        allowed=changesets.Allowed(yes=flags.get("yes", False), names=frozenset(flags.get("allow", ()))),
        interactive=sys.stdin.isatty() and sys.stdout.isatty() and not flags["as_json"],
    )


def _view(flags: Mapping[str, Any]) -> "View":
    if flags["as_json"] and flags.get("markdown"):
        raise click.UsageError("--json and --markdown cannot both be printed: leave one out")
    if flags["as_json"]:
        return changesets.JsonView(sys.stdout)
    if flags.get("markdown"):
        return changesets.MarkdownView(sys.stdout)
    from rich.console import Console

    return changesets.HumanView(Console())


@contextmanager
def _told() -> Iterator[None]:
    """Print an error of ours, and its hint on a line of its own; exit with 1."""
    try:
        yield
    except changesets.ChangeSetsError as error:
        click.echo(f"Error: {error}" + (f"\n→ {error.hint}" if error.hint else ""), err=True)
        sys.exit(1)


def _run(
    flags: Mapping[str, Any],
    stack_name: str,
    events: "Callable[[Session], Iterator[changesets.Event]]",
    *,
    changes: int = 0,
) -> None:
    with _told():
        session = _session(flags)
        try:
            outcome = _shown(session, events(session))
        except KeyboardInterrupt:
            interrupts.handle()
            session.view.close()
            turned = changesets.interrupted(
                session.cloudformation, stack_name, ask=session.ask, consent=session.consent
            )
            sys.exit(changesets.exit_code(_shown(session, turned)) or 1)  # however it ended, it is not what was wanted
        finally:
            session.view.close()
        sys.exit(changesets.exit_code(outcome, changes=changes))


def _shown(session: Session, events: "Iterator[changesets.Event]") -> "changesets.Outcome":
    """Show all events; the last one, which is the outcome."""
    for event in events:
        session.view.show(event)
    return cast("changesets.Outcome", event)


if __name__ == "__main__":
    start()
    main(prog_name="python -m changesets")
