"""What happens to a stack and its resources: events in AWS's order, with AWS's reasons and ids."""

import json
import re
from datetime import timedelta
from itertools import pairwise

import pytest

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import Surroundings
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}
TWO = template(First=topic(), Second=topic(DependsOn="First"))


def test_a_create_tells_each_resource_three_times_in_the_order_of_need(account: Account) -> None:
    account.create(TWO)
    assert account.story() == [
        ("site", "CREATE_IN_PROGRESS", "User Initiated"),
        ("First", "CREATE_IN_PROGRESS", None),
        ("First", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("First", "CREATE_COMPLETE", None),
        ("Second", "CREATE_IN_PROGRESS", None),
        ("Second", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Second", "CREATE_COMPLETE", None),
        ("site", "CREATE_COMPLETE", None),
    ]


def test_independent_resources_start_together(account: Account) -> None:
    account.create(template(A=topic(), B=topic()))
    assert [who for who, _, _ in account.story()[1:5]] == ["A", "B", "A", "B"]


def test_the_first_event_of_create_stack_has_the_operation_id_as_its_own(account: Account) -> None:
    answer = account("CreateStack", StackName="site", TemplateBody='{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}')
    account.settle()
    assert account.events()[0]["EventId"] == answer["OperationId"]


def test_resource_event_ids_are_the_logical_id_the_status_and_the_time(account: Account) -> None:
    account.create(template(Topic=topic()))
    event = account.events()[1]
    assert re.fullmatch(r"Topic-CREATE_IN_PROGRESS-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["EventId"])


def test_event_ids_are_unique_even_when_everything_happens_at_once() -> None:
    account = Account(speed=0)
    account.create(template(A=topic(), B=topic(), C=QUEUE))
    ids, times = ([event[name] for event in account.events()] for name in ("EventId", "Timestamp"))
    assert len(set(ids)) == len(ids)
    assert all(later - earlier >= timedelta(milliseconds=1) for earlier, later in pairwise(times))


def test_resource_properties_are_told_as_text_on_resource_events_only(account: Account) -> None:
    account.create(template(Queue=QUEUE))
    first, second = account.events()[:2]
    assert "ResourceProperties" not in first
    assert second["ResourceProperties"] == '{"DelaySeconds":"5"}'


def test_secrets_are_not_told_in_resource_properties() -> None:
    account = Account(surroundings=Surroundings(dynamic=lambda _region, service, key: f"<{service} {key}>"))
    names = {"DisplayName": {"Fn::Sub": "a-${Secret}"}, "TopicName": "{{resolve:secretsmanager:db}}-{{resolve:ssm:/a}}"}
    body = {"Parameters": {"Secret": {"Type": "String", "NoEcho": True}}, **template(Topic=topic(properties=names))}

    account.create(body, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "word"}])

    [deployed] = account.engine.deployed("AWS::SNS::Topic")
    assert deployed.properties == {"DisplayName": "a-word", "TopicName": "<secretsmanager db>-<ssm /a>"}
    told = {event["ResourceProperties"] for event in account.events() if "ResourceProperties" in event}
    shown = {"DisplayName": "a-****", "TopicName": "{{resolve:secretsmanager:db}}-<ssm /a>"}
    assert [json.loads(each) for each in told] == [shown]


def test_a_secret_that_is_not_there_fails_the_resource_that_asks_for_it() -> None:
    def dynamic(_region: str, _service: str, _key: str) -> str:
        raise TemplateError("Secrets Manager can't find the specified secret.")

    account = Account(surroundings=Surroundings(dynamic=dynamic))
    account.create(template(Topic=topic(properties={"DisplayName": "{{resolve:secretsmanager:db}}"})))
    assert ("Topic", "CREATE_FAILED", "Secrets Manager can't find the specified secret.") in account.story()

    with pytest.raises(ApiError):
        account.create(template(Topic=topic(properties={"DisplayName": "{{resolve:ssm:/a}}"})), "other")


def test_the_physical_id_is_empty_until_something_exists(account: Account) -> None:
    account.create(template(Topic=topic()))
    ids = [e["PhysicalResourceId"] for e in account.events() if e["LogicalResourceId"] == "Topic"]
    assert ids[0] == ""
    assert ids[1] == ids[2] != ""


def test_an_update_in_place_is_two_events_and_the_unchanged_are_silent(account: Account) -> None:
    account.create(TWO)
    before = len(account.events())
    account.update(template(First=topic(), Second=topic(DependsOn="First", properties={"DisplayName": "new"})))
    assert account.story(since=before) == [
        ("site", "UPDATE_IN_PROGRESS", "User Initiated"),
        ("Second", "UPDATE_IN_PROGRESS", None),
        ("Second", "UPDATE_COMPLETE", None),
        ("site", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None),
        ("site", "UPDATE_COMPLETE", None),
    ]


def test_a_replacement_makes_the_new_one_first_and_deletes_the_old_one_at_cleanup(account: Account) -> None:
    account.create(template(Topic=topic("one")))
    before = len(account.events())
    account.update(template(Topic=topic("two")))
    assert account.story(since=before) == [
        ("site", "UPDATE_IN_PROGRESS", "User Initiated"),
        (
            "Topic",
            "UPDATE_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating one.",
        ),
        ("Topic", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Topic", "UPDATE_COMPLETE", None),
        ("site", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None),
        ("Topic", "DELETE_IN_PROGRESS", None),
        ("Topic", "DELETE_COMPLETE", None),
        ("site", "UPDATE_COMPLETE", None),
    ]
    ids = [e["PhysicalResourceId"][-3:] for e in account.events()[before:] if e["LogicalResourceId"] == "Topic"]
    assert ids == ["one", "two", "two", "one", "one"]


def test_cleanup_deletions_have_unnumbered_ids_and_no_properties(account: Account) -> None:
    account.create(TWO)
    account.update(template(First=topic()))
    deletion = next(e for e in account.events() if e["ResourceStatus"] == "DELETE_IN_PROGRESS")
    assert re.fullmatch(r"Second-[0-9a-f-]{36}", deletion["EventId"])
    assert "ResourceProperties" not in deletion


def test_what_was_removed_is_no_longer_listed_once_cleanup_begins(account: Account) -> None:
    account.create(TWO)
    account.fail(FailResource(resource="Second", on=On.DELETE, times=3))
    account("UpdateStack", StackName="site", TemplateBody=json.dumps(template(First=topic())))
    account.wait(60)
    assert account.status() == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    assert account.resources().keys() == {"First"}


def test_cleanup_tries_three_times_three_minutes_apart_then_leaves_the_orphan_behind(account: Account) -> None:
    account.create(TWO)
    account.fail(FailResource(resource="Second", on=On.DELETE, reason="denied", plain=True, times=None))
    account.update(template(First=topic()))
    tries = [e["Timestamp"] for e in account.events() if e["ResourceStatus"] == "DELETE_FAILED"]
    assert [round((later - tries[0]).total_seconds()) for later in tries] == [0, 180, 360]
    assert account.stack()["StackStatusReason"] == "Update successful. One or more resources could not be deleted."
    assert account.status() == "UPDATE_COMPLETE"
    assert account.made


def test_a_failed_create_rolls_back_and_the_waiting_resource_never_shows_up(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE, reason="no", code="InvalidRequest"))
    account.create(template(Good=topic(), Bad=topic(DependsOn="Good"), Waiting=topic(DependsOn="Bad")))
    story = account.story()
    failure = story[5]
    assert failure[:2] == ("Bad", "CREATE_FAILED")
    assert re.fullmatch(
        r'Resource handler returned message: "no" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: InvalidRequest\)',
        str(failure[2]),
    )
    assert story[6:] == [
        (
            "site",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Bad]. Rollback requested by user.",
        ),
        ("Bad", "DELETE_COMPLETE", None),
        ("Good", "DELETE_IN_PROGRESS", None),
        ("Good", "DELETE_COMPLETE", None),
        ("site", "ROLLBACK_COMPLETE", None),
    ]
    assert account.resources().keys() == {"Good", "Bad"}


def test_what_is_in_flight_when_a_sibling_fails_is_cancelled(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.create(template(Queue=QUEUE, Bad=topic()))
    assert ("Queue", "CREATE_FAILED", "Resource creation cancelled") in account.story()
    [told] = [str(reason) for _, status, reason in account.story() if status == "ROLLBACK_IN_PROGRESS"]
    assert told == "The following resource(s) failed to create: [Bad, Queue]. Rollback requested by user."


def test_the_rollback_of_an_update_names_what_failed_with_a_trailing_blank(account: Account) -> None:
    account.create(template(Old=topic()))
    before = len(account.events())
    account.fail(FailResource(resource="New", on=On.CREATE))
    changed = topic(properties={"DisplayName": "changed"})
    account.update(template(Old=changed, New=topic(DependsOn="Old")))
    story = account.story(since=before)
    assert story[5:] == [
        ("site", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [New]. "),
        ("Old", "UPDATE_IN_PROGRESS", None),
        ("Old", "UPDATE_COMPLETE", None),
        ("site", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", None),
        ("New", "DELETE_COMPLETE", None),
        ("site", "UPDATE_ROLLBACK_COMPLETE", None),
    ]


def test_mixed_failures_are_told_by_kind(account: Account) -> None:
    account.create(template(Old=topic()))
    account.fail(FailResource(resource="Old", on=On.UPDATE), FailResource(resource="New", on=On.CREATE))
    account.update(template(Old=topic(properties={"DisplayName": "x"}), New=topic()), DisableRollback=True)
    assert account.stack()["StackStatusReason"] == (
        "The following resource(s) failed to create: [New]. The following resource(s) failed to update: [Old]. "
    )


def test_the_rollback_is_an_operation_of_its_own_under_the_same_client_token(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    account.create(template(Bad=topic()), ClientRequestToken="mine")
    events = account.events()
    rollback = [e["ResourceStatus"] for e in events].index("ROLLBACK_IN_PROGRESS")
    first, second = {e["OperationId"] for e in events[:rollback]}, {e["OperationId"] for e in events[rollback:]}
    assert len(first) == len(second) == 1
    assert first != second
    assert {e["ClientRequestToken"] for e in events} == {"mine"}


def test_without_a_token_events_have_none(account: Account) -> None:
    account.create(template(Topic=topic()))
    assert {"ClientRequestToken" in event for event in account.events()} == {False}


def test_a_delete_goes_in_reverse_order_of_need(account: Account) -> None:
    stack_id = account.create(TWO)
    before = len(account.events())
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.story(stack_id, since=before) == [
        ("site", "DELETE_IN_PROGRESS", "User Initiated"),
        ("Second", "DELETE_IN_PROGRESS", None),
        ("Second", "DELETE_COMPLETE", None),
        ("First", "DELETE_IN_PROGRESS", None),
        ("First", "DELETE_COMPLETE", None),
        ("site", "DELETE_COMPLETE", None),
    ]


def test_a_retained_resource_is_skipped_without_having_been_in_progress(account: Account) -> None:
    stack_id = account.create(template(Kept=topic(DeletionPolicy="Retain")))
    account("DeleteStack", StackName="site")
    account.settle()
    last = [row[:2] for row in account.story(stack_id)[-2:]]
    assert last == [("Kept", "DELETE_SKIPPED"), ("site", "DELETE_COMPLETE")]


def test_deleting_a_rolled_back_stack_is_two_events(account: Account) -> None:
    account.fail(FailResource(resource="Bad", on=On.CREATE))
    stack_id = account.create(template(Good=topic(), Bad=topic(DependsOn="Good")))
    before = len(account.events())
    account("DeleteStack", StackName="site")
    account.settle()
    assert [row[:2] for row in account.story(stack_id, since=before)] == [
        ("site", "DELETE_IN_PROGRESS"),
        ("site", "DELETE_COMPLETE"),
    ]


def test_a_failed_delete_names_what_is_left_and_does_not_touch_what_it_needs(account: Account) -> None:
    account.create(TWO)
    account.fail(FailResource(resource="Second", on=On.DELETE))
    account("DeleteStack", StackName="site")
    account.settle()
    assert account.status() == "DELETE_FAILED"
    assert account.stack()["StackStatusReason"] == "The following resource(s) failed to delete: [Second]. "
    assert account.resources()["First"]["ResourceStatus"] == "CREATE_COMPLETE"


def test_a_change_of_only_the_metadata_is_an_update_without_a_change_of_the_thing(account: Account) -> None:
    account.create(template(Topic=topic()))
    account.update(template(Topic=topic(Metadata={"note": "new"})))
    assert ("Topic", "UPDATE_COMPLETE", None) in account.story()
