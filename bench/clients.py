"""How each tool is told to deploy bench/stack.json: its usual command, nothing turned off but questions and telemetry.

The rule: every tool gets the same template with the same parameter, and makes and executes a change set.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import tools

TEMPLATE = Path(__file__).with_name("stack.json")
OURS = "changesets apply"
Command = Callable[[str, str, Path], list[str]]  # of stack name, Purpose, and a folder of its own


def ours(stack: str, purpose: str, _: Path) -> list[str]:
    words = ["-m", "changesets", "apply", "--stack-name", stack, "--template-file", str(TEMPLATE)]
    return [sys.executable, *words, "--parameter-overrides", f"Purpose={purpose}"]


def sam(stack: str, purpose: str, _: Path) -> list[str]:
    words = ["deploy", "--stack-name", stack, "--template-file", str(TEMPLATE), "--capabilities", "CAPABILITY_IAM"]
    quietly = ["--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    return [str(tools.sam), *words, *quietly, "--parameter-overrides", f"Purpose={purpose}"]


def aws(stack: str, purpose: str, _: Path) -> list[str]:
    words = ["cloudformation", "deploy", "--stack-name", stack, "--template-file", str(TEMPLATE)]
    quietly = ["--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"]
    return [str(tools.aws), *words, *quietly, "--parameter-overrides", f"Purpose={purpose}"]


def cdk(stack: str, purpose: str, folder: Path) -> list[str]:
    words = ["deploy", stack, "--app", str(assembly(stack, folder)), "--parameters", f"Purpose={purpose}"]
    return [str(tools.cdk), *words, "--require-approval", "never", "--no-notices", "--ci"]


def assembly(stack: str, folder: Path) -> Path:
    """What `cdk synth` would leave, so that its time is not the deployment's."""
    home = folder / f"{stack}.out"
    home.mkdir(parents=True, exist_ok=True)
    (home / TEMPLATE.name).write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/us-east-1",
        "properties": {"templateFile": TEMPLATE.name, "stackName": stack},
    }
    (home / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {stack: artifact}}))
    return home


CLIENTS: Mapping[str, Command] = {OURS: ours, "sam": sam, "aws": aws, "cdk deploy": cdk}
