"""The commands that people are told to type, spelled so that they work: with the environment and groat's own path.

Some verbs and flags of `python -m changesets` have other names here; and `make` runs groat from .venv, which need not
be on the shell's path.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from groat.config import FILE, LOCAL

VERBS = {"apply": "deploy", "delete": "destroy"}
# flags of `apply` that are settings in samconfig.toml here
LINES = {
    "--parameter-overrides": "parameter_overrides",
    "--capabilities": "capabilities",
    "--role-arn": "role_arn",
    "--s3-bucket": "s3_bucket",
}


def typed(words: str, environment: str) -> str:
    """groat's spelling of a verb of `python -m changesets` with its flags, such as "delete --allow Table".

    AWS's own command line is told where the local cloud is.
    """
    verb, _, flags = words.partition(" ")
    flag, _, value = flags.partition(" ")
    if verb == "aws":
        return f"env $({groat()} local env) {words}" if environment == LOCAL else words
    if verb == "again":
        return f"the same command with {flagged(flags)}"
    env = "" if environment == LOCAL else f" --env {environment}"
    if flag in LINES:
        return f'{groat()} {VERBS.get(verb, verb)}{env}, with {LINES[flag]} = "{value}" in {FILE}'
    return f"{groat()} {VERBS.get(verb, verb)}{env} {flags}".rstrip()


def made(verb: str, environment: str) -> str:
    """A verb of the Makefile."""
    return f"make {verb}" if environment == LOCAL else f"make {verb} ENV={environment}"


def flagged(flags: str, environ: Mapping[str, str] = os.environ) -> str:
    """How flags are added to the command that was typed: `make` takes them in a variable."""
    return f'FLAGS="{flags}"' if "MAKELEVEL" in environ else flags


def hint(text: str) -> str:
    """The hint, with the path that works if it begins with `groat`."""
    return f"{groat()}{text.removeprefix('groat')}" if text.startswith("groat ") else text


def groat() -> str:
    """`groat` if the shell finds it, else the path that it was called by."""
    called = Path(sys.argv[0])
    if called.name != "groat" or shutil.which("groat"):
        return "groat"
    return os.path.relpath(called)
