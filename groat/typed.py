"""What people are told to type, spelled so that it works where they are: the environment, and groat's own path.

A verb or a flag of the manager (`python -m changesets`) has another name here; `make` runs groat from .venv, where a
shell does not look for it.
"""

import os
import shutil
import sys
from pathlib import Path

from groat.config import FILE, LOCAL

VERBS = {"apply": "deploy", "delete": "destroy"}
# flags of `apply` that are lines of samconfig.toml here
LINES = {
    "--parameter-overrides": "parameter_overrides",
    "--capabilities": "capabilities",
    "--role-arn": "role_arn",
    "--s3-bucket": "s3_bucket",
}
ONLY_THERE = "--import-existing-resources"


def typed(words: str, stack_name: str, environment: str) -> str:
    """A verb of `python -m changesets` with its flags, as it is typed here: "delete --allow Table" and the like."""
    verb, _, flags = words.partition(" ")
    flag, _, value = flags.partition(" ")
    env = "" if environment == LOCAL else f" --env {environment}"
    if flag == ONLY_THERE:
        return f"python -m changesets {verb} --stack-name {stack_name} --template-file templates/website.yaml {flag}"
    if flag in LINES:
        return f'{groat()} {VERBS.get(verb, verb)}{env}, with {LINES[flag]} = "{value}" in {FILE}'
    return f"{groat()} {VERBS.get(verb, verb)}{env} {flags}".rstrip()


def hint(text: str) -> str:
    """A hint that begins with `groat`, by the path that works."""
    return f"{groat()}{text.removeprefix('groat')}" if text.startswith("groat ") else text


def groat() -> str:
    """`groat` if the shell finds it, else the path it was called by, as seen from here."""
    called = Path(sys.argv[0])
    if called.name != "groat" or shutil.which("groat"):
        return "groat"
    return os.path.relpath(called)
