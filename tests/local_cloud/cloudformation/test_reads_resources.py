"""Reading a stack's resources: all of them, the first hundred, those that are gone."""

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


def test_resources_of_a_rolled_back_create_are_still_listed_but_not_described(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.create(template(Good=topic(), Bad=topic(DependsOn="Good"), Never=topic(DependsOn="Bad")))
    listed = account("ListStackResources", StackName="site")["StackResourceSummaries"]
    assert {row["LogicalResourceId"]: row["ResourceStatus"] for row in listed} == {
        "Good": "DELETE_COMPLETE",
        "Bad": "DELETE_COMPLETE",
    }
    assert "PhysicalResourceId" not in next(row for row in listed if row["LogicalResourceId"] == "Bad")
    with pytest.raises(ApiError, match="Resource Good does not exist for stack site"):
        account("DescribeStackResource", StackName="site", LogicalResourceId="Good")


def test_the_first_hundred_resources_are_described_and_all_are_listed_in_pages(account: Account) -> None:
    account.create(template(**{f"T{number}": topic() for number in range(130)}))
    assert len(account("DescribeStackResources", StackName="site")["StackResources"]) == 100
    first = account("ListStackResources", StackName="site")
    rest = account("ListStackResources", StackName="site", NextToken=first["NextToken"])
    assert "NextToken" not in rest
    listed = first["StackResourceSummaries"] + rest["StackResourceSummaries"]
    assert len({row["LogicalResourceId"] for row in listed}) == len(listed) == 130


def test_a_resource_leads_to_the_stack_that_holds_it(account: Account) -> None:
    account.create(template(A=topic("a"), B=topic()))
    found = account("DescribeStackResources", PhysicalResourceId="arn:aws:sns:us-east-1:111111111111:a")
    assert {row["LogicalResourceId"] for row in found["StackResources"]} == {"A", "B"}
