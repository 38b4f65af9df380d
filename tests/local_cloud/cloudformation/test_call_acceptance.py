"""Which call is accepted in which status, and what AWS answers otherwise: every cell of the table, on staged stacks."""

import json
from typing import Any

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.refusals import ACCEPTANCE, Call
from local_cloud.cloudformation.stage import stage
from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

BODY = json.dumps(template(Topic=topic(properties={"DisplayName": "changed"})))
S = StackStatus
CALLS: dict[Call, tuple[str, dict[str, Any]]] = {
    Call.CREATE_STACK: ("CreateStack", {"TemplateBody": BODY}),
    Call.UPDATE_STACK: ("UpdateStack", {"TemplateBody": BODY, "DisableRollback": True}),
    Call.DELETE_STACK: ("DeleteStack", {}),
    Call.CANCEL_UPDATE: ("CancelUpdateStack", {}),
    Call.CONTINUE_ROLLBACK: ("ContinueUpdateRollback", {}),
    Call.ROLLBACK_STACK: ("RollbackStack", {}),
    Call.CREATE_BY_CHANGE_SET: ("CreateChangeSet", {"ChangeSetType": "CREATE"}),
    Call.UPDATE_BY_CHANGE_SET: ("CreateChangeSet", {"ChangeSetType": "UPDATE"}),
    Call.IMPORT_BY_CHANGE_SET: ("CreateChangeSet", {"ChangeSetType": "IMPORT"}),
    Call.PROTECT: ("UpdateTerminationProtection", {"EnableTerminationProtection": True}),
    Call.SIGNAL: ("SignalResource", {"LogicalResourceId": "Topic", "UniqueId": "1", "Status": "SUCCESS"}),
}
CODES = {
    Call.CREATE_STACK: ("AlreadyExistsException", "Stack [site] already exists"),
    Call.UPDATE_STACK: ("ValidationError", "Stack:{id} is in {status} state and can not be updated."),
    Call.DELETE_STACK: ("ValidationError", "Stack [{id}] cannot be deleted while in status {status}"),
    Call.CANCEL_UPDATE: ("ValidationError", "CancelUpdateStack cannot be called from current stack status"),
    Call.CONTINUE_ROLLBACK: ("ValidationError", "RollbackUpdatedStack cannot be called from current stack status"),
    Call.ROLLBACK_STACK: ("ValidationError", "RollbackStack cannot be called from current stack status"),
    Call.CREATE_BY_CHANGE_SET: (
        "ValidationError",
        "Stack [{id}] already exists and cannot be created again with the changeSet [proposal].",
    ),
    Call.UPDATE_BY_CHANGE_SET: ("ValidationError", "Stack:{id} is in {status} state and can not be updated."),
    Call.IMPORT_BY_CHANGE_SET: ("ValidationError", "Stack:{id} is in {status} state and can not be updated."),
    Call.SIGNAL: ("ValidationError", "Stack:{id} is in {status} state and can not be signaled."),
    Call.PROTECT: (
        "ValidationError",
        "Termination protection of stack [{id}] cannot be changed while in status {status}",
    ),
}


def importing(account: Account, stack_id: str) -> dict[str, Any]:
    """What the stack has already, and one resource more: an import may change nothing else."""
    body = json.loads(account("GetTemplate", StackName=stack_id)["TemplateBody"] or json.dumps(template()))
    mine = {"Type": "AWS::SSM::Parameter", "DeletionPolicy": "Retain", "Properties": {"Type": "String", "Value": "1"}}
    which = {"ResourceType": mine["Type"], "LogicalResourceId": "Mine", "ResourceIdentifier": {"Name": "/mine"}}
    body["Resources"]["Mine"] = mine
    return {"TemplateBody": json.dumps(body), "ResourcesToImport": [which]}


@pytest.mark.parametrize("status", StackStatus)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_accepted_or_refused_as_on_aws(account: Account, call: Call, status: StackStatus) -> None:
    stack_id = stage(account.engine, "site", status)
    operation, params = CALLS[call]
    if operation == "CreateChangeSet":
        params = {"ChangeSetName": "proposal", "TemplateBody": BODY, **params}
    if call is Call.IMPORT_BY_CHANGE_SET:
        params |= importing(account, stack_id)
    by_name = call is Call.CREATE_STACK
    if by_name and status is S.DELETE_COMPLETE:
        pytest.skip("a deleted stack's name is free")
    events = len(account.events(stack_id))

    def make_call() -> None:
        account(operation, StackName="site" if by_name else stack_id, **params)

    if status in ACCEPTANCE[call].statuses:
        make_call()
    else:
        with pytest.raises(ApiError) as refused:
            make_call()
        code, text = CODES[call]
        assert (refused.value.code, refused.value.message) == (code, text.format(id=stack_id, status=status))
        assert len(account.events(stack_id)) == events


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        ("DescribeStacks", {}, "Stack with id gone does not exist"),
        ("GetTemplate", {}, "Stack with id gone does not exist"),
        ("ListStackResources", {}, "Stack with id gone does not exist"),
        ("DescribeStackEvents", {}, "Stack [gone] does not exist"),
        ("DescribeChangeSet", {"ChangeSetName": "x"}, "Stack [gone] does not exist"),
        ("DeleteChangeSet", {"ChangeSetName": "x"}, "Stack [gone] does not exist"),
        ("CreateChangeSet", {"ChangeSetName": "x", "TemplateBody": BODY}, "Stack [gone] does not exist"),
        ("UpdateStack", {"TemplateBody": BODY}, "Stack [gone] does not exist"),
        ("UpdateTerminationProtection", {"EnableTerminationProtection": True}, "Stack [gone] does not exist"),
        ("CancelUpdateStack", {}, "Stack [gone] does not exist"),
        ("ContinueUpdateRollback", {}, "Stack [gone] does not exist"),
        ("RollbackStack", {}, "Stack [gone] does not exist"),
        ("SetStackPolicy", {}, "Stack [gone] does not exist"),
        ("DescribeStackResource", {"LogicalResourceId": "X"}, "Stack 'gone' does not exist"),
    ],
)
def test_a_missing_stack_is_told_in_the_calls_own_spelling(
    account: Account, operation: str, params: dict[str, Any], text: str
) -> None:
    with pytest.raises(ApiError) as refused:
        account(operation, StackName="gone", **params)
    assert (refused.value.code, refused.value.message) == ("ValidationError", text)


def test_deleting_what_does_not_exist_is_no_error(account: Account) -> None:
    assert account("DeleteStack", StackName="gone") == {}


@pytest.mark.parametrize("operation", ["CreateStackSet", "RegisterType", "StartResourceScan", "CreateStackRefactor"])
def test_an_operation_that_is_not_simulated_is_refused_by_name(account: Account, operation: str) -> None:
    with pytest.raises(ApiError) as refused:
        account(operation)
    assert refused.value.code == "UnsupportedOperation"
    assert operation in refused.value.message


@pytest.mark.parametrize("status", [S.CREATE_FAILED, S.UPDATE_FAILED])
def test_a_paused_stack_wants_disable_rollback(account: Account, status: StackStatus) -> None:
    stage(account.engine, "site", status)
    with pytest.raises(ApiError) as refused:
        account("UpdateStack", StackName="site", TemplateBody=BODY)
    assert refused.value.message.startswith(f"This stack is currently in a non-terminal [{status}] state.")


def test_a_stack_created_with_do_nothing_cannot_be_updated_any_more(account: Account) -> None:
    from local_cloud.cloudformation.faults import FailResource, On

    account.fail(FailResource(resource="Topic", on=On.CREATE))
    account.create(template(Topic=topic()), OnFailure="DO_NOTHING")
    with pytest.raises(ApiError) as refused:
        account("UpdateStack", StackName="site", TemplateBody=BODY, DisableRollback=True)
    assert "contains [on-failure: DO_NOTHING]" in refused.value.message


def test_termination_protection_stops_a_delete_until_it_is_off(account: Account) -> None:
    account.create(template(Topic=topic()), EnableTerminationProtection=True)
    with pytest.raises(ApiError) as refused:
        account("DeleteStack", StackName="site")
    assert refused.value.message == "Stack [site] cannot be deleted while TerminationProtection is enabled"
    account("UpdateTerminationProtection", StackName="site", EnableTerminationProtection=False)
    account("DeleteStack", StackName="site")


def test_resources_can_be_retained_only_after_a_failed_delete(account: Account) -> None:
    stack_id = account.create(template(Topic=topic()))
    for params, text in (
        ({"RetainResources": ["Topic"]}, "specify which resources to retain only when the stack is in"),
        ({"DeletionMode": "FORCE_DELETE_STACK"}, "only when the stack is in the DELETE_FAILED state."),
    ):
        with pytest.raises(ApiError) as refused:
            account("DeleteStack", StackName="site", **params)
        assert refused.value.message.startswith(f"Invalid operation on stack [{stack_id}]. ")
        assert text in refused.value.message


def test_capabilities_are_asked_for_with_aws_blank_before_the_colon(account: Account) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {}}}
    with pytest.raises(ApiError) as refused:
        account.create(template(Role=role), Capabilities=["CAPABILITY_IAM"])
    assert refused.value.code == "InsufficientCapabilitiesException"
    assert refused.value.message == "Requires capabilities : [CAPABILITY_NAMED_IAM]"
    del role["Properties"]["RoleName"]  # type: ignore[attr-defined]
    with pytest.raises(ApiError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
        account.create(template(Role=role))
    account.create(template(Role=role), Capabilities=["CAPABILITY_NAMED_IAM"])


def test_an_update_without_changes_is_refused(account: Account) -> None:
    account.create(template(Topic=topic()))
    with pytest.raises(ApiError, match="No updates are to be performed"):
        account.update(template(Topic=topic()))


def test_an_update_of_a_transformed_template_without_changes_is_accepted(account: Account) -> None:
    """SAM CLI updates its companion stack so at each `sam deploy`, and takes no refusal."""
    body = {"Transform": "AWS::Serverless-2016-10-31", **template(Topic=topic())}
    account.create(body, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    account.update(body, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert account.status() == "UPDATE_COMPLETE"


def test_the_same_token_answers_again_and_other_input_is_refused(account: Account) -> None:
    body = json.dumps(template(Topic=topic()))
    first = account("CreateStack", StackName="site", TemplateBody=body, ClientRequestToken="t")
    assert account("CreateStack", StackName="site", TemplateBody=body, ClientRequestToken="t") == {
        "StackId": first["StackId"]
    }
    with pytest.raises(ApiError) as refused:
        account("CreateStack", StackName="site", TemplateBody=BODY, ClientRequestToken="t")
    assert refused.value.code == "TokenAlreadyExistsException"


def test_a_template_that_is_too_long_has_to_come_from_s3(account: Account) -> None:
    with pytest.raises(ApiError) as refused:
        account("ValidateTemplate", TemplateBody="#" * 51_201)
    assert "at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200" in (
        refused.value.message
    )


def test_a_template_behind_a_url_is_no_larger_than_a_megabyte() -> None:
    long = json.dumps({"Metadata": {"x": "x" * 1_000_000}, **template(Topic=topic())})
    account = Account(surroundings=Surroundings(read_url=lambda url: long + " " * int(url.rpartition("/")[2])))
    account("ValidateTemplate", TemplateURL="https://s3.amazonaws.com/b/0")
    with pytest.raises(ApiError, match="Template may not exceed 1048576 bytes in size"):
        account("ValidateTemplate", TemplateURL="https://s3.amazonaws.com/b/50000")


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        ({"X": {"Type": "AWS::No::Type"}}, "Template format error: Unrecognized resource types: [AWS::No::Type]"),
        (
            {"A": topic(DependsOn="B"), "B": topic(DependsOn="A")},
            "Circular dependency between resources: [A, B]",
        ),
        (
            {"A": topic(DependsOn="Nobody")},
            "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
    ],
)
def test_a_template_that_cannot_work_is_refused_before_anything_begins(
    account: Account, resources: dict[str, Any], text: str
) -> None:
    for operation, params in (
        ("CreateStack", {}),
        ("CreateChangeSet", {"ChangeSetName": "c", "ChangeSetType": "CREATE"}),
    ):
        with pytest.raises(ApiError) as refused:
            account(operation, StackName="site", TemplateBody=json.dumps({"Resources": resources}), **params)
        assert (refused.value.code, refused.value.message) == ("ValidationError", text)
    assert account("ListStacks")["StackSummaries"] == []


def test_a_refused_update_does_not_even_change_the_role(account: Account) -> None:
    account.create(template(Topic=topic()))
    with pytest.raises(ApiError, match="No updates"):
        account.update(template(Topic=topic()), RoleARN="arn:aws:iam::111111111111:role/new")
    assert "RoleARN" not in account.stack()
