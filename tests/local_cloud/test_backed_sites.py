"""Every golden site over real things: what CloudFormation made is what moto says is there."""

import pytest

from tests.scenarios.account import SHAPES, Account


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_site_that_nobody_touched_is_in_sync(shape: str) -> None:
    account = Account(shape)
    account.create("registry")
    account.push("a")
    if account.has_certificate:
        account.create("certificate")
    website = account.create("website")

    account.client.detect_stack_drift(StackName=website["StackId"])
    drifts = account.client.describe_stack_resource_drifts(StackName=website["StackId"])["StackResourceDrifts"]

    assert {each["LogicalResourceId"] for each in drifts if each["StackResourceDriftStatus"] != "IN_SYNC"} == set()
