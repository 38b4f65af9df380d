"""`groat sam`: the app's container by SAM CLI, for the current Site. As quick to import as cli.py."""

import sys
from pathlib import Path

import click

from groat.errors import GroatError
from groat.options import Options, Verbs, pass_options


@click.group(cls=Verbs)
def sam() -> None:
    """Build and run the app's container with SAM CLI; needs Docker."""


@sam.command()
@pass_options
def build(options: Options) -> None:
    """Build the container.

    Runs `sam build`.
    """
    from groat.sam import build as run

    write_templates(options)
    run(options.project())


@sam.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=3000, show_default=True, metavar="PORT", help="Port to listen on."
)
@pass_options
def api(options: Options, port: int) -> None:
    """Build the container, then serve the API from it.

    Runs `sam local start-api`.
    """
    from groat.sam import start_api

    write_templates(options)
    sys.exit(start_api(options.project(), port))


@sam.command()
@click.argument("event", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_options
def invoke(options: Options, event: Path) -> None:
    """Build the container, then call the function once.

    Runs `sam local invoke` with the JSON in the file EVENT.
    """
    from groat.sam import invoke as run

    write_templates(options)
    sys.exit(run(options.project(), event))


def write_templates(options: Options, *, check: bool = False) -> None:
    from groat import templates as generated
    from groat.events import Stage

    project = options.project()
    texts = generated.generate(project)
    if check and (stale := generated.differing(project, texts)):
        raise GroatError(f"Not what the Site generates: {', '.join(stale)}", hint="groat templates")
    options.view().show(Stage("templates", generated.told(texts, generated.write(project, texts))))
