"""What people are told to type is what works in front of them."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from groat.typed import flagged, typed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "environment", "command"),
    [
        (
            "apply --parameter-overrides NAME=VALUE",
            "prod",
            'groat deploy --env prod, with parameter_overrides = "NAME=VALUE" in samconfig.toml',
        ),
        (
            "apply --import-existing-resources",
            "prod",
            "groat deploy --env prod --import-existing-resources",
        ),
        ("apply --revert-drift", "local", "groat deploy --revert-drift"),
        ("apply", "local", "groat deploy"),
        ("apply --allow Table", "prod", "groat deploy --env prod --allow Table"),
        ("recover --yes", "dev", "groat recover --env dev --yes"),
        ("recover --role-arn ARN", "dev", 'groat recover --env dev, with role_arn = "ARN" in samconfig.toml'),
        ("delete", "prod", "groat destroy --env prod"),
        ("aws ssm get-parameter --name x", "prod", "aws ssm get-parameter --name x"),
        ("aws ssm get-parameter --name x", "local", "env $(groat local env) aws ssm get-parameter --name x"),
    ],
)
def test_a_verb_of_the_manager_is_told_as_a_verb_of_groat(words: str, environment: str, command: str) -> None:
    assert typed(words, environment) == command


@pytest.mark.parametrize(("environ", "told"), [({}, "--yes"), ({"MAKELEVEL": "1"}, 'FLAGS="--yes"')])
def test_a_flag_to_add_is_told_as_whoever_called_groat_takes_it(environ: Mapping[str, str], told: str) -> None:
    assert flagged("--yes", environ) == told
    assert typed("again --yes", "prod") == f"the same command with {flagged('--yes')}"


@pytest.mark.parametrize("verb", ["deploy", "review", "rehearse", "recover", "rollback", "status", "destroy"])
def test_make_hands_flags_on(verb: str) -> None:
    made = subprocess.run(
        ["make", "--dry-run", "--always-make", "--no-print-directory", verb, "FLAGS=--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.split()[-2:] == [verb, "--json"]


def test_a_command_is_told_by_the_path_that_a_shell_finds(tmp_path: Path) -> None:
    script = tmp_path / ".venv" / "bin" / "groat"
    script.parent.mkdir(parents=True)
    script.write_text("from groat.typed import hint; print(hint('groat lint'), hint('look at groat'))")
    found = {"PATH": f"{script.parent}:/usr/bin"}
    script.chmod(0o755)
    told = [
        subprocess.run(
            [sys.executable, ".venv/bin/groat"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        ).stdout
        for env in ({"PATH": "/usr/bin"}, found)
    ]
    assert told == [".venv/bin/groat lint look at groat\n", "groat lint look at groat\n"]
