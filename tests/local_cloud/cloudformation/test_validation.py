"""What is found before a deployment begins: wrong properties, taken names, full buckets, and what exists already."""

from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

PLAIN, CHANGED = topic(), topic(properties={"DisplayName": "changed"})
ONE, TWO = template(Topic=PLAIN), template(Topic=CHANGED)


def test_validation_before_deployment_finds_wrong_properties(account: Account) -> None:
    role = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["r"]}}
    change_set = account.propose(template(Policy=role), ChangeSetType="CREATE", Capabilities=["CAPABILITY_IAM"])
    assert change_set["Status"] == "FAILED"
    assert "AWS::EarlyValidation::PropertyValidation" in change_set["StatusReason"]
    [finding] = account("DescribeEvents", ChangeSetName=change_set["ChangeSetId"], Filters={"FailedEvents": True})[
        "OperationEvents"
    ]
    assert (finding["EventType"], finding["ValidationFailureMode"]) == ("VALIDATION_ERROR", "FAIL")
    assert finding["ValidationName"] == "PROPERTY_VALIDATION"
    assert finding["ValidationPath"].startswith("/Resources/Policy/Properties")
    assert "PolicyDocument" in finding["ValidationStatusReason"]


def test_validation_warns_before_a_full_bucket_is_deleted() -> None:
    account = Account(surroundings=Surroundings(holds=lambda _region, _type, name: name == "full"))
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}}
    account.create(template(Bucket=bucket, Topic=PLAIN))
    change_set = account.propose(ONE)
    assert change_set["Status"] == "CREATE_COMPLETE"
    [finding] = account("DescribeEvents", ChangeSetName=change_set["ChangeSetId"])["OperationEvents"]
    assert (finding["ValidationName"], finding["ValidationFailureMode"]) == ("BUCKET_EMPTINESS_VALIDATION", "WARN")
    assert finding["ValidationStatusReason"].startswith("The bucket 'full' is not empty.")


def test_validation_can_be_switched_off(account: Account) -> None:
    role = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["r"]}}
    change_set = account.propose(
        template(Policy=role), ChangeSetType="CREATE", Capabilities=["CAPABILITY_IAM"], DisableValidation=True
    )
    assert change_set["Status"] == "CREATE_COMPLETE"


PARAMETER = {
    "Type": "AWS::SSM::Parameter",
    "DeletionPolicy": "Retain",
    "Properties": {"Name": "/taken", "Type": "String", "Value": "v"},
}


def orphan(account: Account) -> None:
    """A parameter that a deleted stack left behind."""
    account.create(template(Kept=PARAMETER), "donor")
    account("DeleteStack", StackName="donor")
    account.settle()


def test_validation_before_deployment_finds_a_name_that_is_taken(account: Account) -> None:
    orphan(account)
    change_set = account.propose(template(Mine=PARAMETER), ChangeSetType="CREATE")
    assert "AWS::EarlyValidation::ResourceExistenceCheck" in change_set["StatusReason"]


def test_what_exists_already_is_imported_when_asked(account: Account) -> None:
    orphan(account)
    change_set = account.propose(template(Mine=PARAMETER), ChangeSetType="CREATE", ImportExistingResources=True)
    assert [c["ResourceChange"]["Action"] for c in change_set["Changes"]] == ["Import"]
    account.execute(change_set)
    assert account.status() == "CREATE_COMPLETE"
    assert [status for who, status, _ in account.story() if who == "Mine"][:2] == [
        "IMPORT_IN_PROGRESS",
        "IMPORT_COMPLETE",
    ]


def test_an_import_wants_a_deletion_policy_that_keeps(account: Account) -> None:
    orphan(account)
    careless = {key: value for key, value in PARAMETER.items() if key != "DeletionPolicy"}
    change_set = account.propose(template(Mine=careless), ChangeSetType="CREATE", ImportExistingResources=True)
    assert change_set["Status"] == "FAILED"
    assert change_set["StatusReason"].endswith("The affected resources are Mine ({Name=/taken})")


def test_an_import_change_set_brings_a_resource_in(account: Account) -> None:
    orphan(account)
    account.create(ONE)
    change_set = account.propose(
        template(Topic=PLAIN, Mine=PARAMETER),
        ChangeSetType="IMPORT",
        ResourcesToImport=[
            {
                "ResourceType": "AWS::SSM::Parameter",
                "LogicalResourceId": "Mine",
                "ResourceIdentifier": {"Name": "/taken"},
            }
        ],
    )
    account.execute(change_set)
    assert account.status() == "IMPORT_COMPLETE"
    assert account.story()[-6:] == [
        ("site", "IMPORT_IN_PROGRESS", "User Initiated"),
        ("Mine", "IMPORT_IN_PROGRESS", "Resource import started."),
        ("Mine", "IMPORT_COMPLETE", "Resource import completed."),
        ("Mine", "UPDATE_IN_PROGRESS", "Apply stack-level tags to imported resource if applicable."),
        ("Mine", "UPDATE_COMPLETE", "Apply stack-level tags to imported resource if applicable."),
        ("site", "IMPORT_COMPLETE", None),
    ]
