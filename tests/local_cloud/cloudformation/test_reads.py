"""Reading: pages, fields that come and go, resources, templates, drift, signals."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local_cloud import ApiError, VirtualClock, attach
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

AUTO_EXPAND = "CAPABILITY_AUTO_EXPAND"
ONE = template(Topic=topic(), outputs={"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}})
TWO = template(Topic=topic(properties={"DisplayName": "changed"}))


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudformation", region_name="eu-central-1")


def test_events_come_newest_first_across_pages() -> None:
    account = Account(page_size=2)
    account.create(template(A=topic(), B=topic()))
    first = account("DescribeStackEvents", StackName="site")
    assert len(first["StackEvents"]) == 2
    assert first["StackEvents"][0]["ResourceStatus"] == "CREATE_COMPLETE"
    times = [event["Timestamp"] for event in account.events()]
    assert times == sorted(times)
    assert len(account.events()) == 8


def test_what_happens_between_two_pages_repeats_nothing() -> None:
    account = Account(page_size=2)
    account.create(template(A=topic(), B=topic()))
    first = account("DescribeStackEvents", StackName="site")

    account.update(template(A=topic(properties={"DisplayName": "new"}), B=topic()))
    second = account("DescribeStackEvents", StackName="site", NextToken=first["NextToken"])

    ids = [event["EventId"] for event in first["StackEvents"] + second["StackEvents"]]
    assert ids == [event["EventId"] for event in account.events()[:8][::-1]][:4]


def test_every_paginator_of_boto3_sees_everything_once(client: Any) -> None:
    cloud = attach(client, page_size=1)
    names = [f"site-{number}" for number in range(3)]
    body = template(A=topic(), B=topic(), outputs={"O": {"Value": "v", "Export": {"Name": {"Ref": "AWS::StackName"}}}})
    using = template(C=topic(properties={"DisplayName": {"Fn::ImportValue": "site-0"}}))
    bodies = dict.fromkeys(names, body) | {"using-1": using, "using-2": using}
    for name, each in bodies.items():
        client.create_stack(StackName=name, TemplateBody=json.dumps(each))
        cloud.clock.sleep(600)
    for name in ("first", "second"):
        client.create_change_set(StackName="site-1", ChangeSetName=name, TemplateBody=json.dumps(using))
    cloud.clock.sleep(600)

    def count(operation: str, key: str, **params: Any) -> tuple[int, int]:
        found = [str(row) for page in client.get_paginator(operation).paginate(**params) for row in page.get(key, [])]
        return len(found), len(set(found))

    assert count("describe_stacks", "Stacks") == (5, 5)
    assert count("list_stacks", "StackSummaries") == (5, 5)
    assert count("describe_stack_events", "StackEvents", StackName="site-1") == (8, 8)
    assert count("describe_events", "OperationEvents", StackName="site-1") == (8, 8)
    assert count("list_stack_resources", "StackResourceSummaries", StackName="site-1") == (2, 2)
    assert count("list_exports", "Exports") == (3, 3)
    assert count("list_imports", "Imports", ExportName="site-0") == (2, 2)
    assert count("list_change_sets", "Summaries", StackName="site-1") == (2, 2)
    assert count("describe_change_set", "Changes", StackName="site-1", ChangeSetName="first") == (3, 3)


def test_a_made_up_page_token_is_refused(account: Account) -> None:
    with pytest.raises(ApiError, match="NextToken"):
        account("ListStacks", NextToken="nonsense")


def test_the_reason_user_initiated_goes_when_the_first_resource_starts(account: Account) -> None:
    account("CreateStack", StackName="site", TemplateBody=json.dumps(ONE))
    assert account.stack()["StackStatusReason"] == "User Initiated"
    account.wait(3.2)
    assert account.status() == "CREATE_IN_PROGRESS"
    assert "StackStatusReason" not in account.stack()


def test_outputs_stay_old_until_the_update_is_committed(account: Account) -> None:
    account.create(template(T=topic(), outputs={"O": {"Value": "old"}}))
    account.fail(HangResource(resource="T", on=On.UPDATE, seconds=60))
    account("UpdateStack", StackName="site", TemplateBody=json.dumps(
        template(T=topic(properties={"DisplayName": "x"}), outputs={"O": {"Value": "new"}})))  # fmt: skip
    account.wait(10)
    assert account.stack()["Outputs"][0]["OutputValue"] == "old"
    account.settle()
    assert account.stack()["Outputs"][0]["OutputValue"] == "new"


def test_times_of_a_stack(account: Account) -> None:
    account.create(ONE)
    assert "LastUpdatedTime" not in account.stack()
    account.update(TWO)
    assert account.stack()["LastUpdatedTime"] > account.stack()["CreationTime"]


def test_deletion_time_is_there_from_a_creates_rollback_on(account: Account) -> None:
    account.fail(FailResource(resource="Topic", on=On.CREATE))
    account.create(ONE)
    assert account.status() == "ROLLBACK_COMPLETE"
    assert "DeletionTime" in account.stack()


def test_a_deleted_stack_is_there_by_id_only(account: Account) -> None:
    stack_id = account.create(ONE)
    account("DeleteStack", StackName="site")
    account.settle()
    with pytest.raises(ApiError, match="Stack with id site does not exist"):
        account.stack()
    deleted = account.stack(stack_id)
    assert deleted["StackStatus"] == "DELETE_COMPLETE"
    assert not {"EnableTerminationProtection", "ChangeSetId", "Outputs"} & deleted.keys()


def test_termination_protection_is_only_told_of_a_named_stack(account: Account) -> None:
    account.create(ONE)
    assert "EnableTerminationProtection" in account.stack()
    assert "EnableTerminationProtection" not in account("DescribeStacks")["Stacks"][0]


def test_events_are_told_by_operation_and_by_failure(account: Account) -> None:
    made = account("CreateStack", StackName="site", TemplateBody=json.dumps(ONE))
    account.settle()
    account.fail(FailResource(resource="Topic", on=On.UPDATE))
    account.update(TWO)
    created = account("DescribeEvents", OperationId=made["OperationId"])["OperationEvents"]
    assert {row["OperationType"] for row in created} == {"CREATE_STACK"}
    assert len(created) == 5
    [failed] = account("DescribeEvents", StackName="site", Filters={"FailedEvents": True})["OperationEvents"]
    assert (failed["EventType"], failed["ResourceStatus"]) == ("PROVISIONING_ERROR", "UPDATE_FAILED")
    with pytest.raises(ApiError, match="StackName, ChangeSetName or OperationId"):
        account("DescribeEvents")


def test_stacks_are_filtered_by_status(account: Account) -> None:
    account.create(ONE)
    account.create(ONE, "other")
    account("DeleteStack", StackName="other")
    account.settle()
    found = account("ListStacks", StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert [row["StackName"] for row in found] == ["other"]


def test_the_processed_template_has_its_transforms_applied(account: Account) -> None:
    body = {"Transform": "AWS::LanguageExtensions", **template(Topic=topic())}
    account.create(body, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert "Transform" in account("GetTemplate", StackName="site")["TemplateBody"]
    processed = account("GetTemplate", StackName="site", TemplateStage="Processed")
    assert "Transform" not in processed["TemplateBody"]
    assert processed["StagesAvailable"] == ["Original", "Processed"]


def test_a_template_comes_back_as_the_text_that_was_sent_and_by_boto3_as_an_object(client: Any) -> None:
    body = {"Transform": "AWS::LanguageExtensions", **template(Topic=topic())}
    cloud = attach(client, clock=VirtualClock())
    client.create_stack(StackName="site", TemplateBody=json.dumps(body, indent=3), Capabilities=[AUTO_EXPAND])
    sent = cloud.call("GetTemplate", {"StackName": "site"}, region="eu-central-1")
    assert sent["TemplateBody"] == json.dumps(body, indent=3)
    assert client.get_template(StackName="site")["TemplateBody"] == body
    processed = client.get_template(StackName="site", TemplateStage="Processed")["TemplateBody"]
    assert processed == template(Topic=topic())


def test_a_template_is_summed_up(account: Account) -> None:
    body = {
        "Parameters": {"P": {"Type": "Number", "Default": 1, "NoEcho": True, "AllowedValues": [1, 2]}},
        **template(Role={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}),
    }
    summary = account("GetTemplateSummary", TemplateBody=json.dumps(body))
    assert summary["Capabilities"] == ["CAPABILITY_IAM"]
    assert summary["CapabilitiesReason"] == "The following resource(s) require capabilities: [AWS::IAM::Role]"
    assert summary["ResourceTypes"] == ["AWS::IAM::Role"]
    [parameter] = summary["Parameters"]
    assert (parameter["DefaultValue"], parameter["NoEcho"]) == ("1", True)
    assert account("ValidateTemplate", TemplateBody=json.dumps(body))["Capabilities"] == ["CAPABILITY_IAM"]


def test_types_that_do_not_exist_are_a_warning_where_the_call_says_so(account: Account) -> None:
    body = json.dumps(template(Topic=topic(), Odd={"Type": "No::Such::Type"}))
    with pytest.raises(ApiError, match=r"Unrecognized resource types: \[No::Such::Type\]"):
        account("GetTemplateSummary", TemplateBody=body)
    lenient = {"TreatUnrecognizedResourceTypesAsWarnings": True}
    summary = account("GetTemplateSummary", TemplateBody=body, TemplateSummaryConfig=lenient)
    assert summary["ResourceTypes"] == ["AWS::SNS::Topic", "No::Such::Type"]
    assert summary["Warnings"] == {"UnrecognizedResourceTypes": ["No::Such::Type"]}


def test_a_boto3_client_waits_pages_and_raises_modelled_errors(client: Any) -> None:
    cloud = attach(client, clock=VirtualClock(), page_size=2)
    client.create_stack(StackName="site", TemplateBody=json.dumps(ONE))
    cloud.clock.sleep(120)
    client.get_waiter("stack_create_complete").wait(StackName="site")
    pages = list(client.get_paginator("describe_stack_events").paginate(StackName="site"))
    assert [len(page["StackEvents"]) for page in pages] == [2, 2, 1]
    with pytest.raises(client.exceptions.ChangeSetNotFoundException):
        client.describe_change_set(StackName="site", ChangeSetName="none")


def test_only_the_attached_client_is_local(client: Any) -> None:
    attach(client)
    no_retries = Config(retries={"total_max_attempts": 1})
    other = boto3.client(
        "cloudformation", region_name="eu-central-1", endpoint_url="http://127.0.0.1:1", config=no_retries
    )
    with pytest.raises(Exception, match="Could not connect"):
        other.list_stacks()


def test_regions_are_apart(account: Account) -> None:
    account.create(ONE)
    account.engine.call("CreateStack", {"StackName": "site", "TemplateBody": json.dumps(ONE)}, region="eu-central-1")
    account.settle()
    assert len(account.engine.call("ListStacks", {}, region="eu-central-1")["StackSummaries"]) == 1
    assert account.stack()["StackId"].split(":")[3] == "us-east-1"


def test_eight_threads_may_call_at_once() -> None:
    account = Account(speed=0)

    def deploy(number: int) -> str:
        for _ in range(5):
            account("CreateStack", StackName=f"site-{number}", TemplateBody=json.dumps(ONE))
            account("DescribeStacks", StackName=f"site-{number}")
            account("DeleteStack", StackName=f"site-{number}")
            account("DescribeStacks")
        account("CreateStack", StackName=f"site-{number}", TemplateBody=json.dumps(ONE))
        return account.status(f"site-{number}")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(deploy, range(8))) == {"CREATE_COMPLETE"}
