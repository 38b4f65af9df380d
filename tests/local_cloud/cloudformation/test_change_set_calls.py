"""The life of a change set: its two statuses, its name, what makes it void, what it refuses."""

import json
from datetime import date
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

PLAIN, CHANGED = topic(), topic(properties={"DisplayName": "changed"})
ONE, TWO = template(Topic=PLAIN), template(Topic=CHANGED)


def ask(account: Account, body: object, kind: str = "UPDATE", **params: object) -> dict[str, str]:
    return account(
        "CreateChangeSet",
        StackName="site",
        ChangeSetName="proposal",
        ChangeSetType=kind,
        TemplateBody=json.dumps(body),
        **params,
    )


def test_a_create_change_set_makes_the_shell_at_once(account: Account) -> None:
    ask(account, ONE, kind="CREATE")
    stack = account.stack()
    assert (stack["StackStatus"], stack["StackStatusReason"]) == ("REVIEW_IN_PROGRESS", "User Initiated")
    assert "Parameters" not in stack
    assert account.story() == [("site", "REVIEW_IN_PROGRESS", "User Initiated")]


def test_a_change_set_is_pending_then_computed_then_available(account: Account) -> None:
    made = ask(account, ONE, kind="CREATE")
    seen = []
    for _ in range(4):
        answer = account("DescribeChangeSet", ChangeSetName=made["Id"])
        seen.append((answer["Status"], answer["ExecutionStatus"], len(answer["Changes"])))
        account.wait(1)
    assert seen[0] == ("CREATE_PENDING", "UNAVAILABLE", 0)
    assert seen[1] == ("CREATE_IN_PROGRESS", "UNAVAILABLE", 0)
    assert seen[-1] == ("CREATE_COMPLETE", "AVAILABLE", 1)


def test_executing_runs_it_and_frees_its_name(account: Account) -> None:
    change_set = account.propose(ONE, ChangeSetType="CREATE")
    account.execute(change_set)
    assert account.status() == "CREATE_COMPLETE"
    with pytest.raises(ApiError) as refused:
        account("DescribeChangeSet", StackName="site", ChangeSetName="proposal")
    assert (refused.value.code, refused.value.status) == ("ChangeSetNotFound", 404)
    assert account("ListChangeSets", StackName="site")["Summaries"] == []
    again = account("DescribeChangeSet", ChangeSetName=change_set["ChangeSetId"])
    assert (again["Status"], again["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_COMPLETE")
    assert account.stack()["ChangeSetId"] == change_set["ChangeSetId"]


def test_a_change_set_whose_update_rolled_back_is_execute_failed(account: Account) -> None:
    account.create(ONE)
    change_set = account.propose(TWO)
    account.fail(FailResource(resource="Topic", on=On.UPDATE))
    account.execute(change_set)
    assert account("DescribeChangeSet", ChangeSetName=change_set["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_FAILED"
    assert "ChangeSetId" not in account.stack()


def test_no_changes_is_a_failed_change_set(account: Account) -> None:
    account.create(ONE)
    change_set = account.propose(ONE)
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change_set["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with pytest.raises(ApiError) as refused:
        account("ExecuteChangeSet", ChangeSetName=change_set["ChangeSetId"])
    assert refused.value.message == (
        f"ChangeSet [{change_set['ChangeSetId']}] cannot be executed in its current status of [FAILED]"
    )


def test_a_template_with_a_transform_says_no_changes_in_other_words(account: Account) -> None:
    body = {"Transform": "AWS::LanguageExtensions", **ONE}
    account.create(body, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert account.propose(body)["StatusReason"] == "No updates are to be performed."


def test_only_outputs_changed_is_executable_without_changes(account: Account) -> None:
    account.create(ONE)
    change_set = account.propose({**ONE, "Outputs": {"O": {"Value": "new"}}})
    assert (change_set["Status"], change_set["Changes"]) == ("CREATE_COMPLETE", [])
    account.execute(change_set)
    assert account.stack()["Outputs"] == [{"OutputKey": "O", "OutputValue": "new"}]


def test_a_description_is_not_changed_by_itself(account: Account) -> None:
    account.create({**ONE, "Description": "old"})

    change_set = account.propose({**ONE, "Description": "new"})

    assert (change_set["Status"], change_set["StatusReason"].split(".")[0]) == (
        "FAILED",
        "The submitted information didn't contain changes",
    )


def test_the_same_name_and_input_is_the_same_change_set(account: Account) -> None:
    account.create(ONE)
    assert ask(account, TWO) == ask(account, TWO)


@pytest.mark.parametrize(
    ("params", "attribute"), [({"body": ONE}, "Template"), ({"body": TWO, "Description": "x"}, "Description")]
)
def test_the_same_name_with_other_input_is_refused(account: Account, params: dict[str, Any], attribute: str) -> None:
    account.create(ONE)
    ask(account, TWO)
    with pytest.raises(ApiError) as refused:
        ask(account, **params)
    assert (refused.value.code, refused.value.message) == (
        "AlreadyExistsException",
        f"ChangeSet proposal cannot be created due to a mismatch with existing attribute {attribute}",
    )


def test_executing_one_voids_the_others(account: Account) -> None:
    account.create(ONE)
    other = account.propose(template(Topic=PLAIN, More=PLAIN), ChangeSetName="other")
    account.execute(account.propose(TWO))
    with pytest.raises(ApiError) as refused:
        account("ExecuteChangeSet", ChangeSetName=other["ChangeSetId"])
    assert refused.value.message.endswith("cannot be executed in its current execution status of [OBSOLETE]")


def test_also_one_that_is_still_being_made(account: Account) -> None:
    account.create(ONE)
    ready = account.propose(TWO, ChangeSetName="ready")
    other = ask(account, template(Topic=PLAIN, More=PLAIN))
    account.execute(ready)
    assert account("DescribeChangeSet", ChangeSetName=other["Id"])["ExecutionStatus"] == "OBSOLETE"


def test_an_update_made_otherwise_voids_pending_change_sets(account: Account) -> None:
    account.create(ONE)
    change_set = account.propose(TWO)
    account.update(template(Topic=PLAIN, More=PLAIN))
    again = account("DescribeChangeSet", ChangeSetName=change_set["ChangeSetId"])
    assert again["ExecutionStatus"] == "OBSOLETE"


def test_create_stack_takes_over_a_shell_and_voids_its_change_sets(account: Account) -> None:
    change_set = account.propose(ONE, ChangeSetType="CREATE")
    assert account.create(ONE) == change_set["StackId"]
    again = account("DescribeChangeSet", ChangeSetName=change_set["ChangeSetId"])
    assert again["ExecutionStatus"] == "OBSOLETE"


def test_executing_twice_with_one_token_runs_once(account: Account) -> None:
    change_set = account.propose(ONE, ChangeSetType="CREATE")
    account.execute(change_set, ClientRequestToken="t")
    before = len(account.events())
    account.execute(change_set, ClientRequestToken="t")
    assert len(account.events()) == before


def test_deleting_by_name_is_silent_and_by_the_arn_of_an_executed_one_is_refused(account: Account) -> None:
    change_set = account.propose(ONE, ChangeSetType="CREATE")
    account.execute(change_set)
    assert account("DeleteChangeSet", StackName="site", ChangeSetName="proposal") == {}
    with pytest.raises(ApiError) as refused:
        account("DeleteChangeSet", ChangeSetName=change_set["ChangeSetId"])
    assert refused.value.message == "Cannot delete ChangeSet in execution status EXECUTE_COMPLETE"


def test_a_deleted_change_set_leaves_the_shell(account: Account) -> None:
    account.propose(ONE, ChangeSetType="CREATE")
    account("DeleteChangeSet", StackName="site", ChangeSetName="proposal")
    assert account.status() == "REVIEW_IN_PROGRESS"


def test_a_name_needs_its_stack(account: Account) -> None:
    with pytest.raises(ApiError, match="StackName must be specified if ChangeSetName is not specified as an ARN"):
        account("DescribeChangeSet", ChangeSetName="proposal")


def test_deleting_what_failed_is_for_new_stacks(account: Account) -> None:
    account.create(ONE)
    with pytest.raises(ApiError, match="OnStackFailure DELETE is only valid"):
        account.propose(TWO, OnStackFailure="DELETE")


def test_a_moving_stack_does_not_execute(account: Account) -> None:
    account.create(ONE)
    account.fail(FailResource(resource="New", on=On.CREATE), HangResource(resource="Topic", on=On.ROLLBACK))
    account.update(template(Topic=CHANGED, New=topic(DependsOn="Topic")), DisableRollback=True)
    change_set = account.propose(ONE)
    account("RollbackStack", StackName="site")
    account.wait(60)
    with pytest.raises(ApiError, match="is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be updated"):
        account("ExecuteChangeSet", ChangeSetName=change_set["ChangeSetId"], DisableRollback=True)


def test_a_summary_of_a_stack_in_review_is_refused(account: Account) -> None:
    ask(account, ONE, kind="CREATE")
    with pytest.raises(ApiError, match="GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks"):
        account("GetTemplateSummary", StackName="site")


def test_tags_left_out_stay_and_an_empty_list_removes_them(account: Account) -> None:
    account.create(ONE, Tags=[{"Key": "a", "Value": "b"}])
    account.update(TWO)
    assert account.stack()["Tags"] == [{"Key": "a", "Value": "b"}]
    account.update(ONE, Tags=[])
    assert account.stack()["Tags"] == []


def test_changed_stack_tags_update_every_resource_that_can_have_tags(account: Account) -> None:
    policy = {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": ["t"], "PolicyDocument": {}}}
    body = template(Topic=topic("t"), Policy=policy)
    account.create(body, Tags=[{"Key": "owner", "Value": "me"}])
    mark = len(account.events())

    change_set = account.propose(body, Tags=[{"Key": "owner", "Value": "you"}])
    told = account("DescribeChangeSet", ChangeSetName=change_set["ChangeSetId"], IncludePropertyValues=True)
    account.execute(change_set)

    [change] = told["Changes"]
    assert (change["ResourceChange"]["LogicalResourceId"], change["ResourceChange"]["Scope"]) == ("Topic", ["Tags"])
    assert change["ResourceChange"]["Details"][0]["Target"] == {"Attribute": "Tags", "RequiresRecreation": "Never"}
    assert [row[:2] for row in account.story(since=mark)][1:3] == [
        ("Topic", "UPDATE_IN_PROGRESS"),
        ("Topic", "UPDATE_COMPLETE"),
    ]


def test_parameters_not_passed_fall_back_to_the_default_not_to_the_previous_value(account: Account) -> None:
    body = {"Parameters": {"P": {"Type": "String", "Default": "d"}}, **ONE}
    account.create(body, Parameters=[{"ParameterKey": "P", "ParameterValue": "given"}])
    change_set = account.propose(body)
    assert change_set["Parameters"] == [{"ParameterKey": "P", "ParameterValue": "d"}]


def test_the_answers_of_a_day_have_the_fields_of_that_day() -> None:
    account = Account(as_of=date(2026, 9, 28))
    account.create(ONE)
    stack = account.stack()
    assert stack["DeploymentConfig"] == {"Mode": "STANDARD", "DisableRollback": False}
    assert [each["OperationType"] for each in stack["LastOperations"]] == ["CREATE_STACK"]
    account.fail(FailResource(resource="Topic", on=On.UPDATE))
    account.update(TWO)
    assert [each["OperationType"] for each in account.stack()["LastOperations"]] == ["ROLLBACK", "UPDATE_STACK"]
