"""Someone else is at work: attach and wait, plan anew, take nothing from a colleague unasked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

import changesets
from changesets import (
    Allowed,
    Declined,
    Deleted,
    Deployed,
    Deployment,
    HazardKind,
    NoChanges,
    Noticed,
    Plan,
    RolledBack,
    StackEvent,
    TimedOut,
)
from local_cloud import attach
from local_cloud.cloudformation.faults import FailResource, ForeignOperation, HangResource, On
from tests.changesets.cloud import TABLE, YES, Cloud, items, kept, put_item, template, topic

FIRST, SECOND, THIRD = (template(Topic=topic(name)) for name in ("one", "two", "three"))


def test_the_second_deployer_attaches_to_the_firsts_operation_and_then_deploys_its_own() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    first = cloud.applying(SECOND)
    for event in first:
        if isinstance(event, StackEvent):
            break  # the first one's process ends here; its update goes on
    outcome = cloud.apply(THIRD)
    assert isinstance(outcome, Deployed)
    told = [event for event in cloud.events if isinstance(event, StackEvent) and event.is_of_stack]
    assert len({event.token for event in told}) == 2
    assert cloud.cloud.deployed("AWS::SNS::Topic")[0].properties["DisplayName"] == "three"


def test_two_deployers_of_the_same_template_end_alike_and_only_one_update_runs() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    running = cloud.applying(SECOND)
    for event in running:
        if isinstance(event, StackEvent):
            break
    assert isinstance(cloud.apply(SECOND), NoChanges)
    assert isinstance(cloud.run(running), Deployed)


def test_an_operation_that_begins_between_review_and_execution_is_waited_for() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    cloud.cloud.faults.add(ForeignOperation(stack="demo", before="ExecuteChangeSet", seconds=60))
    outcome = cloud.apply(SECOND)
    assert isinstance(outcome, Deployed), outcome
    assert any(isinstance(event, Noticed) for event in cloud.events)
    assert cloud.cloud.deployed("AWS::SNS::Topic")[0].properties["DisplayName"] == "two"


def test_an_operation_that_begins_before_the_change_set_is_waited_for() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    cloud.cloud.faults.add(ForeignOperation(stack="demo", before="CreateChangeSet", seconds=60))
    assert isinstance(cloud.apply(SECOND), Deployed)


def test_a_colleagues_pending_change_set_is_named_before_it_becomes_obsolete() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    arn = cloud.stack().id
    cloud.client.create_change_set(StackName=arn, ChangeSetName="under-review", TemplateBody=THIRD)
    cloud.clock.sleep(60)
    outcome = cloud.apply(SECOND, consent=Allowed())
    assert isinstance(outcome, Declined)
    assert [(each.kind, each.logical_id) for each in outcome.plan.hazards] == [(HazardKind.OTHERS, "under-review")]
    assert cloud.gateway.pending_change_sets(arn) == ("under-review",)


def test_a_wait_is_bounded_and_says_what_it_waited_for() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    cloud.cloud.faults.add(HangResource(resource="Topic", on=On.UPDATE))
    deployment = Deployment(stack_name="demo", template=SECOND)
    events = changesets.apply(cloud.gateway, deployment, clock=cloud.clock, timeout=timedelta(minutes=10))
    outcome = cloud.run(events)
    assert isinstance(outcome, TimedOut)
    assert outcome.oldest is not None
    assert outcome.oldest.logical_id == "Topic"


def test_a_long_wait_is_gentle() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    cloud.cloud.faults.add(HangResource(resource="Topic", on=On.UPDATE, seconds=3600))
    calls: list[str] = []
    cloud.client.meta.events.register(
        "before-parameter-build.cloudformation.*", lambda model, **_: calls.append(model.name)
    )
    assert isinstance(cloud.apply(SECOND), Deployed)
    assert len(calls) < 3600 / 4


def test_another_account_of_the_same_name_is_another_stack() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    elsewhere = boto3.client("cloudformation", region_name="eu-central-1")
    attach(elsewhere, engine=cloud.cloud)
    assert changesets.CloudFormation(elsewhere).stack("demo") is None


def after_next(cloud: Cloud, operation: str, act: Callable[[], object]) -> None:
    """Somebody else does something right after the next call of this operation."""
    happened: list[str] = []

    def intervene(**_: Any) -> None:
        if not happened:
            happened.append(operation)
            act()

    cloud.client.meta.events.register(f"after-call.cloudformation.{operation}", intervene)


def name_of_topic(cloud: Cloud) -> str:
    return str(cloud.cloud.deployed("AWS::SNS::Topic")[0].properties["DisplayName"])


@pytest.mark.parametrize("call", ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet"])
def test_a_stack_that_somebody_creates_meanwhile_is_updated(call: str) -> None:
    cloud = Cloud()
    after_next(cloud, call, lambda: cloud.apply(FIRST))
    assert isinstance(cloud.apply(SECOND), Deployed)
    assert name_of_topic(cloud) == "two"


@pytest.mark.parametrize("call", ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet"])
def test_a_stack_that_somebody_deletes_meanwhile_is_created_again(call: str) -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    after_next(cloud, call, cloud.delete)
    assert isinstance(cloud.apply(SECOND), Deployed)
    assert name_of_topic(cloud) == "two"


def test_a_stack_that_somebody_makes_anew_after_its_deletion_is_not_deleted_too() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    before = cloud.stack().id
    deleting = changesets.delete(cloud.gateway, "demo", clock=cloud.clock, consent=YES)
    for event in deleting:
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "DELETE_COMPLETE":
            break
    cloud.apply(SECOND)
    assert isinstance(cloud.run(deleting), Deleted)
    assert cloud.stack().id != before


def test_nor_if_somebody_else_deletes_it_and_makes_it_anew_while_a_person_thinks() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    before = cloud.stack().id

    def consent(plan: Plan) -> bool:
        cloud.client.delete_stack(StackName=before)
        cloud.clock.sleep(60)
        cloud.client.create_stack(StackName="demo", TemplateBody=SECOND)
        cloud.clock.sleep(60)
        return YES(plan)

    assert isinstance(cloud.delete(consent=consent), Deleted)
    assert cloud.status == "CREATE_COMPLETE"


def test_a_deletion_is_not_executed_on_a_stack_that_changed_while_a_person_thought_about_it() -> None:
    """The table was to be kept by its policy, which somebody else takes away."""
    cloud = Cloud(real=True)
    cloud.apply(template(Topic=topic("one"), Table=kept(TABLE)))
    table = cloud.physical_id("Table")
    put_item(table)
    asked: list[tuple[HazardKind, ...]] = []

    def consent(plan: Plan) -> bool:
        if not asked:
            cloud.client.update_stack(StackName="demo", TemplateBody=template(Topic=topic("one"), Table=TABLE))
            cloud.clock.sleep(60)
        asked.append(tuple(each.kind for each in plan.hazards if each.logical_id == "Table"))
        return YES(plan)

    assert not isinstance(cloud.delete(consent=consent), Deleted)
    assert asked == [(HazardKind.LEFTOVER,), (HazardKind.DATA,)]
    assert items(table) == 1


def test_an_update_that_succeeded_is_deployed_whatever_somebody_begins_right_after_it() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)
    deploying = cloud.applying(SECOND)
    for event in deploying:
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "UPDATE_COMPLETE":
            break
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE))
    cloud.client.update_stack(StackName="demo", TemplateBody=THIRD)
    assert isinstance(cloud.run(deploying), Deployed)
    assert cloud.status == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
def test_a_stack_that_somebody_deletes_while_it_is_deployed_is_left_alone_and_that_is_the_reason(status: str) -> None:
    cloud = Cloud()
    deploying = cloud.applying(FIRST)
    for event in deploying:
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == status:
            break
    cloud.client.delete_stack(StackName="demo")
    outcome = cloud.run(deploying)
    assert isinstance(outcome, RolledBack), outcome
    assert outcome.diagnosis.cause == "The stack was deleted by somebody else while it was deployed"
    assert outcome.diagnosis.command == "apply"
    assert cloud.status == "absent"
