"""Stack policies: where they come from, what they deny, and what overrides them."""

import json

from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

PLAIN, CHANGED = topic(), topic(properties={"DisplayName": "changed"})


def test_a_stack_policy_denies_an_update(account: Account) -> None:
    account.create(template(Topic=PLAIN))
    statement = {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    account("SetStackPolicy", StackName="site", StackPolicyBody=json.dumps({"Statement": [statement]}))
    account.update(template(Topic=CHANGED))
    reason = "Action denied by stack policy: Statement [#1] does not allow [Update:*] for resource [*];"
    assert ("Topic", "UPDATE_FAILED", reason) in account.story()
    during = {"Statement": [{**statement, "Effect": "Allow"}]}
    account.update(template(Topic=CHANGED), StackPolicyDuringUpdateBody=json.dumps(during))
    [deployed] = account.engine.deployed("AWS::SNS::Topic")
    assert deployed.properties["DisplayName"] == "changed"
    account.update(template(Topic=PLAIN))
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_policy_may_be_behind_a_url() -> None:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]})
    account = Account(surroundings=Surroundings(read_url=lambda _url: policy))

    account.create(template(A=topic()), StackPolicyURL="https://s3.amazonaws.com/policies/mine.json")

    assert account("GetStackPolicy", StackName="site")["StackPolicyBody"] == policy


def test_a_stack_policy_keeps_what_may_not_be_removed(account: Account) -> None:
    forbidding = {"Effect": "Deny", "Action": ["Update:Delete"], "Principal": "*", "Resource": "LogicalResourceId/Kept"}
    policy = {"Statement": [{**forbidding, "Effect": "Allow", "Action": "Update:*", "Resource": "*"}, forbidding]}
    account.create(template(Kept=PLAIN, Other=PLAIN), StackPolicyBody=json.dumps(policy))

    account.update(template(Other=CHANGED))

    where = "for resource [LogicalResourceId/Kept];"
    reason = f"Action denied by stack policy: Statement [#2] does not allow [Update:Delete] {where}"
    assert ("Kept", "UPDATE_FAILED", reason) in account.story()
    assert account.status() == "UPDATE_ROLLBACK_COMPLETE"
    account.update(template(Kept=PLAIN))
    assert account.resources().keys() == {"Kept"}
