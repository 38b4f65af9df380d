"""Values for tests of pure modules, each with everything but what the test is about filled in."""

from datetime import UTC, datetime
from typing import Any

from changesets import ChangeSet, Deployment, Resource, ResourceChange, Stack, StackStatus
from changesets.models import Action
from changesets.situation import Goal, Situation

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ARN = "arn:aws:cloudformation:us-east-1:111111111111:stack/demo/1"


def stack(status: StackStatus = StackStatus.UPDATE_COMPLETE, **more: Any) -> Stack:
    given: dict[str, Any] = {"id": ARN, "name": "demo", "status": status, "created": NOON} | more
    return Stack(**given)


def resource(logical_id: str, type_: str = "AWS::SNS::Topic", status: str = "CREATE_COMPLETE", **more: Any) -> Resource:
    return Resource(
        **{"logical_id": logical_id, "physical_id": logical_id.lower(), "type": type_, "status": status} | more
    )


def change(action: Action, logical_id: str = "Thing", type_: str = "AWS::SNS::Topic", **more: Any) -> ResourceChange:
    return ResourceChange(
        **{"action": action, "logical_id": logical_id, "physical_id": "thing-1", "type": type_} | more
    )


def change_set(*changes: ResourceChange, **more: Any) -> ChangeSet:
    return ChangeSet(
        **{
            "id": "arn:change-set",
            "name": "groat-1",
            "stack_id": ARN,
            "status": "CREATE_COMPLETE",
            "execution_status": "AVAILABLE",
            "changes": changes,
        }
        | more
    )


def situation(
    goal: Goal = Goal.APPLY, status: StackStatus | None = StackStatus.UPDATE_COMPLETE, **more: Any
) -> Situation:
    return Situation(
        **{
            "goal": goal,
            "stack_name": "demo",
            "stack": status and stack(status),
            "token": "groat-token",
            "deployment": Deployment(stack_name="demo", template='{"Resources": {}}'),
        }
        | more
    )
