"""Change sets of stacks inside stacks: what they show of one another's outputs."""

import json
from typing import Any

import pytest

from local_cloud.cloudformation.values import UNKNOWN
from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

Change = dict[str, Any]
FIRST: dict[str, Any] = {
    "Parameters": {"Shown": {"Type": "String"}},
    **template(Topic=topic("inner", properties={"DisplayName": {"Ref": "Shown"}}), outputs={"Name": {"Value": "name"}}),
}
SECOND = {
    "Parameters": {"Name": {"Type": "String", "AllowedPattern": "[a-z]+"}},
    **template(User=topic(properties={"DisplayName": {"Fn::Sub": "of ${Name}"}})),
}


def nested(name: str, **parameters: Any) -> dict[str, Any]:
    properties = {"TemplateURL": f"https://s3/{name}", "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


def parent(shown: str) -> dict[str, Any]:
    """Two stacks, the second of which takes an output of the first."""
    return template(
        First=nested("first", Shown=shown), Second=nested("second", Name={"Fn::GetAtt": ["First", "Outputs.Name"]})
    )


@pytest.fixture
def bodies() -> dict[str, Any]:
    return {"first": FIRST, "second": SECOND}


@pytest.fixture
def account(bodies: dict[str, Any]) -> Account:
    def read(url: str) -> str:
        return json.dumps(bodies[url.rpartition("/")[2]])

    return Account(surroundings=Surroundings(read_url=read))


def listed(account: Account, id: str) -> dict[str, Change]:
    """The changes of a change set, with values."""
    told = account("DescribeChangeSet", ChangeSetName=id, IncludePropertyValues=True)["Changes"]
    return {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told}


def test_a_sibling_that_takes_the_outputs_of_a_changed_stack_changes_too(account: Account) -> None:
    account.create(parent("one"))

    root = listed(account, account.propose(parent("two"), IncludeNestedStacks=True)["ChangeSetId"])

    assert [detail["ChangeSource"] for detail in root["Second"]["Details"]] == ["Automatic"]
    user = listed(account, root["Second"]["ChangeSetId"])["User"]
    assert {detail["Target"]["AfterValue"] for detail in user["Details"]} == {str(UNKNOWN)}
    assert {
        (detail["ChangeSource"], detail["Evaluation"], detail.get("CausingEntity")) for detail in user["Details"]
    } == {
        ("DirectModification", "Dynamic", None),
        ("ParameterReference", "Static", "Name"),
    }


def test_a_sibling_of_a_stack_without_changes_has_none(account: Account) -> None:
    account.create({**parent("one"), "Parameters": {}})
    changed = parent("one")
    changed["Resources"]["Own"] = topic()
    root = account.propose(changed, IncludeNestedStacks=True)
    assert list(listed(account, root["ChangeSetId"])) == ["Own"]


@pytest.mark.parametrize("include", [True, False])
def test_an_output_that_comes_with_the_update_is_known_after_apply(
    account: Account, bodies: dict[str, Any], include: bool
) -> None:
    account.create(template(First=nested("first", Shown="one"), Own=topic()))
    bodies["first"] = {**FIRST, "Outputs": {**FIRST["Outputs"], "More": {"Value": "more"}}}
    own = topic(properties={"DisplayName": {"Fn::GetAtt": ["First", "Outputs.More"]}})

    proposed = account.propose(template(First=nested("first", Shown="one"), Own=own), IncludeNestedStacks=include)

    assert listed(account, proposed["ChangeSetId"])["Own"]["Details"][0]["Target"]["AfterValue"] == str(UNKNOWN)
    account.execute(proposed)
    assert account.status() == "UPDATE_COMPLETE"
    assert account.resources()["Own"]["ResourceStatus"] == "UPDATE_COMPLETE"
