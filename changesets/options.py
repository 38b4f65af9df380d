"""The command line's flags, as in `aws cloudformation deploy`, in groups that verbs share. For __main__.py only."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
PROFILES = click.Choice(["standard", "development", "production"])  # the values of models.Profile


class Pairs(click.ParamType):
    """`Key=Value`, any number of them after one flag, as in the AWS command line."""

    name = "KEY=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        key, equals, text = str(value).partition("=")
        if not (equals and key):
            self.fail(f"is not KEY=VALUE: {value}", param, ctx)
        return key, text


class Words(click.Command):
    """A command whose repeatable options take several values: `--tags a=1 b=2` means `--tags a=1 --tags b=2`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        several = {name for each in self.params if getattr(each, "multiple", False) for name in each.opts}
        return super().parse_args(ctx, list(_repeated(args, several)))


def _repeated(args: list[str], several: set[str]) -> Iterator[str]:
    flag, given = "", 0
    for word in args:
        if word.startswith("--"):
            flag, given = word, 0
        elif flag in several and given:
            yield flag
            given += 1
        else:
            given += 1
        yield word


def common(command: Command) -> Command:
    """The flags that every verb has."""
    for option in reversed(
        [
            click.option("--stack-name", required=True, metavar="NAME", help="Name or id of the stack."),
            click.option(
                "--region", metavar="REGION", help="AWS region; default: AWS_DEFAULT_REGION, or the profile's."
            ),
            click.option("--profile", metavar="PROFILE", help="AWS profile; default: AWS_PROFILE."),
            click.option("--endpoint-url", metavar="URL", help="AWS endpoint; default: AWS_ENDPOINT_URL."),
            click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line instead of text."),
        ]
    ):
        command = option(command)
    return command


def consenting(command: Command) -> Command:
    """The flags of a verb that changes something."""
    for option in reversed(
        [
            click.option("--yes", is_flag=True, help="Answer yes, except to the loss of data: that needs --allow."),
            click.option(
                "--allow", multiple=True, metavar="ID", help="Allow these logical ids to be deleted with their data."
            ),
            click.option("--role-arn", metavar="ARN", help="The service role that CloudFormation assumes."),
            click.option(
                "--timeout",
                type=click.IntRange(1),
                default=180,
                show_default=True,
                metavar="MINUTES",
                help="How long to wait at most.",
            ),
        ]
    ):
        command = option(command)
    return command


def template(command: Command) -> Command:
    """The flags that say what to deploy."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in reversed(
        [
            click.option("--template-file", required=True, type=file, help="The template, YAML or JSON."),
            click.option(
                "--parameter-overrides",
                multiple=True,
                type=Pairs(),
                help="Parameter values; other parameters keep theirs.",
            ),
            click.option(
                "--capabilities", multiple=True, metavar="NAME", help="What the template may do; default: all."
            ),
            click.option("--tags", multiple=True, type=Pairs(), help="Tags of the stack and of its resources."),
            click.option("--notification-arns", multiple=True, metavar="ARN", help="SNS topics to send the events to."),
            click.option("--s3-bucket", metavar="BUCKET", help="Bucket for a template over 51,200 bytes."),
            click.option("--s3-prefix", default="", metavar="PREFIX", help="Folder in that bucket."),
            click.option("--revert-drift", is_flag=True, help="Also undo changes made by hand."),
            click.option("--import-existing-resources", is_flag=True, help="Take over resources that already exist."),
        ]
    ):
        command = option(command)
    return command
