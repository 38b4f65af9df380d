"""The table of statuses: complete, checked before anything changes, and drawn as it is."""

from contextlib import nullcontext
from itertools import product
from pathlib import Path

import botocore.session
import pytest

from local_cloud.cloudformation import machine
from local_cloud.cloudformation.machine import FIRST, MOVES, IllegalMove, StackStatus, check

README = Path(machine.__file__).parent / "README.md"
ALLOWED = {(move.before, move.after) for move in MOVES}


def test_the_statuses_are_botocores() -> None:
    shape = botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus")
    assert set(StackStatus) == set(shape.metadata["enum"])


def test_a_move_is_allowed_if_and_only_if_the_table_has_it() -> None:
    for before, after in product(StackStatus, StackStatus):
        with nullcontext() if (before, after) in ALLOWED else pytest.raises(IllegalMove):
            check(before, after)


def test_a_stack_begins_in_review_or_creating() -> None:
    for status in StackStatus:
        with nullcontext() if status in FIRST else pytest.raises(IllegalMove):
            check(None, status)


def test_every_status_can_be_reached() -> None:
    reached = set(FIRST)
    while more := {after for before, after in ALLOWED if before in reached} - reached:
        reached |= more
    assert reached == set(StackStatus)


def test_every_moving_status_can_end_and_only_deleted_has_no_way_out() -> None:
    for status in StackStatus:
        exits = [move for move in MOVES if move.before is status]
        assert bool(exits) == (status is not StackStatus.DELETE_COMPLETE)
        if status.moving:
            assert any(move.trigger is not machine.Trigger.CALL for move in exits)


def test_a_committed_update_never_goes_back() -> None:
    cleanup = StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS
    assert [move.after for move in MOVES if move.before is cleanup] == [StackStatus.UPDATE_COMPLETE]


def test_the_diagram_in_the_readme_is_the_table() -> None:
    assert f"```mermaid\n{machine.diagram()}```" in README.read_text(encoding="utf-8")
