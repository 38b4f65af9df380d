"""Ctrl-C while something runs: left alone, or turned back as far as CloudFormation can; data goes only by its name."""

from collections.abc import Callable
from typing import Any

import changesets
from changesets import (
    Allowed,
    Deleted,
    Deployed,
    Detached,
    NoChanges,
    Outcome,
    Recovered,
    RolledBack,
    StackEvent,
    Stuck,
    words,
)
from local_cloud.cloudformation.faults import HangResource, On
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, Cloud, kept, put_item, template, topic

FIRST, SECOND = (template(Topic=topic(name)) for name in ("one", "two"))


def updating(seconds: float) -> Cloud:
    """A cloud whose stack is being updated; the process that began it is gone."""
    cloud = Cloud()
    cloud.apply(FIRST)
    cloud.cloud.faults.add(HangResource(resource="Topic", on=On.UPDATE, seconds=seconds))
    for event in cloud.applying(SECOND):
        if isinstance(event, StackEvent):
            break
    return cloud


def interrupt(cloud: Cloud, answer: Callable[[str], bool], consent: Any = None) -> Outcome:
    return cloud.run(changesets.interrupted(cloud.gateway, "demo", ask=answer, consent=consent, clock=cloud.clock))


def test_an_update_that_is_cancelled_rolls_back() -> None:
    cloud = updating(600)
    assert isinstance(interrupt(cloud, lambda _: True), RolledBack)
    assert cloud.status == "UPDATE_ROLLBACK_COMPLETE"


def test_an_update_that_is_not_cancelled_goes_on() -> None:
    cloud = updating(600)
    assert isinstance(interrupt(cloud, lambda _: False), Detached)
    assert isinstance(cloud.apply(SECOND), NoChanges)


def test_an_update_that_ends_while_the_person_thinks_is_left_as_it_is() -> None:
    cloud = updating(600)

    def after_an_hour(_: str) -> bool:
        cloud.clock.sleep(3600)
        return True

    outcome = interrupt(cloud, after_an_hour)
    assert isinstance(outcome, Detached)
    assert cloud.status == "UPDATE_COMPLETE"


def test_nothing_is_asked_when_no_update_is_running() -> None:
    cloud = Cloud()
    cloud.apply(FIRST)

    def answer(question: str) -> bool:
        raise AssertionError(question)

    assert isinstance(interrupt(cloud, answer), Detached)


def test_an_explanation_says_that_something_is_running_and_that_recover_follows_it() -> None:
    cloud = updating(600)
    said = words.outcome(cloud.run(changesets.explain(cloud.gateway, "demo")))
    assert said == [
        "An operation is running, in UPDATE_IN_PROGRESS: demo",
        "→ python -m changesets recover --stack-name demo",
    ]
    assert isinstance(cloud.recover(), Recovered)


# ---- a create cannot be cancelled; it can be deleted while it runs ----


def creating(**resources: Any) -> Cloud:
    """A cloud in which a first create waits for its topic, with everything else made; whoever began it is gone."""
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(HangResource(resource="Topic", on=On.CREATE, seconds=600))
    for event in cloud.applying(template(**resources, Topic={**topic("one"), "DependsOn": list(resources)})):
        if isinstance(event, StackEvent) and event.logical_id == "Topic":
            break
    return cloud


def yes(question: str) -> bool:
    assert question.startswith("Stop the create")
    return True


def test_a_create_that_is_stopped_leaves_nothing() -> None:
    cloud = creating(Bucket=BUCKET, Table=TABLE)
    assert isinstance(interrupt(cloud, yes), Deleted)
    assert cloud.status == "absent"
    assert SERVICES.client("s3").list_buckets()["Buckets"] == []
    assert SERVICES.client("dynamodb").list_tables()["TableNames"] == []


def test_what_a_retain_policy_keeps_is_named_and_asked_about() -> None:
    def no(plan: changesets.Plan) -> bool:
        assert [each.kind for each in plan.hazards] == [changesets.HazardKind.REMOVED, changesets.HazardKind.LEFTOVER]
        return False

    cloud = creating(Table=kept(TABLE))
    assert isinstance(interrupt(cloud, yes, no), Detached)
    assert cloud.status == "CREATE_IN_PROGRESS"
    outcome = interrupt(cloud, yes)
    assert isinstance(outcome, Deleted)
    assert [each.logical_id for each in outcome.left_behind] == ["Table"]


def with_an_item() -> Cloud:
    cloud = creating(Table=TABLE)
    put_item(table())
    return cloud


def table() -> str:
    (name,) = SERVICES.client("dynamodb").list_tables()["TableNames"]
    return str(name)


def test_an_item_that_was_put_into_the_new_table_keeps_the_create_going_unless_its_name_is_given() -> None:
    cloud = with_an_item()
    assert isinstance(interrupt(cloud, yes), Detached)
    assert cloud.status == "CREATE_IN_PROGRESS"
    assert SERVICES.client("dynamodb").scan(TableName=table())["Count"] == 1
    assert isinstance(interrupt(cloud, yes, Allowed(yes=True, names=frozenset({"Table"}))), Deleted)


def test_an_object_in_the_new_bucket_stops_the_deletion_at_the_bucket() -> None:
    cloud = creating(Bucket=BUCKET)
    (bucket,) = SERVICES.client("s3").list_buckets()["Buckets"]
    SERVICES.client("s3").put_object(Bucket=bucket["Name"], Key="page", Body=b"precious")
    outcome = interrupt(cloud, yes)
    assert isinstance(outcome, Stuck), outcome
    assert SERVICES.client("s3").list_objects_v2(Bucket=bucket["Name"])["KeyCount"] == 1
    again = cloud.apply(template(Bucket=kept(BUCKET), Topic=topic("one")))
    assert isinstance(again, Deployed), again
    assert SERVICES.client("s3").list_objects_v2(Bucket=bucket["Name"])["KeyCount"] == 1


def test_a_create_that_ends_while_the_person_thinks_is_not_deleted() -> None:
    cloud = creating(Table=TABLE)

    def after_an_hour(question: str) -> bool:
        cloud.clock.sleep(3600)
        return yes(question)

    assert isinstance(interrupt(cloud, after_an_hour), Detached)
    assert cloud.status == "CREATE_COMPLETE"
