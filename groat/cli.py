"""The command line: arguments in, events out. Each command imports the module that does its work when it runs.

Importing this file must stay quick (`groat --help`, completion), so it imports only click and the standard library.
`--env`, `--json`, `--yes` and `--allow` are accepted before the command's name, and after it by commands that use them.
"""

import sys
from pathlib import Path

import click

from groat.cli_local import local
from groat.cli_sam import sam, write_templates
from groat.errors import GroatError
from groat.options import (
    Options,
    Verbs,
    colour,
    common,
    consenting,
    finish,
    pass_options,
    with_allow,
    with_drift,
    with_env,
    with_imports,
    with_json,
    with_yes,
)

EPILOG = """\b
Examples:
  groat deploy                        deploy to this machine: no AWS account, no Docker
  groat review --base origin/main     show what this branch changes, and what the site costs
  groat deploy --env prod             deploy to AWS

\b
Exit codes: 0 done or nothing to do; 1 failed; 2 wrong usage, or `review --exit-code`
found changes; 130 interrupted. NO_COLOR=1 turns colours off.
"""


@click.group(
    cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@consenting
@click.version_option(package_name="groat")
@click.pass_context
def groat(context: click.Context) -> None:
    """A Python website on AWS for about a groat a month, with plain CloudFormation that cannot get stuck."""
    context.color = colour()


@groat.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file in templates/ is not current.")
@with_json
@pass_options
def templates(options: Options, check: bool) -> None:
    """Generate templates/ from website.py, and lint them."""
    write_templates(options, check=check)


@groat.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--region",
    default="us-east-1",
    show_default=True,
    metavar="REGION",
    help="The region that FILES will be deployed to.",
)
@click.option("--remarks", is_flag=True, help="Also show remarks on cost and taste.")
@with_json
@pass_options
def lint(options: Options, files: tuple[Path, ...], region: str, remarks: bool) -> None:
    """Lint the templates, or any other FILES.

    Runs cfn-lint and the tick-box rules of docs/rules/.
    """
    from groat.linting import found, lint_files, lint_project

    sources = lint_files(files, region=region) if files else lint_project(options.project())
    sys.exit(found(*sources, as_json=options.json, remarks=remarks))


@groat.command()
@with_drift
@with_imports
@consenting
@pass_options
def deploy(options: Options) -> None:
    """Deploy the site: stacks, frontend, smoke test.

    Generates and lints the templates, reviews and updates the stacks, uploads the frontend, and requests a page.
    What is already in place is left alone, so the same command also finishes a deployment that was interrupted.
    """
    from groat.deploy import deploy as run

    finish(options, run(options.target(), consent=options.consent()))


@groat.command()
@click.option("--base", metavar="REV", help="Compare with this git revision; needs no account.")
@click.option("--markdown", is_flag=True, help="Print Markdown for a pull request instead of text.")
@click.option("--exit-code", is_flag=True, help="Exit 2 if there are changes.")
@common
@pass_options
def review(options: Options, base: str | None, markdown: bool, exit_code: bool) -> None:
    """Show what a deployment would change, and change nothing."""
    from groat import operations, preview, views

    if markdown and options.json:
        raise click.UsageError("--json and --markdown cannot both be printed: leave one out")
    target = options.target()
    events = preview.review(target, base) if base else operations.review(target)
    finish(options, events, changes=2 if exit_code else 0, view=views.markdown_view() if markdown else None)


@groat.command()
@click.option("--base", metavar="REV", help="Start from what this git revision deploys; default: from nothing.")
@common
@with_allow
@pass_options
def rehearse(options: Options, base: str | None) -> None:
    """Play the deployment with a failure at every resource in turn.

    Runs on this machine, and shows that the deployment recovers from each failure.
    """
    from groat.rehearsal import rehearse as run

    finish(options, run(options.target(), base, options.allow))


@groat.command()
@click.option("--explain", is_flag=True, help="Show the way out, and change nothing.")
@consenting
@pass_options
def recover(options: Options, explain: bool) -> None:
    """Bring stuck stacks back to health."""
    from groat.operations import recover as run

    finish(options, run(options.target(), consent=options.consent(), explain=explain))


@groat.command()
@consenting
@pass_options
def rollback(options: Options) -> None:
    """Go back to the previous version.

    Restores its template, values, image and frontend; data stays as it is.
    """
    from groat.rollback import rollback as run

    finish(options, run(options.target(), consent=options.consent()))


@groat.command()
@common
@pass_options
def status(options: Options) -> None:
    """Show health, last operation, outputs and what to type next."""
    from groat.operations import status as run

    finish(options, run(options.target()))


@groat.command()
@consenting
@pass_options
def destroy(options: Options) -> None:
    """Delete the site's stacks.

    The website goes first. What holds data is deleted only if you say so; on the local cloud everything is deleted.
    """
    from groat.destroy import destroy as run

    finish(options, run(options.target(), consent=options.consent()))


@groat.command()
@click.option("--sam", is_flag=True, help="Run the app in its container instead of uvicorn; needs Docker.")
@common
@pass_options
def dev(options: Options, sam: bool) -> None:
    """Serve the site while you edit it.

    The app runs from the working tree, behind the deployed site's edge. Ctrl-C stops it.
    """
    from groat.dev import dev as run

    view = options.view()
    try:
        for event in run(options.target(), sam=sam):
            view.show(event)
    except KeyboardInterrupt:
        pass  # how it is stopped
    finally:
        view.close()


@groat.command()
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(0, 36_500),
    default=1.0,
    show_default=True,
    metavar="DAYS",
    help="Only images that are older.",
)
@with_env
@with_yes
@with_json
@pass_options
def gc(options: Options, days: float) -> None:
    """List the images that nothing needs; with --yes, remove them."""
    from groat.gc import collect

    finish(options, collect(options.target(), days=days, remove=options.yes))


@groat.group()
def doctor() -> None:
    """Find out what makes the site slow."""


@doctor.command("cold-start")
@click.option(
    "--in", "where", type=click.Choice(["image", "host"]),
    help="The app's image (built if necessary) or this Python; default: the image if it has been built.",
)  # fmt: skip
@with_json
@pass_options
def cold_start(options: Options, where: str | None) -> None:
    """Show what importing the app costs, by package and memory size.

    Exits with 1 if that is over the budget in pyproject.toml.
    """
    from groat.coldstart import Where
    from groat.coldstart import doctor as run

    finish(options, run(options.project(), where=Where(where) if where else None))


groat.add_command(local)
groat.add_command(sam)


@groat.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash  eval "$(groat completion bash)"
    zsh   eval "$(groat completion zsh)"
    fish  groat completion fish | source
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise GroatError(f"No completion for this shell: {shell}")
    click.echo(kind(groat, {}, "groat", "_GROAT_COMPLETE").source())
