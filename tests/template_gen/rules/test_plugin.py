"""cfn-lint loads the rules as a plugin, asks them about raw SAM, and does not say the same itself."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.config import _DEFAULT_RULESDIR, ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.runner.template import run_template_by_data

from template_gen import rules
from template_gen.rules import RULES, check
from tests.template_gen.rules.every_wrong import WRONG
from tests.template_gen.rules.wrong import API, RIGHT, Wrong, built, right

DIRECTORY = Path(rules.__file__).parent
FIRST_OF_EACH = tuple({case.rule: case for case in reversed(WRONG)}.values())


@cache
def stock() -> Rules:
    return Rules.create_from_directory(_DEFAULT_RULESDIR)


def linted(text: str, plugin: Rules, region: str = "us-east-1") -> list[Any]:
    template, errors = decode_str(text)
    assert not errors
    config = ConfigMixIn(["--config-file", os.devnull], regions=[region])
    return list(run_template_by_data(template, config, plugin))


def test_cfn_lint_finds_one_rule_for_each_of_ours_by_module_name_and_by_directory() -> None:
    ours = {rule.id for rule in RULES}
    assert Rules.create_from_module("template_gen.rules").keys() == ours
    assert Rules.create_from_directory(str(DIRECTORY)).keys() == ours


def test_the_command_line_of_cfn_lint_takes_the_plugin(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    path.write_text(json.dumps(built(Wrong("E9101", "site", {f"{API}.OriginRequestPolicyId":
                                                             "216adef6-5c7f-47e4-b989-5492eafa07d3"}))))  # fmt: skip
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "-a",
        "template_gen.rules",
        "--format",
        "parseable",
        "--",
        str(path),
    ]
    environment = os.environ | {"PYTHONPATH": str(DIRECTORY.parents[1])}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, "")
    assert [line.split(":")[5] for line in run.stdout.splitlines()] == ["E9101"]


@pytest.mark.parametrize("name", ["site", "conditional", "nested"])
def test_a_right_template_is_clean_in_cfn_lint_too(name: str) -> None:
    text = (RIGHT / f"{name}.yaml").read_text(encoding="utf-8")
    assert linted(text, Rules.create_from_module("template_gen.rules")) == []


def test_a_resource_may_say_that_it_is_meant_so() -> None:
    template = built(Wrong("W9184", "site", {"Function.MemorySize": 256}))
    template["Resources"]["Function"]["Metadata"]["cfn-lint"] = {"config": {"ignore_checks": ["W9184"]}}
    assert check(template) == ()
    assert linted(json.dumps(template), Rules.create_from_module("template_gen.rules")) == []


def test_globals_are_merged_once() -> None:
    """cfn-lint has merged them before it asks; lists would otherwise hold everything twice."""
    template = right("site")
    template["Globals"]["Function"] |= {"Timeout": 3, "MemorySize": 128}
    found = linted(json.dumps(template), Rules.create_from_module("template_gen.rules"))
    assert sorted(match.rule.id for match in found) == ["E9183", "W9184"]
    assert {"/".join(map(str, match.path)) for match in found} == {
        "Resources/Function/Properties/Timeout",
        "Resources/Function/Properties/MemorySize",
    }


def test_a_finding_leads_to_the_line() -> None:
    text = (RIGHT / "site.yaml").read_text(encoding="utf-8").replace("TLSv1.2_2021", "TLSv1")
    line = 1 + text[: text.index("MinimumProtocolVersion")].count("\n")
    (ours,) = check(text)
    (theirs,) = linted(text, Rules.create_from_module("template_gen.rules"))
    assert (ours.rule.id, ours.line, ours.column) == ("W9164", line, 11)
    assert (theirs.rule.id, theirs.linenumber, theirs.columnnumber) == ("W9164", line, 11)


@pytest.mark.slow
@pytest.mark.parametrize("case", FIRST_OF_EACH, ids=str)
def test_cfn_lint_itself_says_nothing_of_it(case: Wrong) -> None:
    """When this fails, cfn-lint has caught up and the rule may go. Leftovers of the change are not meant."""
    leftovers = {"W2001", "W3011"}  # a parameter that is no longer used; a policy without its twin
    said = {match.rule.id for match in linted(json.dumps(built(case)), stock(), case.region)}
    assert said - leftovers == set()
