"""Which stacks an environment has, and how each is deployed."""

from pathlib import Path

import pytest

from changesets import Profile
from groat.config import Settings
from groat.errors import GroatError
from groat.project import Project
from groat.target import StackPlan, Target

TEXTS = {"website.yaml": "website", "registry.yaml": "registry", "certificate.yaml": "certificate"}


def target(environment: str = "dev", *, disable_rollback: bool = False) -> Target:
    settings = Settings(
        environment=environment, stack_name="shop", region="eu-west-1", disable_rollback=disable_rollback
    )
    return Target(Project(Path()), settings)


def test_the_stacks_come_in_the_order_in_which_they_need_one_another() -> None:
    assert [stack.stack_name for stack in target().stacks(TEXTS)] == ["shop-registry", "shop-certificate", "shop"]


def test_only_the_certificate_is_always_in_us_east_1() -> None:
    regions = {stack.role: stack.region for stack in target().stacks(TEXTS)}
    assert regions == {"registry": "eu-west-1", "certificate": "us-east-1", "website": "eu-west-1"}


@pytest.mark.parametrize(
    ("environment", "disable_rollback", "profile"),
    [
        ("local", False, Profile.STANDARD),
        ("dev", True, Profile.DEVELOPMENT),
        ("prod", False, Profile.PRODUCTION),
        ("production", True, Profile.PRODUCTION),
        ("staging", False, Profile.STANDARD),
    ],
)
def test_an_environment_says_how_failures_are_handled(
    environment: str, disable_rollback: bool, profile: Profile
) -> None:
    assert target(environment, disable_rollback=disable_rollback).profile is profile


def test_without_tags_in_the_file_a_stacks_tags_stay_as_they_are() -> None:
    deployment = target().deployment(StackPlan("website", "shop", "eu-west-1"), TEXTS, {})
    assert deployment.tags is None
    assert deployment.template == "website"


ROOT = Path(__file__).parents[2]
DECLARED = """
Parameters:
  ImageUri: {Type: String}
  RepositoryUri: {Type: String}
  Zone: {Type: String, Description: The hosted zone}
  Size: {Type: Number, Default: 1}
"""


def with_values(**values: str) -> Target:
    return Target(Project(ROOT), Settings(environment="prod", stack_name="shop", parameters=values))


def test_a_value_that_a_template_refuses_is_told_with_parameter_constraint_and_where_to_correct_it() -> None:
    with pytest.raises(GroatError) as told:
        with_values(MemorySize="64").generate()
    assert str(told.value) == (
        "samconfig.toml, [prod.deploy.parameters]: MemorySize breaks MinValue 512 of website.yaml: 64"
    )
    assert told.value.hint.startswith("correct it in parameter_overrides")
    assert "website.yaml" in with_values(MemorySize="1024").generate()


def test_a_secret_value_is_not_told() -> None:
    with pytest.raises(GroatError, match=r"\*\*\*\*$"):
        with_values(Key="hush").refuse_unfit(
            "website.yaml", {"Key": {"Type": "String", "NoEcho": True, "MinLength": 8}}
        )


def test_a_value_that_nobody_gives_is_asked_for_before_any_stack() -> None:
    texts = {"registry.yaml": "Outputs: {RepositoryUri: {Value: x}}", "website.yaml": DECLARED}
    with pytest.raises(GroatError) as told:
        with_values().refuse_missing(texts)
    assert str(told.value) == "samconfig.toml, [prod.deploy.parameters]: website.yaml wants a value for: Zone"
    assert "(The hosted zone)" in told.value.hint
    with_values(Zone="Z1").refuse_missing(texts)
