"""Nested stacks, large templates, imports, and data that outlives its stack."""

import json
from typing import Any

import pytest

from changesets import (
    Allowed,
    Declined,
    Deleted,
    Deployed,
    Profile,
    Recovered,
    Rejected,
    Reviewed,
    RolledBack,
    StackEvent,
    Stuck,
)
from changesets.errors import Refused
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, TOPIC, Cloud, kept, template, topic

BIG = template(Topic={**TOPIC, "Metadata": {"Text": "x" * 60_000}})


def bucket(name: str) -> Any:
    client = SERVICES.client("s3")
    client.create_bucket(Bucket=name)
    return client


def nesting(child: str) -> str:
    """A root with one nested stack; its template is in a bucket, as it must be."""
    client = bucket("templates") if not SERVICES.client("s3").list_buckets()["Buckets"] else SERVICES.client("s3")
    client.put_object(Bucket="templates", Key=f"{len(child)}.json", Body=child.encode())
    url = f"https://templates.s3.us-east-1.amazonaws.com/{len(child)}.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    return template(Child=nested, Topic=topic(str(len(child))))


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


# ---- data: shown by content ----


def item(table: str) -> None:
    SERVICES.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "precious"}})


def items(table: str) -> int:
    return int(SERVICES.client("dynamodb").scan(TableName=table)["Count"])


ROLE = "arn:aws:iam::111111111111:role/deployer"


def physical(cloud: Cloud, logical_id: str) -> str:
    return next(each.physical_id for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == logical_id)


def test_a_table_with_items_is_not_removed_by_a_plain_yes_and_an_empty_one_is() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Topic=TOPIC, Table=TABLE))
    table = physical(cloud, "Table")
    item(table)
    assert not isinstance(cloud.apply(template()), Deployed)
    assert items(table) == 1
    SERVICES.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": "precious"}})
    assert isinstance(cloud.apply(template()), Deployed)


def test_deleting_a_stack_empties_a_bucket_only_by_its_name() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Bucket={**BUCKET, "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}))
    name = physical(cloud, "Bucket")
    for body in (b"one", b"two"):
        SERVICES.client("s3").put_object(Bucket=name, Key="page", Body=body)
    SERVICES.client("s3").delete_object(Bucket=name, Key="page")
    assert not isinstance(cloud.delete(), Deleted)
    assert len(SERVICES.client("s3").list_object_versions(Bucket=name)["Versions"]) == 2
    assert isinstance(cloud.delete(consent=Allowed(yes=True, names=frozenset({"Bucket"}))), Deleted)
    assert not SERVICES.client("s3").list_buckets()["Buckets"]


def test_data_that_outlives_a_dead_stack_is_taken_over_by_the_new_one() -> None:
    """ROLLBACK_COMPLETE after a create by another tool, which kept a table with a Retain policy that has items now."""
    cloud = Cloud(real=True)
    text = template(Topic=topic("x"), Table=kept(TABLE), Last={**TOPIC, "DependsOn": ["Topic", "Table"]})
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    cloud.client.create_stack(StackName="demo", TemplateBody=text)
    for _ in range(200):
        cloud.clock.sleep(1)
    assert cloud.status == "ROLLBACK_COMPLETE"
    table = physical(cloud, "Table")
    item(table)
    outcome = cloud.apply(text, consent=Allowed(), tags={"owner": "me"}, role_arn=ROLE)
    assert isinstance(outcome, Deployed), outcome
    assert physical(cloud, "Table") == table
    assert items(table) == 1
    [stack] = cloud.client.describe_stacks(StackName="demo")["Stacks"]  # an import can give it neither
    assert (stack["Tags"], stack["RoleARN"]) == ([{"Key": "owner", "Value": "me"}], ROLE)


def test_a_half_deleted_stack_keeps_its_data_and_the_new_one_takes_it_over() -> None:
    cloud = Cloud(real=True)
    text = template(Topic=TOPIC, Bucket=kept(BUCKET))
    cloud.apply(template(Topic=TOPIC, Bucket=BUCKET))
    name = physical(cloud, "Bucket")
    SERVICES.client("s3").put_object(Bucket=name, Key="page", Body=b"precious")
    cloud.client.delete_stack(StackName="demo")
    for _ in range(200):
        cloud.clock.sleep(1)
    assert cloud.status == "DELETE_FAILED"
    outcome = cloud.apply(text, consent=Allowed())
    assert isinstance(outcome, Deployed), outcome
    assert physical(cloud, "Bucket") == name
    assert SERVICES.client("s3").get_object(Bucket=name, Key="page")["Body"].read() == b"precious"


def test_the_takeover_survives_a_kill_between_deletion_and_creation() -> None:
    cloud = Cloud(real=True)
    text = template(Topic=TOPIC, Bucket=kept(BUCKET))
    cloud.apply(template(Topic=TOPIC, Bucket=BUCKET))
    name = physical(cloud, "Bucket")
    SERVICES.client("s3").put_object(Bucket=name, Key="page", Body=b"precious")
    cloud.client.delete_stack(StackName="demo")
    for _ in range(200):
        cloud.clock.sleep(1)
    for event in cloud.applying(text):
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "DELETE_COMPLETE":
            break
    assert isinstance(cloud.apply(text, consent=Allowed()), Deployed)
    assert physical(cloud, "Bucket") == name


def test_a_paused_stack_that_never_was_stable_is_not_rolled_back_over_data_unasked() -> None:
    """CREATE_FAILED, then a fix forward that failed too: UPDATE_FAILED, and RollbackStack would delete everything."""
    cloud = Cloud(real=True)
    text = template(Table=TABLE, Last={**TOPIC, "DependsOn": "Table"})
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, times=None))
    for _ in range(2):
        cloud.apply(text, profile=Profile.DEVELOPMENT)
    assert cloud.status == "UPDATE_FAILED"
    table = physical(cloud, "Table")
    item(table)
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards] == ["Table"]
    assert items(table) == 1
    assert isinstance(cloud.recover(consent=Allowed(names=frozenset({"Table"}))), Recovered)


def test_what_a_paused_update_created_is_not_rolled_back_over_data_unasked_and_what_was_there_before_is_safe() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Old=TABLE))
    old = physical(cloud, "Old")
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, times=None))
    text = template(Old=TABLE, New=TABLE, Last={**TOPIC, "DependsOn": "New"})
    cloud.apply(text, profile=Profile.DEVELOPMENT)
    new = physical(cloud, "New")
    item(old)
    item(new)
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards] == ["New"]
    assert (items(old), items(new)) == (1, 1)
    assert isinstance(cloud.recover(consent=Allowed(names=frozenset({"New"}))), Recovered)
    assert items(old) == 1


def test_a_table_in_a_nested_stack_is_deleted_only_by_its_name_and_a_kept_one_is_told() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Items=TABLE, Kept=kept(TABLE))))
    (child,) = (each for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Child")
    tables = {each.logical_id: each.physical_id for each in cloud.gateway.resources(child.physical_id)}
    for table in tables.values():
        item(table)
    declined = cloud.delete()
    assert isinstance(declined, Declined), declined
    assert [each.logical_id for each in declined.plan.hazards if each.severe] == ["Child.Items"]
    assert all(items(table) == 1 for table in tables.values())
    outcome = cloud.delete(consent=Allowed(yes=True, names=frozenset({"Child.Items"})))
    assert isinstance(outcome, Deleted), outcome
    assert [each.logical_id for each in outcome.left_behind] == ["Child.Kept"]
    assert items(tables["Kept"]) == 1


KEYED_ANEW = {
    **TABLE,
    "Properties": {
        **TABLE["Properties"],
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
    },
}


def test_a_table_in_a_nested_stack_is_replaced_only_by_its_name() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Items=TABLE)))
    (child,) = (each for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Child")
    (table,) = cloud.gateway.resources(child.physical_id)
    item(table.physical_id)
    declined = cloud.apply(nesting(template(Items=KEYED_ANEW, Other=TOPIC)))
    assert isinstance(declined, Declined), declined
    assert [each.logical_id for each in declined.plan.hazards if each.severe] == ["Child.Items"]
    assert items(table.physical_id) == 1
    named = Allowed(yes=True, names=frozenset({"Child.Items"}))
    assert isinstance(cloud.apply(nesting(template(Items=KEYED_ANEW, Other=TOPIC)), consent=named), Deployed)


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


def test_a_nested_stack_with_items_in_it_is_removed_only_by_their_names() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Items=TABLE, Kept=kept(TABLE))))
    (child,) = (each for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Child")
    tables = {each.logical_id: each.physical_id for each in cloud.gateway.resources(child.physical_id)}
    for table in tables.values():
        item(table)
    declined = cloud.apply(template())
    assert isinstance(declined, Declined), declined
    assert {each.logical_id for each in declined.plan.hazards} == {"Child.Items", "Child.Kept"}
    assert all(items(table) == 1 for table in tables.values())
    named = Allowed(yes=True, names=frozenset({"Child.Items"}))
    assert isinstance(cloud.apply(template(), consent=named), Deployed)
    assert items(tables["Kept"]) == 1


def test_a_create_that_runs_is_not_broken_off_over_data_by_a_plain_yes() -> None:
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(HangResource(resource="Last", on=On.CREATE))
    for event in cloud.applying(template(Table=TABLE, Last={**TOPIC, "DependsOn": "Table"})):
        if isinstance(event, StackEvent) and event.logical_id == "Last":
            break
    table = physical(cloud, "Table")
    item(table)
    assert isinstance(cloud.delete(), Stuck)
    assert items(table) == 1
    assert isinstance(cloud.delete(consent=Allowed(yes=True, names=frozenset({"Table"}))), Deleted)
