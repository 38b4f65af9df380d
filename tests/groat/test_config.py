"""samconfig.toml means to groat what it means to SAM CLI, and a slip is refused by name."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import click
import pytest
import tomlkit
from samcli.commands.deploy.command import cli as sam_deploy

from groat.config import NAMES, Settings, settings
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


OPTIONS = [
    ("parameter_overrides", "A=1 B=2"),
    ("parameter_overrides", 'A=1 B="two words"'),
    ("parameter_overrides", "A='two words' B=x"),
    ("parameter_overrides", "ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=2"),
    ("parameter_overrides", ["A=1", 'B="two words"', ["C=x=y"]]),
    ("parameter_overrides", {"A": "1", "B": 2, "C": True, "D": 1.5, "E": ["x", "y"], "F": "x,y"}),
    ("parameter_overrides", [{"A": "x y"}, "B=1"]),
    ("parameter_overrides", []),
    ("tags", "team=web stage=prod"),
    ("tags", ["team=web", 'owner="A B"', "cost=a=b"]),
    ("tags", []),
    ("capabilities", "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"),
    ("capabilities", ["CAPABILITY_NAMED_IAM"]),
    ("notification_arns", "arn:aws:sns:us-east-1:1:a arn:aws:sns:us-east-1:1:b"),
    ("role_arn", "arn:aws:iam::111111111111:role/deployer"),
    ("confirm_changeset", True),
    ("confirm_changeset", "false"),
    ("disable_rollback", "yes"),
    ("region", "eu-central-1"),
    ("s3_prefix", 7),
]


def as_sam_reads(name: str, value: object) -> object:
    """What `sam deploy` makes of an option of its configuration file."""
    option = next(option for option in sam_deploy.params if option.name == name)
    context = click.Context(sam_deploy, info_name="deploy", default_map={name: value})
    return option.handle_parse_result(context, {}, [])[0]


def as_groat_reads(folder: Path, name: str, value: object) -> object:
    document = tomlkit.dumps({"version": 0.1, "prod": {"deploy": {"parameters": {"stack_name": "x", name: value}}}})
    found = getattr(settings(written(folder, document), "prod"), NAMES.get(name, name))
    return list(found) if isinstance(found, tuple) else found


@pytest.fixture
def default_session() -> Iterator[None]:
    """SAM CLI makes a new one of what it reads, with the region: the tests that follow must not work there."""
    before = boto3.DEFAULT_SESSION
    yield
    boto3.DEFAULT_SESSION = before


@pytest.mark.usefixtures("default_session")
@pytest.mark.parametrize(("name", "value"), OPTIONS, ids=str)
def test_an_option_is_read_as_sam_reads_it(tmp_path: Path, name: str, value: object) -> None:
    assert as_groat_reads(tmp_path, name, value) == as_sam_reads(name, value)


def test_parameters_may_stand_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("MemorySize: 512\n")
    text = "version = 0.1\n[prod.deploy.parameters]\nstack_name = 'x'\nparameter_overrides = 'file://more.yaml'"
    assert settings(written(tmp_path, text), "prod").parameters == {"MemorySize": "512"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[prod.deploy.parameters]\nstack_nam = 'x'", "unknown option: stack_nam", "did you mean stack_name?"),
        ("[prod.deploy.parameters]\nregion = 'us-east-1'", "missing option: stack_name", "stack_name = "),
        ("[prod.deploy.parameters]\nstack_name = 'my site'", "got: my site", "correct stack_name"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\nregion = 'moon'", "got: moon", "correct region"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\ntags = 'novalue'", "novalue", "KeyName1=string"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\ntags = {a = 'b'}", "tags: {'a': 'b'}", "a list of strings"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\nexpress = 'no!'", "express: no!", "not a valid boolean"),
        ("[prod.deploy.parameters]\nstack_name = 'x'\ncapabilities = 5", "capabilities: 5", "a list of strings"),
        ("[prod]\ndeploy = 5", "must be a table", ""),
        ("[dev.deploy.parameters]\nstack_name = 'x'", "no environment of that name: prod", "use one of: dev"),
        ("[prod.deploy", "not well-formed TOML", "fix that line"),
    ],
)
def test_a_slip_is_refused_with_the_value_and_the_fix(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(GroatError) as refused:
        settings(written(tmp_path, f"version = 0.1\n{text}"), "prod")
    assert message in str(refused.value)
    assert hint in refused.value.hint


@pytest.mark.parametrize("version", ["", "version = 1", 'version = "0.1"'])
def test_a_file_that_sam_would_refuse_for_its_version_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(GroatError) as refused:
        settings(written(tmp_path, f"{version}\n[prod.deploy.parameters]\nstack_name = 'x'"), "prod")
    assert "version = 0.1" in refused.value.hint


def test_a_folder_without_samconfig_is_said_to_be_none_of_ours(tmp_path: Path) -> None:
    with pytest.raises(GroatError, match=r"There is no samconfig\.toml"):
        settings(tmp_path, "local")
