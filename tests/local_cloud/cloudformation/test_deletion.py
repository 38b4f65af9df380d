"""Deletions that fail or come early, and how the stack goes all the same."""

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


def test_delete_failed_is_left_by_retaining_what_failed(account: Account) -> None:
    stack_id = account.create(template(A=topic(), B=topic()))
    account.fail(FailResource(resource="A", on=On.DELETE, times=None))
    account("DeleteStack", StackName="site")
    account.settle()
    with pytest.raises(ApiError, match="Do not specify resources that are in the DELETE_COMPLETE state"):
        account("DeleteStack", StackName="site", RetainResources=["B"])
    account("DeleteStack", StackName="site", RetainResources=["A"])
    account.settle()
    assert account.status(stack_id) == "DELETE_COMPLETE"


def test_delete_failed_is_left_by_force(account: Account) -> None:
    stack_id = account.create(template(A=topic(), B=topic()))
    account.fail(FailResource(resource="A", on=On.DELETE, times=None))
    account("DeleteStack", StackName="site")
    account.settle()
    account("DeleteStack", StackName="site", DeletionMode="FORCE_DELETE_STACK")
    account.settle()
    assert account.status(stack_id) == "DELETE_COMPLETE"


def test_a_stack_can_be_deleted_while_it_is_created(account: Account) -> None:
    account.fail(HangResource(resource="Slow", on=On.CREATE))
    stack_id = account.create(template(Good=topic(), Slow=topic()))
    account("DeleteStack", StackName="site")
    account.settle()
    assert ("Slow", "CREATE_FAILED", "Resource creation cancelled") in account.story(stack_id)
    assert account.status(stack_id) == "DELETE_COMPLETE"
    assert not list(account.engine.deployed("AWS::SNS::Topic"))
