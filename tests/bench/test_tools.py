"""A tool that is missing is skipped loudly: by its name, with what installs it."""

from pathlib import Path

from bench.tools import missing


def test_a_missing_tool_is_named_with_the_path_and_the_command_that_installs_it(tmp_path: Path) -> None:
    there = tmp_path / "sam"
    there.touch()

    [skipped] = missing("sam", "cdk", needs={"sam": (there,), "cdk": (there, tmp_path / "absent")})

    assert skipped.tool == "cdk"
    assert skipped.why == f"not installed, `python -m bench install` does it: {tmp_path / 'absent'}"
