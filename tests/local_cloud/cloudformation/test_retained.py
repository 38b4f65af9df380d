"""What a DeletionPolicy keeps when a create or an update is undone, and what then stands in the way."""

import pytest

from local_cloud.cloudformation.faults import FailResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


def last(account: Account, logical_id: str) -> str:
    return [status for who, status, _ in account.story() if who == logical_id][-1]


def test_a_retained_name_collides_on_the_next_try(account: Account) -> None:
    named = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "named"}}
    body = template(Kept={**named, "DeletionPolicy": "Retain"})
    account.create(body)
    account("DeleteStack", StackName="site")
    account.settle()
    account.create(body)
    assert account.status() == "ROLLBACK_COMPLETE"
    assert any("already exists" in str(reason) for _, _, reason in account.story())


@pytest.mark.parametrize(("asked", "kept"), [(False, "DELETE_SKIPPED"), (True, "DELETE_COMPLETE")])
@pytest.mark.parametrize("paused", ["CREATE_FAILED", "UPDATE_FAILED"])
def test_rollback_stack_keeps_what_is_retained_unless_the_call_says_otherwise(
    account: Account, paused: str, asked: bool, kept: str
) -> None:
    if paused == "UPDATE_FAILED":
        account.create(template(Old=topic()))
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    body = template(Old=topic(), Kept=topic(DeletionPolicy="Retain"), Bad=topic(DependsOn="Kept"))
    (account.create if paused == "CREATE_FAILED" else account.update)(body, DisableRollback=True)
    assert account.status() == paused

    account("RollbackStack", StackName="site", RetainExceptOnCreate=asked)
    account.settle()

    assert account.status() == {"CREATE_FAILED": "ROLLBACK_COMPLETE"}.get(paused, "UPDATE_ROLLBACK_COMPLETE")
    assert last(account, "Kept") == kept


def test_retain_except_on_create_does_not_keep_what_a_failed_update_made(account: Account) -> None:
    account.create(template(Old=topic(DeletionPolicy="RetainExceptOnCreate")))
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    new = topic(DeletionPolicy="RetainExceptOnCreate")
    account.update(template(Old=topic(DeletionPolicy="RetainExceptOnCreate"), New=new, Bad=topic(DependsOn="New")))
    assert last(account, "New") == "DELETE_COMPLETE"

    account("DeleteStack", StackName="site")
    stack_id = account.stack()["StackId"]
    account.settle()
    assert ("Old", "DELETE_SKIPPED", None) in account.story(stack_id)
