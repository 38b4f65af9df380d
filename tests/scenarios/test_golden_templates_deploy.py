"""Every shape of website lives its whole life on the local cloud: created, updated, deleted, and its data kept."""

import pytest

from tests.scenarios.account import SHAPES, Account

KEPT = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_created_updated_and_deleted(shape: str) -> None:
    account = Account(shape)

    # when its stacks are deployed in order, each with the outputs of those before it
    registry = account.create("registry")
    account.push("a")
    certificate = account.create("certificate") if account.has_certificate else None
    website = account.create("website")

    # then it is there, under its own name
    assert (website["StackStatus"], account.failures(website)) == ("CREATE_COMPLETE", [])
    assert account.values["Url"].startswith("https://")

    # when another image and more memory are deployed, then it is updated
    account.push("b")
    website = account.update("website", MemorySize="2048")
    assert (website["StackStatus"], account.failures(website)) == ("UPDATE_COMPLETE", [])

    # when it is deleted, then nothing is left but what holds data
    resources = account.client.describe_stack_resources(StackName=website["StackId"])["StackResources"]
    assert account.delete(website)["StackStatus"] == "DELETE_COMPLETE"
    left = account.client.describe_stack_resources(StackName=website["StackId"])["StackResources"]
    kept = {item["LogicalResourceId"] for item in left if item["ResourceStatus"] == "DELETE_SKIPPED"}
    assert kept == {item["LogicalResourceId"] for item in resources if item["ResourceType"] in KEPT} - {
        "FrontendBucket"
    }
    for stack in (certificate, registry):
        assert stack is None or account.delete(stack)["StackStatus"] == "DELETE_COMPLETE"
