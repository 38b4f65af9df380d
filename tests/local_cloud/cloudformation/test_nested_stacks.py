"""Stacks inside stacks: a child is a stack of its own, and its failure is its parent's."""

import json
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

CHILD = {
    "Parameters": {"Name": {"Type": "String"}},
    **template(Inner=topic(properties={"DisplayName": {"Ref": "Name"}}), outputs={"Said": {"Value": {"Ref": "Name"}}}),
}


def parent(name: str, **more: Any) -> dict[str, Any]:
    """A stack, and a topic that is named after its output."""
    child = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "https://s3/child", "Parameters": {"Name": name}},
    }
    user = topic(properties={"DisplayName": {"Fn::GetAtt": ["Child", "Outputs.Said"]}})
    return template(Child=child, User=user, **more)


@pytest.fixture
def account() -> Account:
    return Account(surroundings=Surroundings(read_url=lambda _url: json.dumps(CHILD)))


def child_of(account: Account) -> str:
    return str(account.resources()["Child"]["PhysicalResourceId"])


def shown_names(account: Account) -> dict[str, str]:
    return {each.logical_id: each.properties["DisplayName"] for each in account.engine.deployed("AWS::SNS::Topic")}


def test_a_child_is_created_with_its_parent_and_knows_it(account: Account) -> None:
    parent_id = account.create(parent("one"))
    child = account.stack(child_of(account))
    assert (child["StackStatus"], child["ParentId"], child["RootId"]) == ("CREATE_COMPLETE", parent_id, parent_id)
    assert shown_names(account) == {"Inner": "one", "User": "one"}


def test_a_child_is_updated_with_its_parent(account: Account) -> None:
    account.create(parent("one"))
    account.update(parent("two"))
    assert account.status(child_of(account)) == "UPDATE_COMPLETE"
    assert shown_names(account) == {"Inner": "two", "User": "two"}


def test_a_childs_failed_create_is_told_by_its_parent(account: Account) -> None:
    account.fail(FailResource(resource="Inner", on=On.CREATE))
    account.create(parent("one"))
    assert account.status() == "ROLLBACK_COMPLETE"
    [reason] = [str(r) for who, status, r in account.story() if (who, status) == ("Child", "CREATE_FAILED")]
    assert reason.startswith("Embedded stack arn:aws:cloudformation:")
    assert "was not successfully created: The following resource(s) failed to create: [Inner]." in reason


def test_a_parents_rollback_takes_its_child_back(account: Account) -> None:
    account.create(parent("one"))
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.update(parent("two", Bad=topic(DependsOn="User")))
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert shown_names(account) == {"Inner": "one", "User": "one"}


def test_a_childs_failed_update_takes_its_parent_back(account: Account) -> None:
    account.create(parent("one"))
    account.fail(FailResource(resource="Inner", on=On.UPDATE))
    account.update(parent("two"))
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert account.status(child_of(account)) == "UPDATE_ROLLBACK_COMPLETE"
    assert shown_names(account) == {"Inner": "one", "User": "one"}


def test_children_go_with_their_parent(account: Account) -> None:
    account.create(parent("one"))
    child = child_of(account)
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.status(child) == "DELETE_COMPLETE"
    assert shown_names(account) == {}


def test_a_child_that_cannot_be_deleted_fails_its_parents_delete(account: Account) -> None:
    account.create(parent("one"))
    account.fail(FailResource(resource="Inner", on=On.DELETE))
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.status() == "DELETE_FAILED"
    assert any("was not successfully deleted" in str(reason) for _, _, reason in account.story())


def stuck_in_the_child(account: Account) -> str:
    account.create(parent("one"))
    account.fail(FailResource(resource="Inner", on=On.UPDATE), FailResource(resource="Inner", on=On.ROLLBACK, times=2))
    account.update(parent("two"))
    assert account.status() == "UPDATE_ROLLBACK_FAILED"
    assert account.status(child_of(account)) == "UPDATE_ROLLBACK_FAILED"
    return child_of(account).split("/")[1]


def test_a_stuck_child_is_skipped_by_its_stacks_name_and_its_logical_id(account: Account) -> None:
    child = stuck_in_the_child(account)
    with pytest.raises(ApiError, match=r"Stack \[Child\] does not exist"):
        account("ContinueUpdateRollback", StackName="site", ResourcesToSkip=["Child.Inner"])
    account("ContinueUpdateRollback", StackName="site", ResourcesToSkip=[f"{child}.Inner"])
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert account.status(child_of(account)) == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stuck_child_continues_with_its_root(account: Account) -> None:
    stuck_in_the_child(account)
    account.engine.faults.clear()
    account("ContinueUpdateRollback", StackName="site")
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert shown_names(account) == {"Inner": "one", "User": "one"}


def test_a_child_is_not_continued_or_protected_by_itself(account: Account) -> None:
    account.create(parent("one"))
    child = child_of(account)
    with pytest.raises(ApiError, match="RollbackUpdatedStack cannot be invoked on child stacks"):
        account("ContinueUpdateRollback", StackName=child)
    with pytest.raises(ApiError, match="nested stack"):
        account("UpdateTerminationProtection", StackName=child, EnableTerminationProtection=True)


def test_a_nested_change_set_shows_the_childs_changes_and_executes_from_the_root(account: Account) -> None:
    account.create(parent("one"))
    root = account.propose(parent("two"), IncludeNestedStacks=True)
    [change] = [c["ResourceChange"] for c in root["Changes"] if c["ResourceChange"]["LogicalResourceId"] == "Child"]
    child = account("DescribeChangeSet", ChangeSetName=change["ChangeSetId"])
    assert (child["ExecutionStatus"], child["StatusReason"]) == ("UNAVAILABLE", "Executable from root change set")
    assert child["RootChangeSetId"] == child["ParentChangeSetId"] == root["ChangeSetId"]
    assert [c["ResourceChange"]["LogicalResourceId"] for c in child["Changes"]] == ["Inner"]
    with pytest.raises(ApiError):
        account("ExecuteChangeSet", ChangeSetName=change["ChangeSetId"])
    account.execute(root)
    assert shown_names(account) == {"Inner": "two", "User": "two"}


def test_a_nested_change_set_without_changes_is_none(account: Account) -> None:
    account.create(parent("one"))
    root = account.propose(parent("one"), IncludeNestedStacks=True)
    assert (root["Status"], root["StatusReason"]) == ("FAILED", "No updates are to be performed.")


def test_a_protected_root_protects_the_stacks_inside_it(account: Account) -> None:
    account.create(parent("one"), EnableTerminationProtection=True)
    child = child_of(account)
    assert account.stack(child)["EnableTerminationProtection"]
    with pytest.raises(ApiError, match="cannot be deleted while TerminationProtection is enabled"):
        account("DeleteStack", StackName=child)

    account("UpdateTerminationProtection", StackName="site", EnableTerminationProtection=False)
    assert not account.stack(child)["EnableTerminationProtection"]
    account("DeleteStack", StackName=child)


def test_a_child_has_the_capabilities_that_its_parent_was_given() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    account = Account(surroundings=Surroundings(read_url=lambda _url: json.dumps(template(Role=role))))
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3/child"}}
    account.create(template(Child=child))
    assert ("Child", "CREATE_FAILED", "Requires capabilities : [CAPABILITY_IAM]") in account.story()

    account.create(template(Child=child), "other", Capabilities=["CAPABILITY_IAM"])
    assert account.status("other") == "CREATE_COMPLETE"


def test_what_a_child_is_refused_for_fails_its_roots_change_set(account: Account) -> None:
    account.create(parent("one"))
    body = parent("two")
    body["Resources"]["Child"]["Properties"]["Parameters"] = {}

    root = account.propose(body, IncludeNestedStacks=True)

    assert (root["Status"], root["StatusReason"]) == ("FAILED", "Parameters: [Name] must have values")
