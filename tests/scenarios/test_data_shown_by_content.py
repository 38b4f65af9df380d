"""Data is known by what a bucket or a table holds: it is lost only by name, and outlives its stack."""

from typing import Any

from changesets import Allowed, Declined, Deleted, Deployed, Profile, Recovered, StackEvent, Stuck
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, TOPIC, Cloud, items, kept, put_item, template, topic
from tests.scenarios.nesting import nesting

ROLE = "arn:aws:iam::111111111111:role/deployer"


def test_a_table_with_items_is_not_removed_by_a_plain_yes_and_an_empty_one_is() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Topic=TOPIC, Table=TABLE))
    table = cloud.physical_id("Table")
    put_item(table)
    assert not isinstance(cloud.apply(template()), Deployed)
    assert items(table) == 1
    SERVICES.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": "precious"}})
    assert isinstance(cloud.apply(template()), Deployed)


def test_deleting_a_stack_empties_a_bucket_only_by_its_name() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Bucket={**BUCKET, "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}))
    name = cloud.physical_id("Bucket")
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
    table = cloud.physical_id("Table")
    put_item(table)
    outcome = cloud.apply(text, consent=Allowed(), tags={"owner": "me"}, role_arn=ROLE)
    assert isinstance(outcome, Deployed), outcome
    assert cloud.physical_id("Table") == table
    assert items(table) == 1
    [stack] = cloud.client.describe_stacks(StackName="demo")["Stacks"]  # an import can give it neither
    assert (stack["Tags"], stack["RoleARN"]) == ([{"Key": "owner", "Value": "me"}], ROLE)


def half_deleted(**beside: Any) -> Cloud:
    """A stack whose deletion failed at a bucket with a page in it; the other resources are gone."""
    cloud = Cloud(real=True)
    assert isinstance(cloud.apply(template(Bucket=BUCKET, **beside), consent=Allowed()), Deployed)
    SERVICES.client("s3").put_object(Bucket=cloud.physical_id("Bucket"), Key="page", Body=b"precious")
    cloud.client.delete_stack(StackName="demo")
    cloud.clock.sleep(200)
    assert cloud.status == "DELETE_FAILED"
    return cloud


def test_a_half_deleted_stack_keeps_its_data_and_the_new_one_takes_it_over() -> None:
    cloud = half_deleted(Topic=TOPIC)
    name = cloud.physical_id("Bucket")
    outcome = cloud.apply(template(Topic=TOPIC, Bucket=kept(BUCKET)), consent=Allowed())
    assert isinstance(outcome, Deployed), outcome
    assert cloud.physical_id("Bucket") == name
    assert SERVICES.client("s3").get_object(Bucket=name, Key="page")["Body"].read() == b"precious"


def test_a_stack_that_is_created_anew_around_its_data_asks_for_no_more_than_a_first_deployment() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
    }
    text = template(Role=role, Bucket=kept(BUCKET))
    cloud = half_deleted(Role=role)
    for event in cloud.applying(text, consent=Allowed()):
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "IMPORT_COMPLETE":
            break
    assert isinstance(cloud.apply(text, consent=Allowed()), Deployed)


def test_the_takeover_survives_a_kill_between_deletion_and_creation() -> None:
    cloud = half_deleted(Topic=TOPIC)
    name = cloud.physical_id("Bucket")
    text = template(Topic=TOPIC, Bucket=kept(BUCKET))
    for event in cloud.applying(text):
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "DELETE_COMPLETE":
            break
    assert isinstance(cloud.apply(text, consent=Allowed()), Deployed)
    assert cloud.physical_id("Bucket") == name


def test_a_paused_stack_that_never_was_stable_is_not_rolled_back_over_data_unasked() -> None:
    """CREATE_FAILED, then a fix forward that failed too: UPDATE_FAILED, and RollbackStack would delete everything."""
    cloud = Cloud(real=True)
    text = template(Table=TABLE, Last={**TOPIC, "DependsOn": "Table"})
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, times=None))
    for _ in range(2):
        cloud.apply(text, profile=Profile.DEVELOPMENT)
    assert cloud.status == "UPDATE_FAILED"
    table = cloud.physical_id("Table")
    put_item(table)
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards] == ["Table"]
    assert items(table) == 1
    assert isinstance(cloud.recover(consent=Allowed(names=frozenset({"Table"}))), Recovered)


def test_what_a_paused_update_created_is_not_rolled_back_over_data_unasked_and_what_was_there_before_is_safe() -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Old=TABLE))
    old = cloud.physical_id("Old")
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, times=None))
    text = template(Old=TABLE, New=TABLE, Last={**TOPIC, "DependsOn": "New"})
    cloud.apply(text, profile=Profile.DEVELOPMENT)
    new = cloud.physical_id("New")
    put_item(old)
    put_item(new)
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards] == ["New"]
    assert (items(old), items(new)) == (1, 1)
    assert isinstance(cloud.recover(consent=Allowed(names=frozenset({"New"}))), Recovered)
    assert items(old) == 1


def inside(cloud: Cloud) -> dict[str, str]:
    """The physical ids of what the nested stack holds, by logical id."""
    (child,) = (each for each in cloud.gateway.resources(cloud.stack().id) if each.logical_id == "Child")
    return {each.logical_id: each.physical_id for each in cloud.gateway.resources(child.physical_id)}


def test_a_table_in_a_nested_stack_is_deleted_only_by_its_name_and_a_kept_one_is_told() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Items=TABLE, Kept=kept(TABLE))))
    tables = inside(cloud)
    for table in tables.values():
        put_item(table)
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
    table = inside(cloud)["Items"]
    put_item(table)
    declined = cloud.apply(nesting(template(Items=KEYED_ANEW, Other=TOPIC)))
    assert isinstance(declined, Declined), declined
    assert [each.logical_id for each in declined.plan.hazards if each.severe] == ["Child.Items"]
    assert items(table) == 1
    named = Allowed(yes=True, names=frozenset({"Child.Items"}))
    assert isinstance(cloud.apply(nesting(template(Items=KEYED_ANEW, Other=TOPIC)), consent=named), Deployed)


def test_a_nested_stack_with_items_in_it_is_removed_only_by_their_names() -> None:
    cloud = Cloud(real=True)
    cloud.apply(nesting(template(Items=TABLE, Kept=kept(TABLE))))
    tables = inside(cloud)
    for table in tables.values():
        put_item(table)
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
    table = cloud.physical_id("Table")
    put_item(table)
    assert isinstance(cloud.delete(), Stuck)
    assert items(table) == 1
    assert isinstance(cloud.delete(consent=Allowed(yes=True, names=frozenset({"Table"}))), Deleted)
