"""What differs between environments and accounts: paused failures, service roles, express mode, narrow permissions."""

import json
from datetime import date

from changesets import Allowed, Deleted, Deployed, Profile, Recovered, Rejected, RolledBack, StackEvent, Stuck
from changesets.words import outcome
from local_cloud.cloudformation.faults import DeleteRole, FailResource, HangResource, On
from tests.changesets.cloud import TABLE, TOPIC, Cloud, kept, template, topic

ROLE, NEW_ROLE = "arn:aws:iam::111111111111:role/deployer", "arn:aws:iam::111111111111:role/new"
TODAY = date(2026, 9, 28)  # DescribeStacks tells the deployment mode
SECOND = template(Topic=topic("two"), New=topic("new"))


def test_a_development_create_that_fails_keeps_what_was_built_and_is_fixed_forward() -> None:
    cloud = Cloud()
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE, reason="Not yet"))
    paused = cloud.apply(SECOND, profile=Profile.DEVELOPMENT)
    assert isinstance(paused, Stuck)
    assert (paused.diagnosis.cause, cloud.status) == ("Not yet", "CREATE_FAILED")
    before = {each.physical_id for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Topic"}
    assert isinstance(cloud.apply(SECOND, profile=Profile.DEVELOPMENT, consent=Allowed()), Deployed)
    after = {each.physical_id for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Topic"}
    assert before == after


def test_a_development_update_that_fails_can_be_rolled_back_instead() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE))
    assert isinstance(cloud.apply(SECOND, profile=Profile.DEVELOPMENT), Stuck)
    assert isinstance(cloud.recover(consent=Allowed()), Recovered)
    assert cloud.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_replacement_in_a_paused_stack_is_rolled_back_first_and_then_deployed() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE))
    cloud.apply(SECOND, profile=Profile.DEVELOPMENT)
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "named"}}
    assert isinstance(cloud.apply(template(Topic=named), profile=Profile.DEVELOPMENT), Deployed)
    assert "RollbackStack" in cloud.steps


def test_an_express_deployment_is_deployed() -> None:
    cloud = Cloud()
    assert isinstance(cloud.apply(express=True), Deployed)
    assert isinstance(cloud.apply(SECOND, express=True), Deployed)


def test_a_deleted_service_role_is_named_and_another_one_given_helps() -> None:
    cloud = Cloud()
    cloud.apply(role_arn=ROLE)
    cloud.cloud.faults.add(DeleteRole(role=ROLE))
    refused = cloud.apply(SECOND)
    assert isinstance(refused, Rejected)
    assert refused.diagnosis.page == "role-cannot-be-assumed.md"
    assert isinstance(cloud.apply(SECOND, role_arn=NEW_ROLE), Deployed)
    assert isinstance(cloud.delete(), Deleted)


def test_a_table_that_exists_by_name_is_taken_over_when_asked() -> None:
    cloud = Cloud()
    named = kept({**TABLE, "Properties": {**TABLE["Properties"], "TableName": "tracks"}})
    cloud.apply(template(Table=named), stack_name="earlier")
    cloud.delete(name="earlier")
    outcome = cloud.apply(template(Topic=TOPIC, Table=named), import_existing=True)
    assert isinstance(outcome, Deployed), outcome


def test_orphans_that_a_cleanup_could_not_delete_are_named_with_their_ids() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=TOPIC, Old=topic("old")))
    cloud.cloud.faults.add(FailResource(resource="Old", on=On.DELETE, reason="Access Denied", times=None))
    outcome = cloud.apply()
    assert isinstance(outcome, Deployed)
    (orphan,) = outcome.orphans
    assert orphan.physical_id.startswith("arn:aws:sns:")
    assert orphan.reason


def test_a_stack_policy_is_set() -> None:
    cloud = Cloud()
    policy = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    assert isinstance(cloud.apply(stack_policy=json.dumps(policy)), Deployed)
    assert json.loads(cloud.client.get_stack_policy(StackName="demo")["StackPolicyBody"]) == policy


def test_a_stack_policy_that_forbids_the_change_is_named_and_one_that_allows_it_decides_about_the_same_update() -> None:
    cloud = Cloud()
    everything = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    forbidden = {**everything, "Effect": "Deny", "Resource": "LogicalResourceId/Topic"}
    cloud.apply(stack_policy=json.dumps({"Statement": [forbidden, everything]}))
    refused = cloud.apply(SECOND)
    assert isinstance(refused, RolledBack), refused
    assert refused.diagnosis.logical_id == "Topic"
    assert "→ aws cloudformation set-stack-policy --stack-name demo --stack-policy-body file://FILE" in outcome(refused)
    assert isinstance(cloud.apply(SECOND, stack_policy=json.dumps({"Statement": [everything]})), Deployed)


def test_an_express_stack_is_followed_up_and_deleted_in_express_mode() -> None:
    cloud = Cloud(as_of=TODAY)
    cloud.apply(express=True)
    assert isinstance(cloud.apply(SECOND), Deployed)
    assert isinstance(cloud.delete(), Deleted)


def test_an_express_deployment_that_fails_is_rolled_back_because_nothing_else_could_free_it() -> None:
    cloud = Cloud(as_of=TODAY)
    cloud.apply(express=True)
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE))
    assert isinstance(cloud.apply(SECOND, express=True), RolledBack)
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "named"}}
    assert isinstance(cloud.apply(template(Topic=named), express=True), Deployed)


def test_a_stack_that_another_tool_paused_in_express_mode_is_fixed_forward() -> None:
    cloud = Cloud(as_of=TODAY)
    cloud.apply(express=True)
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE))
    cloud.client.update_stack(StackName="demo", TemplateBody=SECOND, DeploymentConfig={"Mode": "EXPRESS"})
    cloud.clock.sleep(600)
    assert cloud.status == "UPDATE_FAILED"
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert "→ python -m changesets apply --stack-name demo --template-file FILE" in outcome(stopped)
    assert isinstance(cloud.apply(SECOND, consent=Allowed()), Deployed)


def test_an_orphan_of_a_rollback_is_named_with_its_id() -> None:
    cloud = Cloud()
    cloud.apply()
    failing = FailResource(resource="Last", on=On.CREATE)
    cloud.cloud.faults.add(failing, FailResource(resource="New", on=On.ROLLBACK, times=None, reason="Access Denied"))
    rolled_back = cloud.apply(template(Topic=TOPIC, New=topic("new"), Last={**topic("last"), "DependsOn": "New"}))
    assert isinstance(rolled_back, RolledBack), rolled_back
    (orphan,) = rolled_back.orphans
    assert any(orphan.physical_id in line for line in outcome(rolled_back))


def test_a_create_that_hangs_is_broken_off_by_delete_with_a_yes() -> None:
    cloud = Cloud()
    cloud.cloud.faults.add(HangResource(resource="Topic", on=On.CREATE))
    for event in cloud.applying(SECOND):
        if isinstance(event, StackEvent) and event.logical_id == "Topic":
            break
    assert isinstance(cloud.delete(consent=Allowed()), Stuck)
    assert isinstance(cloud.delete(), Deleted)
