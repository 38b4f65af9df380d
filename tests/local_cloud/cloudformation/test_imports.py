"""What an IMPORT change set is refused for, by the call itself."""

from typing import Any

import pytest

from local_cloud import ApiError
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

PLAIN = topic()
MINE = {
    "Type": "AWS::SSM::Parameter",
    "DeletionPolicy": "Retain",
    "Properties": {"Name": "/mine", "Type": "String", "Value": "1"},
}
CARELESS = {key: value for key, value in MINE.items() if key != "DeletionPolicy"}
CHANGED = topic(properties={"DisplayName": "changed"})


def named(*names: str) -> list[dict[str, Any]]:
    identifier = {"ResourceType": "AWS::SSM::Parameter", "ResourceIdentifier": {"Name": "/mine"}}
    return [{**identifier, "LogicalResourceId": name} for name in names]


@pytest.mark.parametrize(
    ("resources", "imports", "text"),
    [
        ({"Topic": PLAIN, "Mine": MINE}, (), "Resources [Mine] is missing from ResourceToImport list"),
        (
            {"Topic": PLAIN, "Mine": MINE, "Other": PLAIN},
            ("Mine",),
            "Resources [Other] is missing from ResourceToImport list",
        ),
        (
            {"Topic": PLAIN},
            ("Mine",),
            "The logical resource ids [Mine] provided in ResourceToImport do not exist in the template.",
        ),
        (
            {"Topic": PLAIN, "Mine": CARELESS},
            ("Mine",),
            "The following resources to import [Mine] must have DeletionPolicy attribute specified in the template.",
        ),
        (
            {"Topic": {**PLAIN, "DeletionPolicy": "Retain"}},
            ("Topic",),
            "Resources [Topic] passed in ResourceToImport are already in a stack and cannot be imported.",
        ),
        (
            {"Topic": CHANGED, "Mine": MINE},
            ("Mine",),
            "You have modified resources [Topic] in your template that are not being imported. Update, create or "
            "delete operations cannot be executed during import operations.",
        ),
        (
            {"Mine": MINE},
            ("Mine",),
            "You have modified resources [Topic] in your template that are not being imported. Update, create or "
            "delete operations cannot be executed during import operations.",
        ),
    ],
)
def test_an_import_that_would_do_more_is_refused(
    account: Account, resources: dict[str, Any], imports: tuple[str, ...], text: str
) -> None:
    account.create(template(Topic=PLAIN))

    with pytest.raises(ApiError) as refused:
        account.propose(template(**resources), ChangeSetType="IMPORT", ResourcesToImport=named(*imports))

    assert (refused.value.code, refused.value.message) == ("ValidationError", text)
    assert account("ListChangeSets", StackName="site")["Summaries"] == []


def test_an_import_without_resources_to_import_leaves_no_shell(account: Account) -> None:
    plain: dict[str, Any] = {}
    for more in (plain, {"ImportExistingResources": True}):
        with pytest.raises(ApiError, match=r"Resources \[Mine\] is missing from ResourceToImport list"):
            account.propose(template(Mine=MINE), ChangeSetType="IMPORT", **more)
    with pytest.raises(ApiError, match="does not exist"):
        account.stack()


@pytest.mark.parametrize(
    ("more", "named_parts"),
    [
        ({"Tags": [{"Key": "a", "Value": "b"}]}, "Tags"),
        (
            {"Tags": [{"Key": "a", "Value": "b"}], "RoleARN": "arn:aws:iam::111111111111:role/deployer"},
            "RoleArn, Tags",
        ),
    ],
)
def test_an_import_gives_a_stack_no_role_and_no_tags(account: Account, more: dict[str, Any], named_parts: str) -> None:
    wanted = {"ChangeSetType": "IMPORT", "ResourcesToImport": named("Mine"), **more}
    with pytest.raises(ApiError, match=rf"you cannot modify or add \[{named_parts}\]$"):
        account.propose(template(Mine=MINE), **wanted)

    account.create(template(Topic=PLAIN), **more)
    change_set = account.propose(template(Topic=PLAIN, Mine=MINE), **wanted)
    assert change_set["ExecutionStatus"] == "AVAILABLE"


def test_an_import_changes_no_outputs(account: Account) -> None:
    outputs = {"Name": {"Value": "x"}}
    with pytest.raises(ApiError, match=r"you cannot modify or add \[Outputs\]$"):
        account.propose(template(outputs, Mine=MINE), ChangeSetType="IMPORT", ResourcesToImport=named("Mine"))
