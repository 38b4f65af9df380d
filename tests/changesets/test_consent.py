"""Who may say yes to what: flags, a person at a terminal, or nobody."""

import io
from typing import Any

import pytest
from click.testing import CliRunner

from changesets import Allowed, Hazard, HazardKind, JsonView, Plan
from changesets.__main__ import Session
from tests.changesets.cloud import Cloud

DATA = Hazard(kind=HazardKind.DATA, logical_id="Table", message="its items go with it")
LEFTOVER = Hazard(kind=HazardKind.LEFTOVER, logical_id="Logs", message="stays")


def plan(*hazards: Hazard) -> Plan:
    return Plan(stack_name="demo", rung="x", steps=(), hazards=hazards)


@pytest.mark.parametrize(
    ("allowed", "hazards", "granted"),
    [
        (Allowed(), (), True),
        (Allowed(), (LEFTOVER,), False),
        (Allowed(yes=True), (LEFTOVER,), True),
        (Allowed(yes=True), (DATA,), False),
        (Allowed(names=frozenset({"Table"})), (DATA,), True),
        (Allowed(names=frozenset({"Table"})), (DATA, LEFTOVER), False),
        (Allowed(yes=True, names=frozenset({"Table"})), (DATA, LEFTOVER), True),
    ],
)
def test_a_yes_covers_ordinary_hazards_and_data_needs_its_name(
    allowed: Allowed, hazards: tuple[Hazard, ...], granted: bool
) -> None:
    assert allowed(plan(*hazards)) is granted


def asked(typed: str, *hazards: Hazard, **more: Any) -> bool:
    session = Session(
        cloudformation=Cloud().gateway,
        view=JsonView(io.StringIO()),
        allowed=Allowed(**more),
        interactive=True,
    )
    with CliRunner().isolation(input=typed):
        return session.consent(plan(*hazards))


@pytest.mark.parametrize(
    ("typed", "granted"), [("Table\ny\n", True), ("Table\nn\n", False), ("y\ny\n", False), ("table\ny\n", False)]
)
def test_a_person_types_the_name_of_what_loses_its_data_and_yes_to_the_rest(typed: str, granted: bool) -> None:
    assert asked(typed, DATA, LEFTOVER) is granted


def test_only_what_the_flags_do_not_cover_is_asked() -> None:
    assert asked("Table\n", DATA, LEFTOVER, yes=True)
    assert asked("", LEFTOVER, yes=True)
