"""Every answer has the shape of the API's model, and what of the model is never told is known, with the reason.

One story calls every operation that there is, so that nothing is left out unnoticed. (Besides, every answer in every
other test is checked by the account that asks for it: cfn_account.py.)
"""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from local_cloud.cloudformation import engine
from local_cloud.cloudformation.engine import CALLS
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.cloudformation.resources.generic import Generic
from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.cloudformation.world import Surroundings
from local_cloud.wire import cloudformation
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic
from tests.local_cloud.cloudformation.shapes import members, misfits, present
from tests.local_cloud.cloudformation.test_drift import Unreadable

HOOKS = {
    "Change.HookInvocationCount",
    *(f"OperationEvent.Hook{name}" for name in ("FailureMode", "InvocationPoint", "Status", "StatusReason", "Type")),
    *(
        f"StackEvent.Hook{n}"
        for n in ("FailureMode", "InvocationId", "InvocationPoint", "Status", "StatusReason", "Type")
    ),
}
MODULES = {
    *("ModuleInfo.LogicalIdHierarchy", "ModuleInfo.TypeHierarchy", "ResourceChange.ModuleInfo"),
    *(f"StackResource{what}.ModuleInfo" for what in ("", "Detail", "Drift", "Summary")),
}
ONLY_IN_CALLS = {"Parameter.UsePreviousValue"}
NOT_KNOWN_WHEN = {
    *(
        "OperationEvent.StartTime",
        "OperationEvent.EndTime",
        "StackResource.Description",
        "StackResourceDetail.Description",
    ),
    *("ResourceChange.PreviousDeploymentContext", "ResourceChange.ResourceDriftIgnoredAttributes"),
    *("ResourceDriftIgnoredAttribute.Path", "ResourceDriftIgnoredAttribute.Reason"),
    "StackResourceDrift.PhysicalResourceIdContext",
    *("PhysicalResourceIdContextKeyValuePair.Key", "PhysicalResourceIdContextKeyValuePair.Value"),
}
NEVER_TOLD = HOOKS | MODULES | ONLY_IN_CALLS | NOT_KNOWN_WHEN
ROLE = "arn:aws:iam::111111111111:role/deployer"
ALARM = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors"
TRIGGERS = {"RollbackTriggers": [{"Arn": ALARM, "Type": "AWS::CloudWatch::Alarm"}], "MonitoringTimeInMinutes": 1}
CHILD = {
    "Parameters": {"Name": {"Type": "String"}},
    **template(Inner=topic(properties={"DisplayName": {"Ref": "Name"}})),
}
UNREADABLE = "AWS::SSM::Parameter"


class Witness(Account):
    """An account that notes of each operation which members of its answers were told."""

    def __init__(self) -> None:
        around = Surroundings(
            ssm=lambda _region, _name: "stored",
            read_url=lambda _url: json.dumps(CHILD),
            alarm=lambda _region, _arn: "OK",
        )
        super().__init__(surroundings=around, as_of=date.max, page_size=1)
        generic = self.engine.world.handlers.generic
        assert isinstance(generic, Generic)
        unreadable = Unreadable(generic.rng)
        self.engine.world.handlers = Handlers(generic=generic, special={UNREADABLE: unreadable})
        self.told: dict[str, set[str]] = defaultdict(set)

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        answer = super().__call__(operation, **params)
        self.told[operation] |= set(present(_shape(operation), answer))
        return answer

    def all(self, operation: str, **params: Any) -> None:
        """Every page."""
        answer = self(operation, **params)
        while "NextToken" in answer:
            answer = self(operation, **params, NextToken=answer["NextToken"])

    def look(self, name: str = "site") -> None:
        """Every read of a stack."""
        self("DescribeStacks", StackName=name)
        self("DescribeStackResources", StackName=name)
        for operation in ("DescribeStackEvents", "DescribeEvents", "ListStackResources", "ListChangeSets"):
            self.all(operation, StackName=name)
        for logical_id in self.resources(name):
            self("DescribeStackResource", StackName=name, LogicalResourceId=logical_id)

    def watch(self) -> None:
        """Look at the stack whenever anything has happened, until everything rests."""
        while due := self.engine.next_due():
            self("DescribeStacks", StackName="site")
            self.wait(max((due - self.clock.now()).total_seconds(), 0.001))


def _shape(operation: str) -> Any:
    return cloudformation().operation_model(operation).output_shape


def body(display: str, **resources: Any) -> str:
    """A template that has something of everything."""
    child = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "https://s3/child", "Parameters": {"Name": display}},
    }
    secret = {"Type": UNREADABLE, "Properties": {"Type": "String", "Value": "x"}}
    return json.dumps(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Something of everything",
            "Metadata": {"by": "hand"},
            "Parameters": {
                "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored", "Description": "a name"},
                "Size": {"Type": "String", "Default": "big", "AllowedValues": ["big", "small"]},
            },
            **template(
                Topic=topic("one", properties={"DisplayName": display}, Metadata={"size": display}),
                Gone=topic("two"),
                Queue={"Type": "AWS::SQS::Queue", "DependsOn": "Child"},
                Secret=secret,
                Child=child,
                **resources,
            ),
            "Outputs": {
                "Name": {"Value": "value", "Description": "what it is", "Export": {"Name": "shared"}},
                "Other": {"Value": "value", "Export": {"Name": "unused"}},
            },
        }
    )


def created(account: Witness) -> None:
    params: dict[str, Any] = {
        "Capabilities": ["CAPABILITY_IAM"],
        "ClientRequestToken": "token",
        "NotificationARNs": ["arn:aws:sns:us-east-1:111111111111:told"],
        "RetainExceptOnCreate": True,
        "RoleARN": ROLE,
        "RollbackConfiguration": TRIGGERS,
        "Tags": [{"Key": "of", "Value": "mine"}],
        "TimeoutInMinutes": 60,
    }
    account("CreateStack", StackName="site", TemplateBody=body("plain"), **params)
    account.watch()
    using = template(User=topic(properties={"DisplayName": {"Fn::ImportValue": "shared"}}))
    for name in ("using", "using-too"):
        account.create(using, name)


def proposed(account: Witness) -> None:
    params = {"Description": "why", "IncludeNestedStacks": True, "RollbackConfiguration": TRIGGERS}
    less = json.dumps(template(Topic=topic("one")))
    for name, wanted in {"first": body("new"), "second": less}.items():
        account(
            "CreateChangeSet", StackName="site", ChangeSetName=name, TemplateBody=wanted, OnStackFailure="ROLLBACK",
            Capabilities=["CAPABILITY_IAM"], **params,
        )  # fmt: skip
    account("CreateChangeSet", StackName="site", ChangeSetName="none", TemplateBody=body("plain"))
    wrong = json.dumps(template(Wrong={"Type": "AWS::SNS::Topic", "Properties": {"Nothing": "known"}}))
    account("CreateChangeSet", StackName="site", ChangeSetName="wrong", TemplateBody=wrong)
    account.settle()
    for name in ("first", "second", "none"):
        account.all("DescribeChangeSet", StackName="site", ChangeSetName=name, IncludePropertyValues=True)
    child = account.resources()["Child"]["PhysicalResourceId"]
    account.all("ListChangeSets", StackName=child)
    account.all("DescribeChangeSet", StackName=child, ChangeSetName="first")
    account.look()
    account("DeleteChangeSet", StackName="site", ChangeSetName="none")
    account("ExecuteChangeSet", StackName="site", ChangeSetName="first")
    account.settle()


def drifted(account: Witness) -> None:
    for key in list(account.made):
        if "one" in key[2]:
            account.made[key] = {**account.made[key], "DisplayName": "by hand"}
        elif "two" in key[2]:
            del account.made[key]
    detection = account("DetectStackDrift", StackName="site")
    account.settle()
    account("DescribeStackDriftDetectionStatus", StackDriftDetectionId=detection["StackDriftDetectionId"])
    for logical_id in ("Topic", "Secret"):
        account("DetectStackResourceDrift", StackName="site", LogicalResourceId=logical_id)
    account.all("DescribeStackResourceDrifts", StackName="site")
    account.all("ListStacks")
    account.look()
    account(
        "CreateChangeSet", StackName="site", ChangeSetName="revert", TemplateBody=body("newer"),
        DeploymentMode="REVERT_DRIFT", ImportExistingResources=True,
    )  # fmt: skip
    account.settle()
    account.all("DescribeChangeSet", StackName="site", ChangeSetName="revert", IncludePropertyValues=True)


def failed(account: Witness) -> None:
    def update(display: str, **params: Any) -> None:
        account("UpdateStack", StackName="site", TemplateBody=body(display), **params)

    account.fail(FailResource(resource="Topic", on=On.UPDATE))
    update("worse", DisableRollback=True)
    account.settle()
    account.look()
    account.all("ListStacks")
    account("RollbackStack", StackName="site")
    account.settle()

    account.fail(FailResource(resource="Topic", on=On.ROLLBACK))
    update("worst")
    account.wait(4)
    account("CancelUpdateStack", StackName="site")
    account.settle()
    account("ContinueUpdateRollback", StackName="site")
    account.settle()


def read(account: Witness) -> None:
    everything = {**json.loads(body("x", Odd={"Type": "No::Such::Type"}))}
    lenient = {"TreatUnrecognizedResourceTypesAsWarnings": True}
    account("GetTemplateSummary", TemplateBody=json.dumps(everything), TemplateSummaryConfig=lenient)
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    transformed = {**json.loads(body("x", Role=role)), "Transform": "AWS::LanguageExtensions"}
    for operation in ("GetTemplateSummary", "ValidateTemplate"):
        account(operation, TemplateBody=json.dumps(transformed))
    account("GetTemplate", StackName="site")
    account("UpdateTerminationProtection", StackName="site", EnableTerminationProtection=False)
    account("SetStackPolicy", StackName="site", StackPolicyBody='{"Statement": []}')
    account("GetStackPolicy", StackName="site")
    for operation, params in {"DescribeStacks": {}, "ListExports": {}, "ListImports": {"ExportName": "shared"}}.items():
        account.all(operation, **params)


def deleted(account: Witness) -> None:
    waiting = {"Type": "AWS::EC2::Instance", "CreationPolicy": {"ResourceSignal": {"Count": 1, "Timeout": "PT1H"}}}
    account("CreateStack", StackName="slow", TemplateBody=json.dumps(template(Wait=waiting)))
    account.wait(60)
    account("SignalResource", StackName="slow", LogicalResourceId="Wait", UniqueId="1", Status="SUCCESS")
    account.settle()
    account.fail(FailResource(resource="Wait", on=On.DELETE, times=2))
    account("DeleteStack", StackName="slow")
    account.settle()
    account("DeleteStack", StackName="slow", DeletionMode="FORCE_DELETE_STACK")
    account("DescribeStacks", StackName="slow")
    account.settle()
    account.all("ListStacks")


CHAPTERS: tuple[Callable[[Witness], None], ...] = (created, proposed, drifted, failed, read, deleted)


@pytest.fixture(scope="module")
def witness() -> Witness:
    account = Witness()
    for chapter in CHAPTERS:
        chapter(account)
    return account


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_every_member_of_the_model_is_told_or_known_to_be_left_out(witness: Witness, operation: str) -> None:
    assert operation in witness.told
    missing = members(_shape(operation)) - witness.told[operation]
    assert missing <= NEVER_TOLD


def test_what_is_said_to_be_left_out_is_never_told(witness: Witness) -> None:
    assert NEVER_TOLD.isdisjoint(set().union(*witness.told.values()))
    assert {name for operation in witness.told for name in members(_shape(operation))} >= NEVER_TOLD
    page = (Path(engine.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert [
        name for name in NOT_KNOWN_WHEN if f"`{name}`" not in page and f"`{name.partition('.')[0]}`" not in page
    ] == []


@pytest.mark.parametrize(
    ("changes", "misfit"),
    [
        ({"StackName": None}, "DescribeStacks.Stacks[].StackName is no string: None"),
        ({"StackStatus": "HEALTHY"}, "DescribeStacks.Stacks[].StackStatus is none of StackStatus: HEALTHY"),
        ({"Tags": [{"Key": "a"}]}, "DescribeStacks.Stacks[].Tags[].Value is missing"),
        ({"TimeoutInMinutes": True}, "DescribeStacks.Stacks[].TimeoutInMinutes is no integer: True"),
        ({"Owner": "me"}, "DescribeStacks.Stacks[].Owner is unknown"),
        ({"Tags": {}}, "DescribeStacks.Stacks[].Tags is no list: {}"),
    ],
)
def test_an_answer_of_another_shape_is_told_with_its_place(changes: dict[str, Any], misfit: str) -> None:
    plain = {"StackName": "site", "StackStatus": "CREATE_COMPLETE", "CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}
    assert misfits("DescribeStacks", {"Stacks": [plain]}) == []
    assert misfits("DescribeStacks", {"Stacks": [{**plain, **changes}]}) == [misfit]
