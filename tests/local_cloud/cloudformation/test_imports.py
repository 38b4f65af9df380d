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


def named(*names: str, **more: Any) -> list[dict[str, Any]]:
    identifier = {"ResourceType": "AWS::SSM::Parameter", "ResourceIdentifier": {"Name": "/mine"}, **more}
    return [{**identifier, "LogicalResourceId": name} for name in names]


@pytest.fixture
def orphan(account: Account) -> None:
    """A parameter that a deleted stack left behind."""
    account.create(template(Kept=MINE), "donor")
    account("DeleteStack", StackName="donor")
    account.settle()


@pytest.mark.parametrize(
    ("resources", "imports", "text"),
    [
        ({"Topic": PLAIN, "Mine": MINE}, (), "Must Provide at least one resource to import"),
        (
            {"Topic": PLAIN, "Mine": MINE},
            ("Mine", "Mine"),
            "Every resource to import must have unique LogicalResourceId",
        ),
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
            {"Topic": PLAIN, "Here": MINE},
            ("Here",),
            "The template should contain at least one new resource to import.",
        ),
        (
            {"Topic": PLAIN, "Here": MINE, "Mine": MINE},
            ("Here", "Mine"),
            "Resources [Here] passed in ResourceToImport are already in a stack and cannot be imported.",
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
    account.create(template(Topic=PLAIN, **({"Here": MINE} if "Here" in resources else {})))

    with pytest.raises(ApiError) as refused:
        account.propose(template(**resources), ChangeSetType="IMPORT", ResourcesToImport=named(*imports))

    assert (refused.value.code, refused.value.message) == ("ValidationError", text)
    assert account("ListChangeSets", StackName="site")["Summaries"] == []


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"ResourceIdentifier": {"Id": "/mine"}},
            "Invalid resource identifier for resource type AWS::SSM::Parameter. Expected [Name]",
        ),
        (
            {"ResourceType": "AWS::SNS::Topic", "ResourceIdentifier": {"TopicArn": "arn"}},
            "Resource type of [Mine] passed in ResourceToImport does not match with resource type defined in the "
            "template. Resource type in ResourceToImport: AWS::SNS::Topic; "
            "Resource type in Template: AWS::SSM::Parameter.",
        ),
    ],
)
def test_what_is_imported_is_named_by_its_types_own_identifier(
    account: Account, more: dict[str, Any], text: str
) -> None:
    with pytest.raises(ApiError) as refused:
        account.propose(template(Mine=MINE), ChangeSetType="IMPORT", ResourcesToImport=named("Mine", **more))
    assert refused.value.message == text


@pytest.mark.usefixtures("orphan")
def test_an_import_that_can_be_executed_asks_to_be_verified(account: Account) -> None:
    change_set = account.propose(template(Mine=MINE), ChangeSetType="IMPORT", ResourcesToImport=named("Mine"))
    assert change_set["ExecutionStatus"] == "AVAILABLE"
    assert change_set["StatusReason"].startswith("Verify that resources and their properties defined in the template")


def test_what_is_not_there_fails_the_change_set(account: Account) -> None:
    change_set = account.propose(template(Mine=MINE), ChangeSetType="IMPORT", ResourcesToImport=named("Mine"))
    assert (change_set["Status"], change_set["Changes"]) == ("FAILED", [])
    assert change_set["StatusReason"] == "Resource of type 'AWS::SSM::Parameter' with identifier '/mine' was not found."


@pytest.mark.parametrize(
    "how",
    [
        {"ChangeSetType": "IMPORT", "ResourcesToImport": named("Mine")},
        {"ChangeSetType": "CREATE", "ImportExistingResources": True},
    ],
    ids=["named", "found"],
)
def test_what_another_stack_holds_is_not_imported(account: Account, how: dict[str, Any]) -> None:
    owner = account.create(template(Kept=MINE), "owner")
    change_set = account.propose(template(Mine=MINE), **how)
    assert (change_set["Status"], change_set["Changes"]) == ("FAILED", [])
    assert change_set["StatusReason"] == f"/mine already exists in stack {owner}"

    account("DeleteStack", StackName="owner")
    account.settle()
    assert account.propose(template(Mine=MINE), ChangeSetName="again", **how)["ExecutionStatus"] == "AVAILABLE"


def test_what_a_stack_holds_is_not_made_again(account: Account) -> None:
    owner = account.create(template(Kept=MINE), "owner")
    account.create(template(Mine=MINE))
    assert ("Mine", "CREATE_FAILED", f"/mine already exists in stack {owner}") in account.story()

    account.update(template(Renamed=MINE), "owner")
    assert ("Renamed", "CREATE_FAILED", f"/mine already exists in stack {owner}") in account.story("owner")
    assert account.status("owner") == "UPDATE_ROLLBACK_COMPLETE"


def test_an_import_without_resources_to_import_leaves_no_shell(account: Account) -> None:
    plain: dict[str, Any] = {}
    for more in (plain, {"ImportExistingResources": True}):
        with pytest.raises(ApiError, match="Must Provide at least one resource to import"):
            account.propose(template(Mine=MINE), ChangeSetType="IMPORT", **more)
    with pytest.raises(ApiError, match="does not exist"):
        account.stack()


@pytest.mark.usefixtures("orphan")
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
