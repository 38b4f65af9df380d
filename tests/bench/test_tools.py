"""A tool that is missing is skipped loudly: by its name, with what installs it."""

from pathlib import Path

import pytest

from bench.tools import NEEDS, ROOT, missing, named


def test_a_missing_tool_is_named_with_the_path_and_the_command_that_installs_it(tmp_path: Path) -> None:
    there = tmp_path / "sam"
    there.touch()

    [skipped] = missing("sam", "cdk", needs={"sam": (there,), "cdk": (there, ROOT / ".groat" / "tools" / "absent")})

    assert skipped.tool == "cdk"
    assert skipped.why == "not installed, `python -m bench install` does it: .groat/tools/absent"


@pytest.mark.parametrize("path", [*(path for paths in NEEDS.values() for path in paths), Path("/opt/elsewhere/cdk")])
def test_no_tools_name_has_a_folder_of_the_machine_in_it(path: Path) -> None:
    assert not Path(named(path)).is_absolute()
