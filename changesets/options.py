"""The command line's flags, as in `aws cloudformation deploy`, grouped by what a verb needs. For __main__.py only."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
PROFILES = click.Choice(["standard", "development", "production"])  # the values of models.Profile


class Pairs(click.ParamType):
    """`Key=Value`, as many words after one flag as follow, like the AWS command line."""

    name = "KEY=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        key, equals, text = str(value).partition("=")
        if not (equals and key):
            self.fail(f"is not KEY=VALUE: {value}", param, ctx)
        return key, text


class Words(click.Command):
    """A command whose repeatable options take several words each: `--tags a=1 b=2` means `--tags a=1 --tags b=2`."""

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
            click.option("--endpoint-url", metavar="URL", help="Where AWS answers; default: AWS_ENDPOINT_URL."),
            click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of text."),
        ]
    ):
        command = option(command)
    return command


def consenting(command: Command) -> Command:
    """The flags of verbs that change something."""
    for option in reversed(
        [
            click.option("--yes", is_flag=True, help="Answer yes; only the loss of data needs --allow."),
            click.option("--allow", multiple=True, metavar="ID", help="Let these logical ids go with their data."),
            click.option("--role-arn", metavar="ARN", help="The service role that CloudFormation assumes."),
            click.option(
                "--timeout",
                type=click.IntRange(1),
                default=180,
                show_default=True,
                metavar="MINUTES",
                help="The longest wait.",
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
                "--parameter-overrides", multiple=True, type=Pairs(), help="Parameters; the others keep their values."
            ),
            click.option(
                "--capabilities", multiple=True, metavar="NAME", help="What the template may do; default: all."
            ),
            click.option("--tags", multiple=True, type=Pairs(), help="Tags of the stack and of its resources."),
            click.option("--notification-arns", multiple=True, metavar="ARN", help="SNS topics that get the events."),
            click.option("--s3-bucket", metavar="BUCKET", help="For a template over 51,200 bytes."),
            click.option("--s3-prefix", default="", metavar="PREFIX", help="A folder in that bucket."),
            click.option("--revert-drift", is_flag=True, help="Also undo changes made by hand."),
            click.option("--import-existing-resources", is_flag=True, help="Take over resources that exist."),
        ]
    ):
        command = option(command)
    return command
