"""Ordinary days: create, update, nothing to do, review, delete; and the ways CloudFormation says them."""

import json

from changesets import (
    Allowed,
    Declined,
    Deleted,
    Deployed,
    HazardKind,
    NoChanges,
    Profile,
    Rejected,
    Reviewed,
    RolledBack,
    StackEvent,
)
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, TOPIC, Cloud, kept, template, topic


def test_a_new_stack_is_created_and_its_outputs_are_told() -> None:
    cloud = Cloud()
    text = json.dumps({"Resources": {"Topic": TOPIC}, "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}}})
    outcome = cloud.apply(text)
    assert isinstance(outcome, Deployed)
    assert outcome.stack.outputs["Arn"].startswith("arn:aws:sns:")
    assert cloud.status == "CREATE_COMPLETE"


def test_every_event_of_the_operation_is_told_once_and_in_order() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=TOPIC, Other=topic("two")))
    told = [event for event in cloud.events if isinstance(event, StackEvent)]
    assert len({event.id for event in told}) == len(told)
    assert [event.at for event in told] == sorted(event.at for event in told)
    assert told[-1].stack_status == "CREATE_COMPLETE"


def test_the_same_again_is_no_change_and_leaves_no_change_set_behind() -> None:
    cloud = Cloud()
    cloud.apply()
    outcome = cloud.apply()
    assert isinstance(outcome, NoChanges)
    assert cloud.gateway.pending_change_sets(cloud.stack().id) == ()


def test_a_no_change_of_a_sam_template_is_one_too() -> None:
    cloud = Cloud()
    text = json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Topic": TOPIC}})
    cloud.apply(text)
    assert isinstance(cloud.apply(text), NoChanges)


def test_a_change_of_outputs_only_is_executed_without_asking() -> None:
    cloud = Cloud()
    cloud.apply()
    text = json.dumps({"Resources": {"Topic": TOPIC}, "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}}})
    outcome = cloud.apply(text, consent=Allowed())
    assert isinstance(outcome, Deployed)
    assert outcome.stack.outputs.keys() == {"Arn"}


def test_a_review_shows_before_and_after_and_touches_nothing() -> None:
    cloud = Cloud()
    cloud.apply()
    outcome = cloud.review(template(Topic=topic("two")))
    assert isinstance(outcome, Reviewed)
    assert outcome.review is not None
    (change,) = outcome.review.changes
    (value,) = change.properties
    assert (value.before, value.after) == ("one", "two")
    assert cloud.gateway.pending_change_sets(cloud.stack().id) == ()


def test_a_review_of_a_new_stack_leaves_no_shell_behind() -> None:
    cloud = Cloud()
    assert isinstance(cloud.review(template()), Reviewed)
    assert cloud.status == "absent"


def test_a_parameter_that_is_not_given_keeps_its_value() -> None:
    cloud = Cloud()
    body = {"Parameters": {"Name": {"Type": "String", "Default": "default"}}}
    first = json.dumps(
        body | {"Resources": {"Topic": topic("x"), "Named": {**TOPIC, "Properties": {"DisplayName": {"Ref": "Name"}}}}}
    )
    cloud.apply(first, parameters={"Name": "given", "Unknown": "to the template"})
    cloud.apply(first.replace('"x"', '"y"'))
    assert cloud.stack().parameters == {"Name": "given"}


def test_a_wrong_template_is_refused_with_its_cause_and_leaves_nothing_behind() -> None:
    cloud = Cloud()
    outcome = cloud.apply(
        template(Topic={"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Nothing"}}})
    )
    assert isinstance(outcome, Rejected)
    assert outcome.diagnosis.page == "unresolved-resource-dependencies.md"
    assert cloud.status == "absent"


def test_what_the_validation_finds_is_told_before_anything_is_touched() -> None:
    cloud = Cloud(real=True)
    SERVICES.client("s3").create_bucket(Bucket="taken")
    taken = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken"}}
    wrong = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": ["not", "text"]}}
    outcome = cloud.apply(template(Bucket=taken, Topic=wrong))
    assert isinstance(outcome, Rejected)
    assert outcome.diagnosis.page == "bucket-exists.md"
    assert len(outcome.diagnosis.cause.splitlines()) == 2
    assert cloud.status == "absent"


def test_missing_capabilities_are_named_with_the_flag_to_add() -> None:
    cloud = Cloud()
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
    outcome = cloud.apply(template(Role=role), capabilities=())
    assert isinstance(outcome, Rejected)
    assert outcome.diagnosis.page == "requires-capabilities.md"


def test_a_failed_first_deployment_leaves_nothing_but_a_name_and_the_next_one_succeeds() -> None:
    cloud = Cloud()
    cloud.cloud.faults.add(FailResource(resource="Table", on=On.CREATE, reason="Some attributes are wrong"))
    text = template(Topic=TOPIC, Table=kept(TABLE))
    failed = cloud.apply(text)
    assert isinstance(failed, RolledBack)
    assert (failed.diagnosis.logical_id, cloud.status) == ("Table", "ROLLBACK_COMPLETE")
    assert isinstance(cloud.apply(text, consent=Allowed()), Deployed)


def test_a_failed_update_leaves_the_stack_as_it_was() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE, reason="No such name"))
    outcome = cloud.apply(template(Topic=topic("two")))
    assert isinstance(outcome, RolledBack)
    assert (outcome.diagnosis.cause, cloud.status) == ("No such name", "UPDATE_ROLLBACK_COMPLETE")


def test_a_failure_that_passes_by_itself_is_tried_once_more() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE, reason="Rate exceeded", code="Throttling"))
    assert isinstance(cloud.apply(template(Topic=topic("two"))), Deployed)


def test_removing_a_table_needs_its_name_and_a_plain_yes_is_not_enough() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=TOPIC, Table=TABLE))
    declined = cloud.apply(template(), consent=Allowed(yes=True))
    assert isinstance(declined, Declined)
    assert [hazard.kind for hazard in declined.plan.hazards] == [HazardKind.DATA]
    assert cloud.gateway.pending_change_sets(cloud.stack().id) == ()
    assert isinstance(cloud.apply(template(), consent=Allowed(names=frozenset({"Table"}))), Deployed)


def test_deleting_a_stack_says_what_stays() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=TOPIC, Bucket=kept(BUCKET)))
    assert isinstance(cloud.delete(consent=Allowed()), Declined)
    outcome = cloud.delete(consent=Allowed(yes=True))
    assert isinstance(outcome, Deleted)
    assert [each.logical_id for each in outcome.left_behind] == ["Bucket"]
    assert cloud.status == "absent"


def test_deleting_what_is_not_there_succeeds() -> None:
    assert Cloud().delete() == Deleted(stack_name="demo")


def test_a_production_stack_is_protected_and_deletes_only_by_name() -> None:
    cloud = Cloud()
    cloud.apply(profile=Profile.PRODUCTION)
    assert cloud.stack().protected
    assert isinstance(cloud.delete(), Declined)
    assert isinstance(cloud.delete(consent=Allowed(yes=True, names=frozenset({"demo"}))), Deleted)


def test_a_stack_that_became_a_production_one_is_protected_without_a_change() -> None:
    cloud = Cloud()
    cloud.apply()
    assert isinstance(cloud.apply(profile=Profile.PRODUCTION), NoChanges)
    assert cloud.stack().protected


def test_tags_reach_the_stack_and_stay_when_none_are_given() -> None:
    cloud = Cloud()
    cloud.apply(tags={"commit": "abc"})
    cloud.apply(template(Topic=topic("two")))
    assert cloud.stack().tags == {"commit": "abc"}


def test_finding_no_change_takes_few_calls() -> None:
    cloud = Cloud()
    cloud.apply()
    made: list[str] = []
    cloud.client.meta.events.register(
        "before-parameter-build.cloudformation.*", lambda model, **_: made.append(model.name)
    )
    cloud.apply()
    assert len(made) <= 10
