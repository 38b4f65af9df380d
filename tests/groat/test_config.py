"""samconfig.toml means to groat what it means to SAM CLI, and a slip is refused by name."""

from pathlib import Path

import pytest

from groat.config import Settings, pairs, settings
from groat.errors import GroatError


def written(folder: Path, text: str) -> Path:
    (folder / "samconfig.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_environment_is_its_deploy_section_over_its_global_one(tmp_path: Path) -> None:
    root = written(
        tmp_path,
        """
        version = 0.1
        [prod.global.parameters]
        region = "eu-central-1"
        stack_name = "general"
        [prod.deploy.parameters]
        stack_name = "shop"
        parameter_overrides = "MemorySize=512 Title=\\"A shop\\""
        tags = ["team=web"]
        capabilities = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
        confirm_changeset = true
        resolve_s3 = true
        """,
    )
    assert settings(root, "prod") == Settings(
        environment="prod", stack_name="shop", region="eu-central-1",
        parameters={"MemorySize": "512", "Title": "A shop"}, tags={"team": "web"},
        capabilities=("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"), confirm=True,
    )  # fmt: skip


SPELLINGS = [
    "A=1 B=2",
    'A=1 B="two words"',
    "A='two words' B=x",
    "ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=2",
    ["A=1", 'B="two words"'],
    ["A=1", "B=x=y"],
    {"A": "1", "B": 2},
    {"A": ["x", "y"]},
    {"A": "x,y"},
]


@pytest.mark.parametrize("value", SPELLINGS, ids=str)
def test_parameter_overrides_are_read_as_sam_reads_them(value: object) -> None:
    from samcli.cli.types import CfnParameterOverridesType

    flat = value if not isinstance(value, str) else (value,)
    theirs = CfnParameterOverridesType().convert(flat, None, None)
    assert pairs(value, "parameter_overrides") == theirs  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[prod.deploy.parameters]\nstack_nam = 'x'", "unknown option: stack_nam", "did you mean stack_name?"),
        ("[prod.deploy.parameters]\nregion = 'us-east-1'", "missing option: stack_name", "stack_name = "),
        ("[prod.deploy.parameters]\nstack_name = 'my site'", "got: my site", "correct stack_name"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\nregion = 'moon'", "got: moon", "correct region"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\ntags = 'novalue'", "got: novalue", "Key=Value"),
        ("[dev.deploy.parameters]\nstack_name = 'x'", "no environment of that name: prod", "use one of: dev"),
        ("[prod.deploy", "not well-formed TOML", "mend that line"),
    ],
)
def test_a_slip_is_refused_with_the_value_and_the_fix(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(GroatError) as refused:
        settings(written(tmp_path, text), "prod")
    assert message in str(refused.value)
    assert hint in refused.value.hint


def test_a_folder_without_samconfig_is_said_to_be_none_of_ours(tmp_path: Path) -> None:
    with pytest.raises(GroatError, match=r"There is no samconfig\.toml"):
        settings(tmp_path, "local")
