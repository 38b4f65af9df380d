"""confirm_changeset asks before anything changes, and where nobody can be asked the answer is no."""

import pytest

from changesets.plans import Plan
from changesets.steps import DeleteStack, Wait
from groat.config import Settings
from groat.consent import consent

CHANGES = Plan(stack_name="shop", rung="x", steps=(DeleteStack(stack="shop", token="t", why="because"),))
LOOKS = Plan(stack_name="shop", rung="x", steps=(Wait(stack="shop", why="until it is done"),))


def allowed(plan: Plan, *, confirm: bool, yes: bool = False) -> bool:
    settings = Settings(environment="prod", stack_name="shop", confirm=confirm)
    return consent(settings, yes=yes, names=frozenset(), asks=False)(plan)


def test_without_confirm_changeset_a_plan_without_hazards_runs() -> None:
    assert allowed(CHANGES, confirm=False)


def test_with_it_nobody_to_ask_means_no_and_says_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert not allowed(CHANGES, confirm=True)
    assert "groat deploy --env prod --yes" in capsys.readouterr().err


def test_with_it_yes_means_yes_and_looking_needs_none() -> None:
    assert allowed(CHANGES, confirm=True, yes=True)
    assert allowed(LOOKS, confirm=True)
