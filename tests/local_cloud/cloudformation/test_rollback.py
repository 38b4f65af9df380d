"""Failures and the ways back: what a rollback restores, what it deletes, and how a stuck stack gets free."""

import json
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

PLAIN, CHANGED = topic(), topic(properties={"DisplayName": "changed"})


def broken_update(account: Account, **params: Any) -> None:
    """`Old` is changed, `New` cannot be made."""
    account.create(template(Old=PLAIN, outputs={"Name": {"Value": "before"}}))
    account.fail(FailResource(resource="New", on=On.CREATE))
    after = template(Old=CHANGED, New=topic(DependsOn="Old"), outputs={"Name": {"Value": "after"}})
    account.update(after, **params)


def names(account: Account) -> dict[str, str]:
    """The display name of every topic that exists."""
    return {each.logical_id: each.properties["DisplayName"] for each in account.engine.deployed("AWS::SNS::Topic")}


def test_a_failed_update_restores_template_outputs_and_resources(account: Account) -> None:
    broken_update(account)
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert json.loads(account("GetTemplate", StackName="site")["TemplateBody"])["Resources"] == {"Old": PLAIN}
    assert account.stack()["Outputs"] == [{"OutputKey": "Name", "OutputValue": "before"}]
    assert names(account) == {"Old": "plain"}


def test_outputs_vanish_while_an_update_rolls_back(account: Account) -> None:
    account.fail(HangResource(resource="Old", on=On.ROLLBACK))
    broken_update(account)
    assert account.status() == "UPDATE_ROLLBACK_IN_PROGRESS"
    assert "Outputs" not in account.stack()


def test_a_replaced_resource_comes_back_untouched(account: Account) -> None:
    account.create(template(Topic=topic("one")))
    old = account.resources()["Topic"]["PhysicalResourceId"]
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.update(template(Topic=topic("two"), Bad=topic(DependsOn="Topic")))
    assert account.resources()["Topic"]["PhysicalResourceId"] == old
    assert [each.physical_id for each in account.engine.deployed("AWS::SNS::Topic")] == [old]


def test_disable_rollback_pauses_and_keeps_what_was_made(account: Account) -> None:
    broken_update(account, DisableRollback=True)
    assert account.status() == "UPDATE_FAILED"
    assert names(account) == {"Old": "changed"}


def test_a_paused_update_is_finished_forward(account: Account) -> None:
    broken_update(account, DisableRollback=True)
    account.update(template(Old=CHANGED, New=topic()), DisableRollback=True)
    assert account.status() == "UPDATE_COMPLETE"
    assert names(account) == {"Old": "changed", "New": "plain"}


def test_a_paused_create_is_finished_forward(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.create(template(Good=topic(), Bad=topic()), DisableRollback=True)
    assert account.status() == "CREATE_FAILED"
    account.update(template(Good=topic(), Bad=topic()), DisableRollback=True)
    assert account.status() == "UPDATE_COMPLETE"
    assert names(account).keys() == {"Good", "Bad"}


@pytest.mark.parametrize("paused", ["CREATE_FAILED", "UPDATE_FAILED"])
def test_a_change_set_on_a_paused_stack_lists_what_is_left_to_do(account: Account, paused: str) -> None:
    body = template(Good=PLAIN, Bad=topic(DependsOn="Good"))
    if paused == "UPDATE_FAILED":
        account.create(template(Good=PLAIN))
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    (account.create if paused == "CREATE_FAILED" else account.update)(body, DisableRollback=True)
    assert account.status() == paused
    change_set = account.propose(body)
    changes = [change["ResourceChange"] for change in change_set["Changes"]]
    assert [(change["Action"], change["LogicalResourceId"]) for change in changes] == [("Add", "Bad")]
    account.execute(change_set, DisableRollback=True)
    assert account.status() == "UPDATE_COMPLETE"
    assert names(account).keys() == {"Good", "Bad"}


def test_rollback_stack_brings_a_paused_update_back(account: Account) -> None:
    broken_update(account, DisableRollback=True)
    account("RollbackStack", StackName="site")
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert names(account) == {"Old": "plain"}


def test_rollback_stack_empties_a_paused_create(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.create(template(Good=topic(), Bad=topic(DependsOn="Good")), DisableRollback=True)
    account("RollbackStack", StackName="site")
    account.settle()
    assert account.status() == "ROLLBACK_COMPLETE"
    assert names(account) == {}


def test_a_replacement_is_refused_while_rollback_is_disabled(account: Account) -> None:
    account.create(template(Topic=topic("one")))
    account.update(template(Topic=topic("two")), DisableRollback=True)
    reason = "Replacement type updates not supported on stack with disable-rollback."
    assert ("Topic", "UPDATE_FAILED", reason) in account.story()


def test_a_custom_name_that_stays_forbids_a_replacement(account: Account) -> None:
    account.create(template(Topic=topic("one")))
    account.update(template(Topic=topic("one", properties={"FifoTopic": True})))
    reason = (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename one and update the stack again."
    )
    assert ("Topic", "UPDATE_FAILED", reason) in account.story()


def test_on_failure_delete_lets_the_stack_vanish(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    stack_id = account.create(template(Good=topic(), Bad=topic()), OnFailure="DELETE")
    assert account.status(stack_id) == "DELETE_COMPLETE"
    with pytest.raises(ApiError, match="does not exist"):
        account.stack("site")


def test_a_create_that_takes_too_long_rolls_back(account: Account) -> None:
    account.fail(HangResource(resource="Slow", on=On.CREATE))
    account.create(template(Slow=topic()), TimeoutInMinutes=5)
    reasons = [reason for who, status, reason in account.story() if status == "ROLLBACK_IN_PROGRESS"]
    assert reasons == ["Stack creation time exceeded the specified timeout. Rollback requested by user."]


def test_cancelling_an_update_rolls_it_back(account: Account) -> None:
    account.create(template(Old=PLAIN))
    account.fail(HangResource(resource="Old", on=On.UPDATE))
    account.update(template(Old=CHANGED))
    account("CancelUpdateStack", StackName="site")
    account.settle()
    assert ("Old", "UPDATE_FAILED", "Resource update cancelled") in account.story()
    assert ("site", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated") in account.story()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert names(account) == {"Old": "plain"}


def stuck(account: Account) -> None:
    """Two resources whose update failed and whose revert failed too."""
    account.create(template(A=PLAIN, B=PLAIN))
    account.fail(FailResource(resource="B", on=On.UPDATE))
    account.fail(FailResource(resource="A", on=On.ROLLBACK), FailResource(resource="B", on=On.ROLLBACK))
    account.update(template(A=CHANGED, B=CHANGED))
    assert account.status() == "UPDATE_ROLLBACK_FAILED"
    assert account.stack()["StackStatusReason"] == "The following resource(s) failed to update: [A, B]. "


def test_a_rollback_continues_where_it_failed(account: Account) -> None:
    stuck(account)
    account("ContinueUpdateRollback", StackName="site")
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert names(account) == {"A": "plain", "B": "plain"}


def test_a_rollback_may_fail_again_and_skip_what_fails(account: Account) -> None:
    stuck(account)
    account.fail(FailResource(resource="A", on=On.ROLLBACK, times=None))
    account("ContinueUpdateRollback", StackName="site")
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_FAILED"
    account("ContinueUpdateRollback", StackName="site", ResourcesToSkip=["A"])
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert account.resources()["A"]["ResourceStatus"] == "UPDATE_COMPLETE"


def test_force_rollback_skips_whatever_failed(account: Account) -> None:
    stuck(account)
    account.fail(FailResource(resource="*", on=On.ROLLBACK, times=None))
    account("ContinueUpdateRollback", StackName="site", ForceRollback=True)
    account.settle()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_skipped_resource_is_updated_for_real_by_the_next_update(account: Account) -> None:
    stuck(account)
    account("ContinueUpdateRollback", StackName="site", ForceRollback=True)
    account.settle()
    account.update(template(A=PLAIN, B=PLAIN, C=PLAIN))
    last = [status for who, status, _ in account.story()[-9:] if who == "A"]
    assert last == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]


@pytest.mark.parametrize(("skip", "why"), [("Nobody", "not in UPDATE_FAILED state"), ("Other.A", "does not exist")])
def test_only_what_failed_can_be_skipped(account: Account, skip: str, why: str) -> None:
    stuck(account)
    with pytest.raises(ApiError, match=why):
        account("ContinueUpdateRollback", StackName="site", ResourcesToSkip=[skip])
    assert account.status() == "UPDATE_ROLLBACK_FAILED"


def test_a_plain_retain_survives_a_failed_create_unless_the_call_says_otherwise(account: Account) -> None:
    body = template(Kept=topic("kept", DeletionPolicy="Retain"), Bad=topic(DependsOn="Kept"))
    account.fail(FailResource(resource="Bad", on=On.CREATE, times=2))
    account.create(body)
    assert [row[:2] for row in account.story() if row[0] == "Kept"][-1] == ("Kept", "DELETE_SKIPPED")
    account("DeleteStack", StackName="site")
    account.settle()
    body["Resources"]["Kept"]["Properties"]["TopicName"] = "other"
    account.create(body, RetainExceptOnCreate=True)
    assert [row[:2] for row in account.story() if row[0] == "Kept"][-1] == ("Kept", "DELETE_COMPLETE")


def test_the_old_one_of_a_replacement_follows_its_update_replace_policy(account: Account) -> None:
    account.create(template(Topic=topic("one", UpdateReplacePolicy="Retain")))
    account.update(template(Topic=topic("two", UpdateReplacePolicy="Retain")))
    assert ("Topic", "DELETE_SKIPPED", None) in account.story()


def test_express_mode_does_not_wait_and_does_not_roll_back(account: Account) -> None:
    queue = {"Type": "AWS::SQS::Queue"}  # takes a minute
    account.create(template(Topic=topic(), Queue=queue), DeploymentConfig={"Mode": "EXPRESS"})
    events = account.events()
    assert (events[-1]["Timestamp"] - events[0]["Timestamp"]).total_seconds() < 30
    reason = "Resource operation completed using Express Mode. It may continue becoming available in the background."
    assert ("Topic", "CREATE_COMPLETE", reason) in account.story()
    account.fail(FailResource(resource="Topic", on=On.UPDATE))
    account.update(template(Topic=CHANGED, Queue=queue), DeploymentConfig={"Mode": "EXPRESS"})
    assert account.status() == "UPDATE_FAILED"
    with pytest.raises(ApiError, match="not supported for stacks that were last updated using EXPRESS"):
        account("RollbackStack", StackName="site")
    with pytest.raises(ApiError, match="Follow-up operations must use the same DeploymentConfig"):
        account("UpdateStack", StackName="site", TemplateBody=json.dumps(template(T=PLAIN)), DisableRollback=True)


def test_an_output_that_cannot_be_resolved_fails_after_every_resource_succeeded(account: Account) -> None:
    account.create(template(Topic=topic(), outputs={"O": {"Value": {"Fn::GetAtt": ["Topic", "Nonsense"]}}}))
    story = account.story()
    assert ("Topic", "CREATE_COMPLETE", None) in story
    reason = (
        "[Error] /Outputs/O/Value/Fn::GetAtt: Resource type AWS::SNS::Topic does not support attribute {Nonsense}. "
        "Rollback requested by user."
    )
    assert ("site", "ROLLBACK_IN_PROGRESS", reason) in story


def test_a_transform_that_fails_rolls_back_a_direct_create_and_fails_a_change_set(account: Account) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"PackageType": "Image"}}
    body = {"Transform": "AWS::Serverless-2016-10-31", **template(Function=function)}
    account.create(body, Capabilities=["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM"])
    [reason] = [str(reason) for _, status, reason in account.story() if status == "ROLLBACK_IN_PROGRESS"]
    failure = "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document."
    assert reason.startswith(failure)
    assert reason.endswith(". Rollback requested by user.")
    change_set = account.propose(body, "other", ChangeSetType="CREATE", Capabilities=["CAPABILITY_IAM"])
    assert change_set["Status"] == "FAILED"
    assert change_set["StatusReason"].startswith(failure)


def test_a_rollback_restores_what_is_kept_when_the_stack_goes(account: Account) -> None:
    """Also of a resource that the failed update changed in nothing but that."""
    stack = account.create(template(Old=topic(DeletionPolicy="Retain")))
    account.fail(FailResource(resource="New", on=On.CREATE))
    account.update(template(Old=topic(), New=topic(DependsOn="Old")))
    account("DeleteStack", StackName=stack)
    account.settle()
    assert ("Old", "DELETE_SKIPPED", None) in account.story(stack)
