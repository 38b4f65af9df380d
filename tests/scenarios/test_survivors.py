"""Data that an earlier stack of the same name left behind: taken over, or asked about, and never forgotten."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from changesets import Allowed, Declined, Deleted, Deployed, Hazard, HazardKind, NoChanges, Noticed, Reviewed, words
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import (
    SERVICES,
    TABLE,
    Cloud,
    ending_with_another,
    items,
    kept,
    put_item,
    template,
    topic,
)

WANTED = template(Topic=topic("one"), Table=kept(TABLE))
BY_NAME = Allowed(yes=True, names=frozenset({"Table"}))


def deleted_by_somebody() -> tuple[Cloud, str]:
    """A stack of this name was deleted, and left a table with an item."""
    cloud = Cloud(real=True)
    assert isinstance(cloud.apply(WANTED), Deployed)
    table = cloud.physical_id("Table")
    put_item(table)
    cloud.client.delete_stack(StackName="demo")
    cloud.clock.sleep(60)
    return cloud, table


def to_be_created_again(**more: Any) -> tuple[Cloud, str]:
    """Half deleted, with a table that has an item: `apply` finishes the deletion, and is to take the table over."""
    cloud = Cloud(real=True)
    assert isinstance(cloud.apply(WANTED), Deployed)
    table = cloud.physical_id("Table")
    put_item(table)
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.DELETE))
    cloud.client.delete_stack(StackName="demo")
    cloud.clock.sleep(60)
    assert cloud.status == "DELETE_FAILED"
    cloud.cloud.faults.add(FailResource(resource="Table", on=On.IMPORT, **more))
    return cloud, table


def hazards(outcome: object) -> tuple[Hazard, ...]:
    assert isinstance(outcome, Declined), outcome
    return outcome.plan.hazards


def asked(outcome: object) -> list[tuple[HazardKind, str]]:
    return [(each.kind, each.logical_id) for each in hazards(outcome)]


# ---- left by a deletion that was meant ----


def test_a_new_stack_does_not_begin_with_an_empty_table_unasked_where_a_full_one_is_left() -> None:
    cloud, table = deleted_by_somebody()
    (hazard,) = hazards(cloud.apply(WANTED, consent=Allowed()))
    assert (hazard.kind, hazard.logical_id) == (HazardKind.LEFTOVER, "Table")
    assert table in hazard.message
    assert hazard.message.endswith("--import-existing-resources takes it over")
    typed = [line for line in words.outcome(Declined(plan=cloud.plans[-1])) if line.startswith("→")]
    assert typed == ["→ the same command with --import-existing-resources", "→ the same command with --yes"]


def test_it_is_taken_over_as_the_question_says_also_after_a_no() -> None:
    cloud, table = deleted_by_somebody()
    cloud.apply(WANTED, consent=Allowed())
    outcome = cloud.apply(WANTED, consent=Allowed(), import_existing=True)
    assert isinstance(outcome, Deployed), outcome
    assert (cloud.physical_id("Table"), items(table)) == (table, 1)
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), NoChanges)


def test_or_it_stays_where_it_is_with_a_yes() -> None:
    cloud, table = deleted_by_somebody()
    assert isinstance(cloud.apply(WANTED), Deployed)
    assert cloud.physical_id("Table") != table
    assert items(table) == 1


def test_a_review_tells_it_too() -> None:
    cloud, _ = deleted_by_somebody()
    outcome = cloud.review(WANTED)
    assert isinstance(outcome, Reviewed)
    assert outcome.review
    assert [each.logical_id for each in outcome.review.hazards] == ["Table"]


def test_a_table_that_is_empty_is_not_asked_about() -> None:
    cloud, table = deleted_by_somebody()
    SERVICES.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": "precious"}})
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), Deployed)


def test_nor_one_that_is_gone() -> None:
    cloud, table = deleted_by_somebody()
    SERVICES.client("dynamodb").delete_table(TableName=table)
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), Deployed)


def test_nor_one_that_is_no_longer_wanted() -> None:
    cloud, _ = deleted_by_somebody()
    assert isinstance(cloud.apply(template(Topic=topic("one")), consent=Allowed()), Deployed)


def test_nor_one_that_another_stack_has_now() -> None:
    cloud, table = deleted_by_somebody()
    cloud.client.create_change_set(
        StackName="other",
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        TemplateBody=template(Table=kept(TABLE)),
        ResourcesToImport=[
            {
                "ResourceType": "AWS::DynamoDB::Table",
                "LogicalResourceId": "Table",
                "ResourceIdentifier": {"TableName": table},
            }
        ],
    )
    cloud.clock.sleep(60)
    cloud.client.execute_change_set(StackName="other", ChangeSetName="import")
    cloud.clock.sleep(60)
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), Deployed)


@pytest.mark.parametrize(
    ("operation", "code", "text"),
    [
        ("ListStacks", "AccessDenied", "No ListStacks for you"),
        ("ListStackResources", "AccessDenied", "No ListStackResources for you"),
        ("ListStackResources", "ValidationError", "Stack with id demo does not exist"),
        ("DescribeStackResources", "AccessDenied", "No DescribeStackResources for you"),
    ],
)
def test_whoever_may_not_see_what_was_left_or_no_longer_can_still_deploy(operation: str, code: str, text: str) -> None:
    cloud, _ = deleted_by_somebody()

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": text}}, operation)

    cloud.client.meta.events.register(f"before-parameter-build.cloudformation.{operation}", refuse)
    assert isinstance(cloud.apply(WANTED), Deployed)


def test_a_deletion_that_was_killed_before_it_could_say_so_tells_what_is_left_the_next_time() -> None:
    cloud, table = deleted_by_somebody()
    outcome = cloud.delete()
    assert isinstance(outcome, Deleted)
    assert [each.physical_id for each in outcome.left_behind] == [table]
    SERVICES.client("dynamodb").delete_table(TableName=table)
    outcome = cloud.delete()
    assert isinstance(outcome, Deleted)
    assert not outcome.left_behind


# ---- left by a deletion after which the stack was to be created again ----


def test_an_import_that_fails_once_succeeds_with_the_same_command_again() -> None:
    cloud, table = to_be_created_again()
    outcome = cloud.apply(WANTED)
    assert asked(outcome) == [(HazardKind.DATA, "Table")]
    assert any("having a bad day" in event.message for event in cloud.events if isinstance(event, Noticed))
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), Deployed)
    assert (cloud.physical_id("Table"), items(table)) == (table, 1)


def test_without_one_that_always_fails_a_new_stack_begins_only_by_the_tables_name() -> None:
    cloud, table = to_be_created_again(times=None)
    for _ in range(2):
        assert asked(cloud.apply(WANTED)) == [(HazardKind.DATA, "Table")]
    assert isinstance(cloud.apply(WANTED, consent=BY_NAME), Deployed)
    assert cloud.physical_id("Table") != table
    assert items(table) == 1


def test_a_no_to_the_import_does_not_make_the_next_run_forget_the_table() -> None:
    cloud, table = to_be_created_again(times=None)
    cloud.apply(WANTED, consent=lambda plan: plan.review is None)
    cloud.cloud.faults.clear()
    assert cloud.status == "absent"
    assert isinstance(cloud.apply(WANTED, consent=Allowed()), Deployed)
    assert (cloud.physical_id("Table"), items(table)) == (table, 1)


def test_a_failed_update_right_after_the_import_keeps_the_table() -> None:
    cloud, table = to_be_created_again(times=1)
    cloud.cloud.faults.clear()
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    text = ending_with_another({"Topic": topic("one"), "Table": kept(TABLE)})
    cloud.apply(text)
    assert isinstance(cloud.apply(text, consent=Allowed()), Deployed)
    assert (cloud.physical_id("Table"), items(table)) == (table, 1)
