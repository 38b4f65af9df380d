"""Every command explains itself, and the command line answers at once."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from groat.cli import groat


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands(groat)], ids=" ".join)
def test_every_command_has_a_help_text(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(groat, [*path, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_every_option_has_a_help_text() -> None:
    options = [
        option for _, command in commands(groat) for option in command.params if isinstance(option, click.Option)
    ]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize(
    ("verb", "heeded"),
    [
        ("lint", {"--json"}),
        ("status", {"--env", "--json"}),
        ("gc", {"--env", "--json", "--yes"}),
        ("destroy", {"--env", "--json", "--yes", "--allow"}),
    ],
)
def test_a_verb_offers_the_shared_options_that_it_heeds(verb: str, heeded: set[str]) -> None:
    offered = {name for option in groat.commands[verb].params for name in option.opts}
    assert offered & {"--env", "--json", "--yes", "--allow"} == heeded


def test_the_help_says_what_each_exit_code_means_and_what_to_type_first() -> None:
    told = CliRunner().invoke(groat, ["--help"]).output
    assert "Exit codes: 0 done or nothing to do; 1 failed; 2 wrong usage" in told
    assert "groat deploy --env prod" in told


@pytest.mark.parametrize(
    ("words", "guess"),
    [(["depoly"], "deploy"), (["local", "stauts"], "status"), (["doctor", "coldstart"], "cold-start")],
)
def test_a_misspelt_command_is_guessed(words: list[str], guess: str) -> None:
    refused = CliRunner().invoke(groat, words)
    assert (refused.exit_code, f"Did you mean {guess}?" in refused.output) == (2, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_sourced(shell: str) -> None:
    assert "_GROAT_COMPLETE" in CliRunner().invoke(groat, ["completion", shell]).output


def test_an_environment_is_completed_from_samconfig(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n[prod.deploy.parameters]\n[local.deploy.parameters]\n")
    asked = {"COMP_WORDS": "groat deploy --env p", "COMP_CWORD": "3", "_GROAT_COMPLETE": "bash_complete"}
    program = Path(sys.executable).with_name("groat")
    done = subprocess.run([program], cwd=tmp_path, env=asked, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,prod\n"


def test_an_empty_environment_is_none_of_them() -> None:
    refused = CliRunner().invoke(groat, ["--env", "", "status"])
    assert (refused.exit_code, "'--env': it is empty" in refused.output) == (2, True)


@pytest.mark.parametrize("group", [(), ("local",), ("sam",), ("doctor",)], ids=" ".join)
def test_the_first_line_of_each_help_fits_into_the_list(group: tuple[str, ...]) -> None:
    told = CliRunner().invoke(groat, [*group, "--help"], terminal_width=78)  # click's own, of 80 columns
    _, _, listed = told.output.partition("Commands:")
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["review", "--json", "--markdown"], "--json and --markdown cannot both be printed"),
        (["gc", "--older-than", "-1"], "-1.0 is not in the range 0<=x<=36500"),
        (["gc", "--older-than", "inf"], "inf is not in the range 0<=x<=36500"),
        (["local", "logs", "-n", "0"], "0 is not in the range x>=1"),
        (["local", "up", "--port", "0"], "0 is not in the range 1<=x<=65535"),
        (["local", "up", "--speed", "0"], "0.0 is not in the range x>0"),
    ],
    ids=" ".join,
)
def test_an_option_that_cannot_be_is_wrong_usage(words: list[str], said: str) -> None:
    refused = CliRunner().invoke(groat, words)
    assert (refused.exit_code, said in refused.output) == (2, True)


def test_the_help_loads_neither_boto3_nor_the_linter() -> None:
    code = "import sys, groat.cli; print(*{'boto3', 'rich', 'cfnlint', 'troposphere', 'moto'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_is_honoured_where_there_is_a_terminal(tmp_path: Path, no_color: str, coloured: bool) -> None:
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n[local.deploy.parameters]\n")
    (tmp_path / "wrong.yaml").write_text("no template")
    for words in (["--env", "prod", "status"], ["lint", "wrong.yaml"]):
        reading, writing = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": no_color}
        subprocess.run(
            [sys.executable, "-m", "groat", *words], cwd=tmp_path, env=environment, stdout=writing, stderr=writing,
            check=False,
        )  # fmt: skip
        told = os.read(reading, 2**16)
        os.close(writing)
        os.close(reading)
        assert (b"\x1b[31m" in told) == coloured, told


def test_a_users_mistake_is_a_sentence_and_a_hint_without_a_traceback(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "groat", "deploy"], cwd=str(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "error: There is no samconfig.toml here" in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_machine_refuses_is_a_sentence_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n")
    (tmp_path / ".groat").write_text("a file where the folder should be")
    program = Path(sys.executable).with_name("groat")
    done = subprocess.run([program, "local", "up"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: Not a directory: {tmp_path}/.groat")
    assert "hint: a file is where a folder must be" in done.stderr
    assert "Traceback" not in done.stderr
