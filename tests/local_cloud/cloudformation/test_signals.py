"""Signals: what waits for them, who takes them, and for how long."""

import json

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import HangResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

ONE = template(Topic=topic())
WAITING = {
    "Type": "AWS::EC2::Instance",
    "CreationPolicy": {"ResourceSignal": {"Count": 2, "Timeout": "PT10M"}},
}


def test_a_resource_waits_for_its_signals(account: Account) -> None:
    account("CreateStack", StackName="site", TemplateBody=json.dumps(template(Wait=WAITING)))
    account.wait(60)
    for unique in ("one", "two"):
        assert account.status() == "CREATE_IN_PROGRESS"
        account("SignalResource", StackName="site", LogicalResourceId="Wait", UniqueId=unique, Status="SUCCESS")
        account.wait(10)
    assert account.status() == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("signal", "reason"),
    [("FAILURE", "Received 1 FAILURE signal(s) out of 2."), (None, "Failed to receive 2 resource signal(s)")],
)
def test_a_failed_or_missing_signal_fails_the_resource(account: Account, signal: str | None, reason: str) -> None:
    account("CreateStack", StackName="site", TemplateBody=json.dumps(template(Wait=WAITING)))
    account.wait(60)
    if signal:
        account("SignalResource", StackName="site", LogicalResourceId="Wait", UniqueId="x", Status=signal)
    account.settle()
    assert any(str(why).startswith(reason) for _, status, why in account.story() if status == "CREATE_FAILED")


def test_nothing_times_out_where_everything_is_at_once() -> None:
    account = Account(speed=0)
    account("CreateStack", StackName="site", TemplateBody=json.dumps(template(Wait=WAITING)), TimeoutInMinutes=60)
    for unique in ("one", "two"):
        account.wait(30)
        account("SignalResource", StackName="site", LogicalResourceId="Wait", UniqueId=unique, Status="SUCCESS")
    account.wait(1)
    assert account.status() == "CREATE_COMPLETE"

    account.fail(HangResource(resource="Topic", on=On.CREATE))
    account("CreateStack", StackName="other", TemplateBody=json.dumps(ONE), TimeoutInMinutes=60)
    account.wait(3599)
    assert account.status("other") == "CREATE_IN_PROGRESS"
    account.wait(2)
    assert account.status("other") == "ROLLBACK_COMPLETE"


def test_only_what_waits_in_a_moving_stack_is_signalled(account: Account) -> None:
    signal = {"StackName": "site", "UniqueId": "x", "Status": "SUCCESS"}
    account("CreateStack", StackName="site", TemplateBody=json.dumps(template(Wait=WAITING)))
    with pytest.raises(ApiError, match="Resource Other does not exist for stack site"):
        account("SignalResource", LogicalResourceId="Other", **signal)
    account.settle()
    with pytest.raises(ApiError, match="is in ROLLBACK_COMPLETE state and can not be signaled"):
        account("SignalResource", LogicalResourceId="Wait", **signal)
