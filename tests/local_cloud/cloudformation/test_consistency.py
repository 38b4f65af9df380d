"""Consistency checks in the events of a create."""

from typing import Any

from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}


def checks(account: Account) -> list[dict[str, Any]]:
    return [e for e in account.events() if e.get("ResourceStatusReason") == "Eventual consistency check initiated"]


def test_a_queue_tells_its_consistency_check_and_so_does_its_stack(account: Account) -> None:
    account.create(template(Queue=QUEUE))
    assert [e["LogicalResourceId"] for e in checks(account)] == ["Queue", "site"]
    assert all(e["DetailedStatus"] == "CONFIGURATION_COMPLETE" for e in checks(account))
    assert "ResourceProperties" not in checks(account)[0]


def test_a_stack_in_which_something_is_not_configured_yet_tells_no_check(account: Account) -> None:
    account.create(template(Queue=QUEUE, Topic=topic(DependsOn="Queue")))
    assert [e["LogicalResourceId"] for e in checks(account)] == ["Queue"]


def test_several_checks_are_followed_by_one_of_the_stack(account: Account) -> None:
    account.create(template(Queue=QUEUE, Rule={"Type": "AWS::Events::Rule", "Properties": {}}))
    assert [e["LogicalResourceId"] for e in checks(account)] == ["Queue", "Rule", "site"]
