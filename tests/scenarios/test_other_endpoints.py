"""An endpoint that tells less than AWS does: another local cloud, or events that CloudFormation has forgotten.

The same matrix as test_recovery_matrix.py; what is left out of the answers is taken out on their way to the client.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from changesets import Deployed, StackEvent, StackStatus
from tests.changesets.cloud import Cloud
from tests.scenarios.test_recovery_matrix import WANTED, arrive, every_status

Answer = dict[str, Any]
Less = Callable[[Cloud], None]
STAGED = timedelta(seconds=300)  # what a staged operation still takes when it is found
OPTIONAL = ("DescribeEvents", "ListStacks", "ListChangeSets", "GetTemplate", "ListStackResources")


def of_events(change: Callable[[list[Answer]], list[Answer]]) -> Less:
    def after(parsed: Answer, **_: Any) -> None:
        if "StackEvents" in parsed:
            parsed["StackEvents"] = change(parsed["StackEvents"])

    return lambda cloud: cloud.client.meta.events.register("after-call.cloudformation.DescribeStackEvents", after)


def without(*fields: str) -> Less:
    return of_events(lambda events: [{key: each[key] for key in each.keys() - set(fields)} for each in events])


def refusing(*operations: str) -> Less:
    def refuse(model: Any, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "InvalidAction", "Message": f"No such action: {model.name}"}}, model.name)

    def less(cloud: Cloud) -> None:
        for operation in operations:
            cloud.client.meta.events.register_first(f"before-call.cloudformation.{operation}", refuse)

    return less


LESS: dict[str, Less] = {
    "no-tokens": without("ClientRequestToken"),
    "no-tokens-no-reasons": without("ClientRequestToken", "ResourceStatusReason"),
    "no-events": of_events(lambda _: []),
    "the-least-operations": refusing(*OPTIONAL),
}


@every_status
@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
def test_apply_ends_in_a_deployed_stack_and_soon(found: StackStatus | None, less: Less) -> None:
    cloud = arrive(found)
    less(cloud)
    before = cloud.clock.now()

    outcome = cloud.apply(WANTED)

    assert isinstance(outcome, Deployed), outcome
    assert cloud.clock.now() - before < STAGED + timedelta(seconds=60)


def test_without_tokens_the_events_of_the_operation_are_told_and_no_older_ones() -> None:
    cloud = arrive(StackStatus.UPDATE_COMPLETE)
    LESS["no-tokens-no-reasons"](cloud)

    outcome = cloud.apply(WANTED)

    assert isinstance(outcome, Deployed), outcome
    told = [(each.logical_id, each.status) for each in cloud.events if isinstance(each, StackEvent)]
    assert told[0] == ("demo", "UPDATE_IN_PROGRESS")
    assert told[-1] == ("demo", "UPDATE_COMPLETE")
    assert {logical_id for logical_id, _ in told} == {"demo", "Topic"}
