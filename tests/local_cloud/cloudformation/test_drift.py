"""Drift: what somebody changed by hand is found, told, and brought back."""

from datetime import timedelta
from typing import Any

from local_cloud.cloudformation.resources.generic import Generic
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Handlers, Request
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic


class Unreadable(Generic):
    """A service that forbids to read what it made."""

    def read(self, request: Request) -> Any:
        raise HandlerError(HandlerErrorCode.ACCESS_DENIED, "You are not authorized to read it")


def drifting(account: Account) -> None:
    """Somebody changes the topic behind CloudFormation's back."""
    account.create(template(Topic=topic("one"), Same=topic("two")))
    records = account.made
    key = next(key for key, properties in records.items() if properties.get("TopicName") == "one")
    records[key] = {**records[key], "DisplayName": "by hand"}


def test_drift_is_what_somebody_changed_by_hand(account: Account) -> None:
    drifting(account)
    detection = account("DetectStackDrift", StackName="site")["StackDriftDetectionId"]
    assert account("DescribeStackDriftDetectionStatus", StackDriftDetectionId=detection)["DetectionStatus"] == (
        "DETECTION_IN_PROGRESS"
    )
    account.settle()
    done = account("DescribeStackDriftDetectionStatus", StackDriftDetectionId=detection)
    assert (done["StackDriftStatus"], done["DriftedStackResourceCount"]) == ("DRIFTED", 1)
    [drift] = account("DescribeStackResourceDrifts", StackName="site", StackResourceDriftStatusFilters=["MODIFIED"])[
        "StackResourceDrifts"
    ]
    assert drift["PropertyDifferences"] == [
        {
            "PropertyPath": "/DisplayName",
            "ExpectedValue": "plain",
            "ActualValue": "by hand",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    told = {"LastCheckTimestamp": done["Timestamp"] + timedelta(seconds=3)}
    assert account.stack()["DriftInformation"] == {"StackDriftStatus": "DRIFTED", **told}
    assert account("ListStacks")["StackSummaries"][0]["DriftInformation"] == {"StackDriftStatus": "DRIFTED", **told}
    assert account.resources()["Topic"]["DriftInformation"] == {"StackResourceDriftStatus": "MODIFIED", **told}


def test_what_cannot_be_read_fails_the_detection(account: Account) -> None:
    drifting(account)
    generic = account.engine.world.handlers.generic
    assert isinstance(generic, Generic)
    account.engine.world.handlers = Handlers(generic=generic, special={"AWS::SQS::Queue": Unreadable(generic.rng)})
    account.update(template(Topic=topic("one"), Same=topic("two"), Queue={"Type": "AWS::SQS::Queue"}))

    detection = account("DetectStackDrift", StackName="site")["StackDriftDetectionId"]
    account.settle()

    done = account("DescribeStackDriftDetectionStatus", StackDriftDetectionId=detection)
    assert done["DetectionStatus"] == "DETECTION_FAILED"
    assert done["DetectionStatusReason"] == "Failed to detect drift on resource [Queue]"
    drifts = account("DescribeStackResourceDrifts", StackName="site")["StackResourceDrifts"]
    told = {each["LogicalResourceId"]: each["StackResourceDriftStatus"] for each in drifts}
    assert told == {"Topic": "MODIFIED", "Same": "IN_SYNC", "Queue": "UNKNOWN"}


def test_a_drift_aware_change_set_brings_the_template_back(account: Account) -> None:
    drifting(account)
    change_set = account.propose(template(Topic=topic("one"), Same=topic("two")), DeploymentMode="REVERT_DRIFT")
    assert change_set["StackDriftStatus"] == "DRIFTED"
    [change] = [each["ResourceChange"] for each in change_set["Changes"]]
    assert (change["LogicalResourceId"], change["ResourceDriftStatus"]) == ("Topic", "MODIFIED")
    account.execute(change_set)
    assert {each.properties["DisplayName"] for each in account.engine.deployed("AWS::SNS::Topic")} == {"plain"}
    records = account.made
    assert {properties["DisplayName"] for properties in records.values()} == {"plain"}
