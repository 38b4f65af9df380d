"""The one table covers CloudFormation's statuses, and following it always leads closer to health."""

import itertools

import boto3
import pytest

from changesets.planner import LADDERS
from changesets.situation import Goal
from changesets.statuses import TABLE, StackStatus, WayOut, facts, is_healthy, is_moving, lives

S = StackStatus
# What a moving status can come to rest in, or pass into (CloudFormation user guide; reference of each operation).
MOVES: dict[StackStatus, tuple[StackStatus, ...]] = {
    S.CREATE_IN_PROGRESS: (S.CREATE_COMPLETE, S.CREATE_FAILED, S.ROLLBACK_IN_PROGRESS, S.DELETE_IN_PROGRESS),
    S.ROLLBACK_IN_PROGRESS: (S.ROLLBACK_COMPLETE, S.ROLLBACK_FAILED),
    S.UPDATE_IN_PROGRESS: (S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, S.UPDATE_FAILED, S.UPDATE_ROLLBACK_IN_PROGRESS),
    S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: (S.UPDATE_COMPLETE,),
    S.UPDATE_ROLLBACK_IN_PROGRESS: (S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, S.UPDATE_ROLLBACK_FAILED),
    S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: (S.UPDATE_ROLLBACK_COMPLETE,),
    S.DELETE_IN_PROGRESS: (S.DELETE_COMPLETE, S.DELETE_FAILED, S.CREATE_COMPLETE, S.UPDATE_COMPLETE),
    S.IMPORT_IN_PROGRESS: (S.IMPORT_COMPLETE, S.IMPORT_ROLLBACK_IN_PROGRESS),
    S.IMPORT_ROLLBACK_IN_PROGRESS: (S.IMPORT_ROLLBACK_COMPLETE, S.IMPORT_ROLLBACK_FAILED),
}
# Where the way out of a status at rest leads when it works, and when it fails.
WAYS: dict[StackStatus, tuple[StackStatus, ...]] = {
    S.UPDATE_FAILED: (S.UPDATE_COMPLETE, S.UPDATE_ROLLBACK_COMPLETE, S.UPDATE_ROLLBACK_FAILED),
    S.CREATE_FAILED: (S.UPDATE_COMPLETE, S.ROLLBACK_COMPLETE, S.ROLLBACK_FAILED, S.UPDATE_FAILED, S.DELETE_COMPLETE),
    S.UPDATE_ROLLBACK_FAILED: (S.UPDATE_ROLLBACK_COMPLETE,),
    S.ROLLBACK_COMPLETE: (S.DELETE_COMPLETE, S.DELETE_FAILED),
    S.ROLLBACK_FAILED: (S.DELETE_COMPLETE, S.DELETE_FAILED),
    S.IMPORT_ROLLBACK_FAILED: (S.DELETE_COMPLETE, S.DELETE_FAILED),
    S.DELETE_FAILED: (S.DELETE_COMPLETE,),
    S.DELETE_COMPLETE: (S.CREATE_COMPLETE,),
    S.REVIEW_IN_PROGRESS: (S.CREATE_COMPLETE,),
}


def test_the_table_has_exactly_botocores_statuses() -> None:
    model = boto3.client("cloudformation", region_name="us-east-1").meta.service_model
    assert {status.value for status in TABLE} == set(model.shape_for("StackStatus").metadata["enum"])


def test_every_status_that_moves_ends_in_one_that_is_closer_to_health() -> None:
    assert MOVES.keys() == {status for status in StackStatus if is_moving(status)}
    for status, ends in MOVES.items():
        assert all(facts(end).distance < facts(status).distance for end in ends), status


def test_every_way_out_leads_closer_to_health() -> None:
    assert WAYS.keys() == {status for status in StackStatus if not is_moving(status) and not is_healthy(status)}
    for status, ends in WAYS.items():
        assert all(facts(end).distance < facts(status).distance for end in ends), status


def test_health_is_distance_zero_and_takes_an_update() -> None:
    for status in StackStatus:
        assert (facts(status).distance == 0) == (facts(status).way_out is WayOut.UPDATE)


def test_the_names_that_deceive_are_told_apart() -> None:
    assert not is_moving(S.REVIEW_IN_PROGRESS)
    assert is_healthy(S.UPDATE_ROLLBACK_COMPLETE)
    assert not is_healthy(S.ROLLBACK_COMPLETE)
    assert not lives(S.REVIEW_IN_PROGRESS)
    assert not lives(None)


@pytest.mark.parametrize(("goal", "way_out"), list(itertools.product(Goal, WayOut)))
def test_there_is_a_ladder_for_every_goal_and_way_out(goal: Goal, way_out: WayOut) -> None:
    assert (goal, way_out) in LADDERS
