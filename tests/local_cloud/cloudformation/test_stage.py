"""Any stack in any status, by calls and faults only."""

import json

import pytest

from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.stage import StageError, stage, stage_json
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


@pytest.mark.parametrize("status", StackStatus)
def test_a_stack_is_staged_in_any_status(account: Account, status: StackStatus) -> None:
    stack_id = stage(account.engine, "site", status)
    own = [event for event in account.events(stack_id) if event["PhysicalResourceId"] == stack_id]
    assert account.status(stack_id) == own[-1]["ResourceStatus"] == status


@pytest.mark.parametrize("status", [each for each in StackStatus if each.moving])
def test_a_staged_status_that_moves_ends_after_its_seconds(account: Account, status: StackStatus) -> None:
    stack_id = stage(account.engine, "site", status, seconds=100)
    account.wait(50)
    assert account.status(stack_id) == status
    account.wait(500)
    assert not StackStatus(account.status(stack_id)).moving


def test_staging_uses_the_given_template_and_parameters(account: Account) -> None:
    body = {"Parameters": {"P": {"Type": "String"}}, **template(Mine=topic())}
    stage(account.engine, "site", "UPDATE_ROLLBACK_FAILED", template=json.dumps(body), parameters={"P": "x"})
    assert account.stack()["Parameters"] == [{"ParameterKey": "P", "ParameterValue": "x"}]
    assert account.resources()["Mine"]["ResourceStatus"] == "UPDATE_FAILED"


def test_staging_again_replaces_the_stack(account: Account) -> None:
    for status in ("DELETE_FAILED", "UPDATE_ROLLBACK_FAILED", "CREATE_COMPLETE"):
        stage(account.engine, "site", status)
        assert account.status() == status


def test_staging_takes_json(account: Account) -> None:
    answer = stage_json(account.engine, {"name": "site", "status": "ROLLBACK_COMPLETE"})
    assert answer == {"StackId": account.stack()["StackId"], "StackStatus": "ROLLBACK_COMPLETE"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"name": "site", "status": "HALF_DONE"}, "HALF_DONE"),
        ({"name": "site"}, "status"),
        ({"name": "site", "status": "CREATE_COMPLETE", "mood": "good"}, "mood"),
    ],
)
def test_what_cannot_be_staged_is_refused_by_name(account: Account, given: dict[str, str], named: str) -> None:
    with pytest.raises(StageError, match=named):
        stage_json(account.engine, given)
