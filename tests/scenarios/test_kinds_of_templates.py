"""Templates that are too large for a request, and nested stacks."""

import json

import pytest

from changesets import (
    Allowed,
    Deployed,
    Rejected,
    Reviewed,
    RolledBack,
    StackEvent,
    Stuck,
)
from changesets.errors import Refused
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import SERVICES, TOPIC, Cloud, template, topic
from tests.scenarios.nesting import bucket, nesting

BIG = template(Topic={**TOPIC, "Metadata": {"Text": "x" * 60_000}})


def test_a_large_template_goes_through_the_artifacts_bucket() -> None:
    cloud = Cloud(real=True)
    bucket("artifacts")
    outcome = cloud.apply(BIG, artifacts_bucket="artifacts", artifacts_prefix="groat")
    assert isinstance(outcome, Deployed), outcome
    (stored,) = SERVICES.client("s3").list_objects_v2(Bucket="artifacts")["Contents"]
    assert stored["Key"].startswith("groat/")


def test_a_large_template_without_a_bucket_is_refused_with_the_flag_to_add() -> None:
    outcome = Cloud().apply(BIG)
    assert isinstance(outcome, Rejected)
    assert outcome.diagnosis.page == "template-body-too-long.md"
    assert "--s3-bucket" in outcome.diagnosis.command


def test_a_bucket_for_the_template_that_is_not_there_is_named_with_the_flag() -> None:
    outcome = Cloud(real=True).apply(BIG, artifacts_bucket="missing")
    assert isinstance(outcome, Rejected)
    assert "missing" in outcome.diagnosis.cause
    assert outcome.diagnosis.page == "template-bucket.md"


def test_the_events_of_nested_stacks_are_told_among_the_roots() -> None:
    cloud = Cloud(real=True)
    outcome = cloud.apply(nesting(template(Inner=TOPIC)))
    assert isinstance(outcome, Deployed), outcome
    told = [event for event in cloud.events if isinstance(event, StackEvent)]
    assert ("Inner", "CREATE_COMPLETE") in {(event.logical_id, event.status) for event in told}
    assert len({event.id for event in told}) == len(told)


def test_a_failure_in_a_nested_stack_is_blamed_on_its_own_resource() -> None:
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(FailResource(resource="Inner", on=On.CREATE, reason="No room"))
    outcome = cloud.apply(nesting(template(Inner=TOPIC)))
    assert isinstance(outcome, RolledBack)
    assert (outcome.diagnosis.logical_id, outcome.diagnosis.cause) == ("Inner", "No room")
    assert outcome.diagnosis.stack_name.startswith("demo-Child-")


def test_a_nested_resource_is_skipped_by_the_name_of_its_stack() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Inner=topic("one"))))
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE, reason="No"))
    text = json.loads(nesting(template(Inner=topic("longer"))))
    text["Resources"]["Topic"]["DependsOn"] = "Child"
    told = []
    for event in cloud.applying(json.dumps(text), consent=Allowed()):
        told.append(event)
        if isinstance(event, StackEvent) and (event.logical_id, event.status) == ("Topic", "UPDATE_FAILED"):
            cloud.cloud.faults.add(FailResource(resource="Inner", on=On.UPDATE, reason="Never", times=None))
            cloud.cloud.faults.add(FailResource(resource="Inner", on=On.ROLLBACK, reason="Never", times=None))
    outcome = told[-1]
    assert isinstance(outcome, Stuck), outcome
    (skipped,) = outcome.recovery.steps[0].arguments["ResourcesToSkip"]
    assert skipped.startswith("demo-Child-")
    assert skipped.endswith(".Inner")


def test_a_nested_stack_is_not_worked_on_by_itself() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Inner=TOPIC)))
    (child,) = (each for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Child")
    with pytest.raises(Refused, match="nested"):
        cloud.recover(name=child.physical_id)


def test_a_change_deep_inside_is_reviewed_by_its_path() -> None:
    cloud = Cloud(real=True)

    def deep(name: str) -> str:
        return nesting(nesting(template(Inner=topic(name))))

    cloud.apply(deep("one"))
    reviewed = cloud.review(deep("other"))
    assert isinstance(reviewed, Reviewed), reviewed
    assert reviewed.review is not None
    assert "Child.Child.Inner" in {each.logical_id for each in reviewed.review.changes}
    assert isinstance(cloud.apply(deep("other"), consent=Allowed()), Deployed)


def test_a_nested_template_that_cannot_be_is_refused_with_its_own_reason() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Inner=TOPIC)))
    refused = cloud.apply(
        nesting(template(Inner={"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "X"}}}))
    )
    assert isinstance(refused, Rejected | RolledBack), refused
    assert "X" in refused.diagnosis.cause
