"""Which status a stack can go to from where: one table, from which the diagram in README.md is drawn.

The rules of the table:

1. A status changes only along a row; any other move is a bug of ours and raises IllegalMove before anything changed.
2. `Trigger.CALL` rows are started by a client's call, the others by what the operation itself finds out.
3. A stack rests in REVIEW_IN_PROGRESS although its name says otherwise; every other *_IN_PROGRESS moves by itself.
4. An update always passes through its CLEANUP status, also when there is nothing to clean. Once there, it is committed:
   no row leads back from a cleanup.
5. DELETE_COMPLETE has no way out. The name is free again, the record stays.

Sources: recorded AWS events, the API reference, and where the table says `assumed`, neither.
"""

from enum import StrEnum
from typing import NamedTuple


class StackStatus(StrEnum):
    """The 23 values of the API (botocore model, shape StackStatus)."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_COMPLETE = "UPDATE_COMPLETE"
    UPDATE_FAILED = "UPDATE_FAILED"
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS"
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE"
    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS"
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS"
    IMPORT_COMPLETE = "IMPORT_COMPLETE"
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS"
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED"
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"

    @property
    def moving(self) -> bool:
        """Whether the stack leaves this status by itself (rule 3)."""
        return self.endswith("_IN_PROGRESS") and self is not StackStatus.REVIEW_IN_PROGRESS


class Trigger(StrEnum):
    """What makes a stack move."""

    CALL = "call"
    DONE = "done"
    FAILED = "failed"
    FAILED_PAUSED = "failed, rollback disabled"
    BLOCKED = "export in use"


class Move(NamedTuple):
    """One row: from, why, to, and where we know it from."""

    before: StackStatus
    trigger: Trigger
    after: StackStatus
    source: str


class IllegalMove(Exception):
    """A move that the table does not know."""


S, T = StackStatus, Trigger
STABLE = (
    S.CREATE_COMPLETE,
    S.UPDATE_COMPLETE,
    S.UPDATE_ROLLBACK_COMPLETE,
    S.IMPORT_COMPLETE,
    S.IMPORT_ROLLBACK_COMPLETE,
)
PAUSED = (S.CREATE_FAILED, S.UPDATE_FAILED)
DEAD = (S.ROLLBACK_COMPLETE, S.ROLLBACK_FAILED, S.DELETE_FAILED)
STUCK = (S.UPDATE_ROLLBACK_FAILED, S.IMPORT_ROLLBACK_FAILED)
DELETABLE = (S.REVIEW_IN_PROGRESS, S.CREATE_IN_PROGRESS, S.ROLLBACK_IN_PROGRESS, *STABLE, *PAUSED, *DEAD, *STUCK)


MOVES: tuple[Move, ...] = (
    Move(S.REVIEW_IN_PROGRESS, T.CALL, S.CREATE_IN_PROGRESS, "recorded"),
    Move(S.CREATE_IN_PROGRESS, T.DONE, S.CREATE_COMPLETE, "recorded"),
    Move(S.CREATE_IN_PROGRESS, T.FAILED, S.ROLLBACK_IN_PROGRESS, "recorded"),
    Move(S.CREATE_IN_PROGRESS, T.FAILED_PAUSED, S.CREATE_FAILED, "documented"),
    Move(S.CREATE_IN_PROGRESS, T.FAILED, S.DELETE_IN_PROGRESS, "documented"),
    Move(S.ROLLBACK_IN_PROGRESS, T.DONE, S.ROLLBACK_COMPLETE, "recorded"),
    Move(S.ROLLBACK_IN_PROGRESS, T.FAILED, S.ROLLBACK_FAILED, "recorded"),
    Move(S.CREATE_FAILED, T.CALL, S.ROLLBACK_IN_PROGRESS, "documented"),
    *(Move(status, T.CALL, S.UPDATE_IN_PROGRESS, "recorded") for status in STABLE[:3]),
    *(Move(status, T.CALL, S.UPDATE_IN_PROGRESS, "documented") for status in (*STABLE[3:], *PAUSED)),
    Move(S.UPDATE_IN_PROGRESS, T.DONE, S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, "recorded"),
    Move(S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, T.DONE, S.UPDATE_COMPLETE, "recorded"),
    Move(S.UPDATE_IN_PROGRESS, T.FAILED, S.UPDATE_ROLLBACK_IN_PROGRESS, "recorded"),
    Move(S.UPDATE_IN_PROGRESS, T.CALL, S.UPDATE_ROLLBACK_IN_PROGRESS, "documented"),
    Move(S.UPDATE_IN_PROGRESS, T.FAILED_PAUSED, S.UPDATE_FAILED, "documented"),
    Move(S.UPDATE_FAILED, T.CALL, S.UPDATE_ROLLBACK_IN_PROGRESS, "documented"),
    Move(S.UPDATE_ROLLBACK_IN_PROGRESS, T.DONE, S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, "recorded"),
    Move(S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, T.DONE, S.UPDATE_ROLLBACK_COMPLETE, "recorded"),
    Move(S.UPDATE_ROLLBACK_IN_PROGRESS, T.FAILED, S.UPDATE_ROLLBACK_FAILED, "documented"),
    Move(S.UPDATE_ROLLBACK_FAILED, T.CALL, S.UPDATE_ROLLBACK_IN_PROGRESS, "documented"),
    *(Move(status, T.CALL, S.IMPORT_IN_PROGRESS, "documented") for status in (S.REVIEW_IN_PROGRESS, *STABLE)),
    Move(S.IMPORT_IN_PROGRESS, T.DONE, S.IMPORT_COMPLETE, "documented"),
    Move(S.IMPORT_IN_PROGRESS, T.FAILED, S.IMPORT_ROLLBACK_IN_PROGRESS, "documented"),
    Move(S.IMPORT_ROLLBACK_IN_PROGRESS, T.DONE, S.IMPORT_ROLLBACK_COMPLETE, "documented"),
    Move(S.IMPORT_ROLLBACK_IN_PROGRESS, T.FAILED, S.IMPORT_ROLLBACK_FAILED, "documented"),
    Move(S.ROLLBACK_IN_PROGRESS, T.CALL, S.DELETE_IN_PROGRESS, "assumed"),
    *(
        Move(status, T.CALL, S.DELETE_IN_PROGRESS, "recorded")
        for status in DELETABLE
        if status != S.ROLLBACK_IN_PROGRESS
    ),
    Move(S.DELETE_IN_PROGRESS, T.DONE, S.DELETE_COMPLETE, "recorded"),
    Move(S.DELETE_IN_PROGRESS, T.FAILED, S.DELETE_FAILED, "recorded"),
    *(Move(S.DELETE_IN_PROGRESS, T.BLOCKED, status, "recorded") for status in STABLE),
    *(Move(S.DELETE_IN_PROGRESS, T.BLOCKED, status, "assumed") for status in (*PAUSED, *DEAD, *STUCK)),
)
FIRST = (S.REVIEW_IN_PROGRESS, S.CREATE_IN_PROGRESS)
"""The statuses in which a stack begins: by a change set, or by CreateStack."""

_ALLOWED = {(move.before, move.after) for move in MOVES}


def check(before: StackStatus | None, after: StackStatus) -> None:
    """Raise IllegalMove unless the table has a row for it; `before` is None for a stack that begins."""
    allowed = after in FIRST if before is None else (before, after) in _ALLOWED
    if not allowed:
        raise IllegalMove(f"{before} -> {after}")


def diagram() -> str:
    """The table as a mermaid state diagram, one arrow per pair of statuses; deletions by call drawn once."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {status}" for status in FIRST)]
    for move in MOVES:
        if move.after is S.DELETE_IN_PROGRESS and move.trigger is T.CALL:
            continue
        if move.trigger is T.BLOCKED:
            continue
        lines.append(f"    {move.before} --> {move.after}: {move.trigger}")
    lines += [
        '    state "any of the deletable statuses" as deletable',
        "    deletable --> DELETE_IN_PROGRESS: call",
        "    DELETE_IN_PROGRESS --> deletable: export in use",
        "    DELETE_COMPLETE --> [*]",
    ]
    return "\n".join(lines) + "\n"
