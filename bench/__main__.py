"""`python -m bench [generate|deploy|cold-start|all|install]`: measure, and print each figure when it is there."""

from collections.abc import Callable, Iterator, Mapping

import click

from bench import cold_start, deploy, generate, report, tools
from bench.measure import Result

PAGE = tools.ROOT / "docs" / "benchmarks.md"
Part = Callable[[int, float], Iterator[Result]]
PARTS: Mapping[str, Part] = {"generate": generate.run, "deploy": deploy.run, "cold-start": cold_start.run}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("part", type=click.Choice([*PARTS, "all", "install"]), default="all")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="How often each tool does each job.")
@click.option("--patience", default=30.0, show_default=True, help="Seconds after which a slow tool is not run again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line instead of text.")
@click.option("--write", is_flag=True, help=f"Write docs/{PAGE.name} too.")
def main(part: str, runs: int, patience: float, as_json: bool, write: bool) -> None:
    """Measure groat against the other tools, on this machine: one part, or all of them.

    `install` fetches the tools that are missing; one that still is gets named and left out.
    """
    if part == "install":
        tools.install()
        return
    show = report.as_json if as_json else report.as_text
    results: list[Result] = []
    for run in PARTS.values() if part == "all" else [PARTS[part]]:
        for result in run(runs, patience):
            results.append(result)
            click.echo(show(result))
    if write:
        PAGE.write_text(report.page(results), encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m bench")
