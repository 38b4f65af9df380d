"""Which stacks an environment has, and how each is deployed."""

from pathlib import Path

import pytest

from changesets import Profile
from groat.config import Settings
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
