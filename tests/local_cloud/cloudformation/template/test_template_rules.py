"""The Rules section: assertions about parameters that hold before anything begins."""

from contextlib import nullcontext
from typing import Any

import pytest

from local_cloud import ApiError
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

CDK = {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "Version"}]}]}
LIST = {"Type": "CommaDelimitedList", "Default": "a,b"}


def body(assertion: Any, **more: Any) -> dict[str, Any]:
    rule = {"Assertions": [{"Assert": assertion, "AssertDescription": "Please bootstrap."}], **more}
    parameters = {"Version": {"Type": "String", "Default": "4"}, "Names": LIST}
    return {"Parameters": parameters, "Rules": {"Check": rule}, **template(Topic=topic())}


def version(number: str) -> list[dict[str, str]]:
    return [{"ParameterKey": "Version", "ParameterValue": number}]


def test_a_rule_that_does_not_hold_refuses_the_call_and_nothing_is_there() -> None:
    account = Account()
    for refused in (account.create, account.propose):
        with pytest.raises(ApiError, match=r"Please bootstrap\."):
            refused(body(CDK), **({"ChangeSetType": "CREATE"} if refused == account.propose else {}))
    with pytest.raises(ApiError, match="does not exist"):
        account.stack()

    account.create(body(CDK), Parameters=version("6"))
    assert account.status() == "CREATE_COMPLETE"
    with pytest.raises(ApiError, match=r"rule Check is not satisfied: Please bootstrap\."):
        account("UpdateStack", StackName="site", UsePreviousTemplate=True, Parameters=version("5"))


def test_a_rule_whose_condition_does_not_hold_is_not_asked() -> None:
    account = Account()
    account.create(body(CDK, RuleCondition={"Fn::Equals": [{"Ref": "Version"}, "0"]}))
    assert account.status() == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("assertion", "holds"),
    [
        ({"Fn::EachMemberIn": [{"Ref": "Names"}, ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberIn": [{"Ref": "Names"}, ["a"]]}, False),
        ({"Fn::EachMemberEquals": [{"Ref": "Names"}, "a"]}, False),
        ({"Fn::And": [{"Fn::Contains": [{"Ref": "Names"}, "a"]}, {"Fn::Equals": [{"Ref": "Version"}, "4"]}]}, True),
        ({"Fn::Or": [{"Fn::Contains": [{"Ref": "Names"}, "z"]}, {"Fn::Equals": [{"Ref": "Version"}, "5"]}]}, False),
        ({"Fn::EachMemberIn": [{"Fn::ValueOf": ["Names", "Tags.x"]}, {"Fn::RefAll": "AWS::EC2::VPC::Id"}]}, True),
    ],
)
def test_rules_have_functions_of_their_own(assertion: dict[str, Any], holds: bool) -> None:
    with nullcontext() if holds else pytest.raises(ApiError, match="is not satisfied"):
        Account().create(body(assertion))


def test_a_macro_inside_a_section_is_refused_as_the_transform_that_it_is() -> None:
    include = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/key"}}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": include}
    change_set = Account().propose(template(Topic=topic), ChangeSetType="CREATE")
    assert change_set["StatusReason"] == "Transform AWS::Include failed with: S3 bucket [bucket] does not exist."
    with pytest.raises(ApiError, match="CAPABILITY_AUTO_EXPAND"):
        Account().create(template(Topic=topic))
