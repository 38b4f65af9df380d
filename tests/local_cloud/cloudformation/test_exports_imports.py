"""Exports, imports, and the lock between them."""

from typing import Any

import pytest

from local_cloud import ApiError
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


def producer(value: str = "one", name: Any = "shared") -> dict[str, Any]:
    return template(Topic=topic(), outputs={"Out": {"Value": value, "Export": {"Name": name}}})


CONSUMER = template(User=topic(properties={"DisplayName": {"Fn::ImportValue": "shared"}}))


@pytest.fixture
def linked(account: Account) -> Account:
    account.create(producer(), "producer")
    account.create(CONSUMER, "consumer")
    return account


def test_exports_and_imports_are_listed(linked: Account) -> None:
    [export] = linked("ListExports")["Exports"]
    assert (export["Name"], export["Value"]) == ("shared", "one")
    assert linked("ListImports", ExportName="shared")["Imports"] == ["consumer"]


def test_a_delete_of_an_export_in_use_goes_back_to_where_it_was(linked: Account) -> None:
    linked("DeleteStack", StackName="producer")
    linked.settle()
    stack = linked.stack("producer")
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["StackStatusReason"] == "Delete canceled. Cannot delete export shared as it is in use by consumer."
    assert "DeletionTime" not in stack


@pytest.mark.parametrize("after", [producer("two"), producer(name="renamed"), template(Topic=topic())])
def test_a_change_of_an_export_in_use_rolls_back(linked: Account, after: dict[str, Any]) -> None:
    linked.update(after, "producer")
    reason = "Update canceled. Cannot update export shared as it is in use by consumer."
    assert ("producer", "UPDATE_ROLLBACK_IN_PROGRESS", reason) in linked.story("producer")
    assert linked.stack("producer")["Outputs"][0]["OutputValue"] == "one"


def test_once_the_importer_is_gone_the_export_is_free(linked: Account) -> None:
    linked("DeleteStack", StackName="consumer")
    linked.settle()
    linked.update(producer("two"), "producer")
    assert linked("ListExports")["Exports"][0]["Value"] == "two"


def test_a_missing_export_fails_the_create(account: Account) -> None:
    account.create(CONSUMER)
    reason = "No export named shared found. Rollback requested by user."
    assert ("site", "ROLLBACK_IN_PROGRESS", reason) in account.story()


def test_two_stacks_cannot_export_the_same_name(linked: Account) -> None:
    linked.create(producer(), "rival")
    assert linked.status("rival") == "ROLLBACK_COMPLETE"
    [told] = [str(reason) for _, status, reason in linked.story("rival") if status == "ROLLBACK_IN_PROGRESS"]
    assert told.startswith("Export with name shared is already exported by stack producer.")


def test_an_export_without_importers_has_no_list(account: Account) -> None:
    account.create(producer(), "producer")
    with pytest.raises(ApiError, match="Export 'shared' is not imported by any stack"):
        account("ListImports", ExportName="shared")


def test_an_output_of_another_stack_is_read_without_an_export_and_locks_nothing(account: Account) -> None:
    def reading(output: str) -> dict[str, Any]:
        wanted = {"StackName": "producer", "OutputName": output}
        return template(User=topic(properties={"DisplayName": {"Fn::GetStackOutput": wanted}}))

    account.create(template(Topic=topic(), outputs={"Out": {"Value": "one"}}), "producer")
    account.create(reading("Out"), "reader")
    assert [each.properties.get("DisplayName") for each in account.engine.deployed("AWS::SNS::Topic")] == [
        "plain",
        "one",
    ]

    account.create(reading("None"), "another")
    reason = "No output named None found in stack producer. Rollback requested by user."
    assert ("another", "ROLLBACK_IN_PROGRESS", reason) in account.story("another")
    account("DeleteStack", StackName="producer")
    account.settle()
    assert account.status("reader") == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", ["my/export", "a b", "", {"Fn::GetAtt": ["Topic", "TopicName"]}])
def test_an_export_has_a_name_of_its_own_kind(account: Account, name: Any) -> None:
    with pytest.raises(ApiError, match=r"Output Out is malformed\. The Name field of every Export member must be"):
        account.create(producer(name=name))
