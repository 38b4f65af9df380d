"""What can go wrong on demand, from Python and from JSON."""

import json
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.engine import ResponseLost
from local_cloud.cloudformation.faults import (
    KINDS,
    DeleteRole,
    ExpireCredentials,
    FailResource,
    FaultError,
    ForeignOperation,
    HangResource,
    LateFinalEvent,
    LoseResponse,
    On,
    SlowResource,
    StaleReads,
    ThrottleCalls,
)
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

ONE = template(Topic=topic())
TWO = template(Topic=topic(properties={"DisplayName": "changed"}))


def test_a_resource_fails_as_often_as_asked(account: Account) -> None:
    account.fail(FailResource(resource="Topic", on=On.CREATE, times=2))
    for expected in ("ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_COMPLETE"):
        account.create(ONE)
        assert account.status() == expected
        account("DeleteStack", StackName="site")
        account.settle()


def test_a_resource_fails_always(account: Account) -> None:
    account.create(ONE)
    account.fail(FailResource(resource="Topic", on=On.UPDATE, times=None))
    for _ in range(3):
        account.update(TWO)
        assert account.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_fault_of_another_stack_does_not_strike(account: Account) -> None:
    account.fail(FailResource(stack="other-*", resource="*", on=On.CREATE))
    account.create(ONE)
    assert account.status() == "CREATE_COMPLETE"
    account.create(ONE, "other-one")
    assert account.status("other-one") == "ROLLBACK_COMPLETE"


def test_a_create_may_fail_after_the_thing_exists_and_it_is_deleted(account: Account) -> None:
    account.fail(FailResource(resource="Topic", on=On.CREATE, made=True, reason="Exceeded attempts to wait"))
    account.create(ONE)
    last = [status for who, status, _ in account.story() if who == "Topic"][-2:]
    assert last == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    assert account.engine.deployed("AWS::SNS::Topic") == []


def test_a_resource_hangs_until_the_faults_are_cleared(account: Account) -> None:
    account.fail(HangResource(resource="Topic", on=On.CREATE))
    account.create(ONE)
    assert account.status() == "CREATE_IN_PROGRESS"
    account.engine.faults.clear()
    account.settle()
    assert account.status() == "CREATE_COMPLETE"


def test_a_slow_resource_takes_its_seconds(account: Account) -> None:
    account.fail(SlowResource(resource="Topic", on=On.CREATE, seconds=1000))
    account.create(ONE)
    events = account.events()
    assert (events[-1]["Timestamp"] - events[0]["Timestamp"]).total_seconds() > 1000


def test_a_throttled_call_has_no_effect(account: Account) -> None:
    account.fail(ThrottleCalls(operation="CreateStack"))
    with pytest.raises(ApiError) as refused:
        account.create(ONE)
    assert (refused.value.code, refused.value.message) == ("Throttling", "Rate exceeded")
    account.create(ONE)


def test_reads_are_stale_after_a_write(account: Account) -> None:
    account.create(ONE)
    account.fail(StaleReads(times=2))
    account("UpdateStack", StackName="site", TemplateBody=json.dumps(TWO))
    assert [account.status() for _ in range(3)] == ["CREATE_COMPLETE", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS"]


def test_the_final_event_is_late(account: Account) -> None:
    account.fail(LateFinalEvent(times=2))
    account.create(ONE)
    assert [account.story()[-1][0] for _ in range(3)] == ["Topic", "Topic", "site"]


def test_a_response_is_lost_after_its_effect(account: Account) -> None:
    account.fail(LoseResponse(operation="CreateStack"))
    with pytest.raises(ResponseLost):
        account.create(ONE)
    account.settle()
    assert account.status() == "CREATE_COMPLETE"


def test_without_its_role_nothing_can_be_written_until_another_is_given(account: Account) -> None:
    gone, good = "arn:aws:iam::111111111111:role/gone", "arn:aws:iam::111111111111:role/good"
    account.create(ONE, RoleARN=gone)
    account.fail(DeleteRole(role=gone))
    for operation, params in (("UpdateStack", {"TemplateBody": json.dumps(TWO)}), ("DeleteStack", {})):
        with pytest.raises(ApiError, match=f"Role {gone} is invalid or cannot be assumed"):
            account(operation, StackName="site", **params)
    account.update(TWO, RoleARN=good)
    assert account.stack()["RoleARN"] == good


def test_expired_credentials_refuse_every_call(account: Account) -> None:
    account.fail(ExpireCredentials(times=1))
    with pytest.raises(ApiError) as refused:
        account("ListStacks")
    assert (refused.value.code, refused.value.status) == ("ExpiredToken", 403)
    account("ListStacks")


def test_somebody_else_starts_an_update_first(account: Account) -> None:
    account.create(ONE)
    change_set = account.propose(TWO)
    account.fail(ForeignOperation(stack="site", seconds=60))
    with pytest.raises(ApiError):
        account.execute(change_set)
    assert account.status() == "UPDATE_IN_PROGRESS"
    account.settle()
    assert account.status() == "UPDATE_COMPLETE"


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_can_be_asked_for_in_json(account: Account, kind: str) -> None:
    needed = {"resource": "R", "on": "create", "seconds": 1, "operation": "X", "role": "r", "stack": "s"}
    fields = KINDS[kind].__dataclass_fields__
    account.engine.faults.add_json({"fault": kind} | {key: value for key, value in needed.items() if key in fields})
    [fault] = account.engine.faults.pending()
    assert isinstance(fault, KINDS[kind])


def test_json_clears_all_faults(account: Account) -> None:
    account.fail(ThrottleCalls())
    account.engine.faults.add_json({"clear": True})
    assert account.engine.faults.pending() == ()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"fault": "explode"}, "explode"),
        ({"fault": "throttle-calls", "colour": "red"}, "colour"),
        ({"fault": "fail-resource", "resource": "R", "on": "sunday"}, "sunday"),
        ({"fault": "fail-resource"}, "resource"),
        ({"fault": "fail-resource", "resource": 5, "on": "create"}, "resource must be .*: 5"),
        ({"fault": "throttle-calls", "times": "twice"}, "times must be int | None: 'twice'"),
        ({"fault": "hang-resource", "resource": "R", "on": "create", "seconds": "long"}, "seconds must be"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_name(account: Account, given: dict[str, Any], named: str) -> None:
    with pytest.raises(FaultError, match=named):
        account.engine.faults.add_json(given)
