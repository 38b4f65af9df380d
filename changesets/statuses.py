"""The one table of CloudFormation's stack statuses: what each means for someone who wants a healthy stack.

The rule: code asks this table and never parses a status. `endswith("ROLLBACK_COMPLETE")` is true for a dead stack and
for two healthy ones; `endswith("_IN_PROGRESS")` is true for REVIEW_IN_PROGRESS, which never moves.

`distance` is how far a stack is from health. A way out that succeeds leads to a smaller distance, and so does every way
in which a moving status can come to rest; tests/changesets/test_statuses.py walks every edge of CloudFormation's own
graph. A way out that fails is not tried twice in one run. So each round of the loop in manager.py either comes closer
or uses up one of finitely many ways, and the loop ends.

Source: CloudFormation user guide, "Understand stack creation events" and "View stack information"; botocore's enum.
"""

from dataclasses import dataclass
from enum import StrEnum


class StackStatus(StrEnum):
    """The 23 values of CloudFormation's StackStatus."""

    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    CREATE_FAILED = "CREATE_FAILED"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_COMPLETE = "UPDATE_COMPLETE"
    UPDATE_FAILED = "UPDATE_FAILED"
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE"
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS"
    IMPORT_COMPLETE = "IMPORT_COMPLETE"
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS"
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED"
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"


class WayOut(StrEnum):
    """What leads out of a status; planner.py has the ladder of steps for each."""

    UPDATE = "update"  # healthy: take the next update
    CREATE = "create"  # nothing lives there: create
    WAIT = "wait"  # something is running: follow it
    FIX_FORWARD = "fix forward"  # paused: update again, or roll back
    CONTINUE_ROLLBACK = "continue rollback"
    RECREATE = "recreate"  # never lived: delete and create again
    FINISH_DELETE = "finish delete"


@dataclass(frozen=True, slots=True)
class Facts:
    """A row: whether the status moves by itself, its distance from health, the way out, and the risk on that way."""

    moving: bool
    distance: int
    way_out: WayOut
    risk: str


NOTHING = "nothing"
_S, _W = StackStatus, WayOut

TABLE: dict[StackStatus, Facts] = {
    # healthy: takes an update as it is
    _S.CREATE_COMPLETE: Facts(False, 0, _W.UPDATE, NOTHING),
    _S.UPDATE_COMPLETE: Facts(False, 0, _W.UPDATE, NOTHING),
    _S.UPDATE_ROLLBACK_COMPLETE: Facts(False, 0, _W.UPDATE, NOTHING),
    _S.IMPORT_COMPLETE: Facts(False, 0, _W.UPDATE, NOTHING),
    _S.IMPORT_ROLLBACK_COMPLETE: Facts(False, 0, _W.UPDATE, NOTHING),
    # only cleaning up: the stack is already what it will be
    _S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: Facts(True, 1, _W.WAIT, NOTHING),
    _S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: Facts(True, 1, _W.WAIT, NOTHING),
    # nothing lives there
    _S.DELETE_COMPLETE: Facts(False, 1, _W.CREATE, NOTHING),
    _S.REVIEW_IN_PROGRESS: Facts(False, 1, _W.CREATE, "another deployer's unexecuted change set becomes obsolete"),
    # on the way out: only deletion is possible
    _S.DELETE_FAILED: Facts(False, 2, _W.FINISH_DELETE, "resources that cannot be deleted are left behind"),
    _S.DELETE_IN_PROGRESS: Facts(True, 3, _W.WAIT, NOTHING),
    # never lived, or lost its template: delete and create again
    _S.ROLLBACK_COMPLETE: Facts(False, 4, _W.RECREATE, NOTHING),
    _S.ROLLBACK_FAILED: Facts(False, 4, _W.RECREATE, "what could not be deleted is left behind, or its data is lost"),
    _S.IMPORT_ROLLBACK_FAILED: Facts(False, 4, _W.RECREATE, "resources without a Retain policy are deleted"),
    # half way back to a good state
    _S.UPDATE_ROLLBACK_FAILED: Facts(False, 4, _W.CONTINUE_ROLLBACK, "skipped resources differ from the template"),
    _S.ROLLBACK_IN_PROGRESS: Facts(True, 5, _W.WAIT, NOTHING),
    _S.UPDATE_ROLLBACK_IN_PROGRESS: Facts(True, 5, _W.WAIT, NOTHING),
    _S.IMPORT_ROLLBACK_IN_PROGRESS: Facts(True, 5, _W.WAIT, NOTHING),
    # paused with rollback disabled
    _S.UPDATE_FAILED: Facts(False, 6, _W.FIX_FORWARD, "rolling back deletes what the failed update created"),
    _S.CREATE_FAILED: Facts(False, 7, _W.FIX_FORWARD, "rolling back deletes what the failed create created"),
    # an operation is running: any outcome is possible
    _S.IMPORT_IN_PROGRESS: Facts(True, 8, _W.WAIT, NOTHING),
    _S.UPDATE_IN_PROGRESS: Facts(True, 8, _W.WAIT, NOTHING),
    _S.CREATE_IN_PROGRESS: Facts(True, 8, _W.WAIT, NOTHING),
}


def facts(status: StackStatus | None) -> Facts:
    """The row of a status; an absent stack (None) stands where a deleted one does."""
    return TABLE[status or StackStatus.DELETE_COMPLETE]


def is_moving(status: StackStatus | None) -> bool:
    """Will the status change by itself?"""
    return facts(status).moving


def is_healthy(status: StackStatus | None) -> bool:
    """Does the stack take an update as it is?"""
    return facts(status).way_out is WayOut.UPDATE


def lives(status: StackStatus | None) -> bool:
    """Is there a stack that holds resources? False for absent, deleted and REVIEW_IN_PROGRESS: those are created."""
    return facts(status).way_out is not WayOut.CREATE
