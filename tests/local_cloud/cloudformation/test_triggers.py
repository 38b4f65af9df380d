"""Rollback triggers: an alarm takes a create or an update back while it runs and while it is monitored."""

import json
from typing import Any

import pytest

from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

ALARM = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors"
MONITORED = {"RollbackTriggers": [{"Arn": ALARM, "Type": "AWS::CloudWatch::Alarm"}], "MonitoringTimeInMinutes": 10}
ONE = template(A=topic("a"))
TWO = template(A=topic("a", properties={"DisplayName": "new"}), B=topic("b"))


@pytest.fixture
def alarms() -> dict[str, str]:
    """The state of each alarm that there is."""
    return {ALARM: "OK"}


@pytest.fixture
def account(alarms: dict[str, str]) -> Account:
    return Account(surroundings=Surroundings(alarm=lambda _region, arn: alarms.get(arn)))


def begin(account: Account, operation: str, body: dict[str, Any], **params: Any) -> None:
    account(operation, StackName="site", TemplateBody=json.dumps(body), **params)


def test_an_update_is_monitored_before_its_cleanup(account: Account) -> None:
    account.create(ONE)
    begin(account, "UpdateStack", TWO, RollbackConfiguration=MONITORED)

    account.wait(9 * 60)
    assert account.status() == "UPDATE_IN_PROGRESS"
    account.settle()
    assert account.status() == "UPDATE_COMPLETE"


def test_an_alarm_while_monitoring_takes_the_update_back(account: Account, alarms: dict[str, str]) -> None:
    account.create(ONE)
    begin(account, "UpdateStack", TWO, RollbackConfiguration=MONITORED)
    account.wait(5 * 60)

    alarms[ALARM] = "ALARM"
    account.settle()

    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert ("site", "UPDATE_ROLLBACK_IN_PROGRESS", f"Rollback trigger {ALARM} is in ALARM state.") in account.story()
    assert set(account.resources()) == {"A"}


def test_an_alarm_while_resources_are_made_takes_the_create_back(account: Account, alarms: dict[str, str]) -> None:
    begin(account, "CreateStack", ONE, RollbackConfiguration=MONITORED)
    alarms[ALARM] = "ALARM"
    account.settle()
    assert account.status() == "ROLLBACK_COMPLETE"


def test_a_trigger_that_does_not_exist_fails_the_operation(account: Account, alarms: dict[str, str]) -> None:
    alarms.clear()
    begin(account, "CreateStack", ONE, RollbackConfiguration=MONITORED)
    account.settle()
    assert account.status() == "ROLLBACK_COMPLETE"


def test_triggers_stay_until_an_empty_list_removes_them(account: Account, alarms: dict[str, str]) -> None:
    account.create(ONE, RollbackConfiguration=MONITORED)
    alarms[ALARM] = "ALARM"
    begin(account, "UpdateStack", TWO)
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"

    begin(account, "UpdateStack", TWO, RollbackConfiguration={"RollbackTriggers": []})
    account.settle()

    assert account.status() == "UPDATE_COMPLETE"
