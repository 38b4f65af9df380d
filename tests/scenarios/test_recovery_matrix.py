"""Every status × every verb: where it ends, what was asked, and what was left alone."""

import pytest
from botocore.exceptions import ClientError

from changesets import (
    Allowed,
    Deleted,
    Deployed,
    HazardKind,
    Noticed,
    Plan,
    Profile,
    Recovered,
    Reviewed,
    RolledBack,
    StackEvent,
    StackStatus,
    Stuck,
    status,
)
from changesets.statuses import facts, is_healthy
from local_cloud.cloudformation.faults import FailResource, On, StaleReads
from local_cloud.cloudformation.stage import stage
from tests.changesets.cloud import Cloud, ending_with_another, template, topic

S = StackStatus
FOUND: tuple[StackStatus | None, ...] = (None, *StackStatus)
BEFORE = template(Topic=topic("before"), Other=topic("other"))
WANTED = template(Topic=topic("wanted"), Other=topic("other"))
every_status = pytest.mark.parametrize("found", FOUND, ids=[str(each or "absent") for each in FOUND])

# Where apply asks: what it would leave alive outside of the stack (an import retains), or take from a colleague.
ASKED: dict[StackStatus | None, HazardKind] = {
    S.REVIEW_IN_PROGRESS: HazardKind.OTHERS,
    S.IMPORT_COMPLETE: HazardKind.LEFTOVER,
    S.IMPORT_IN_PROGRESS: HazardKind.LEFTOVER,
}


def arrive(found: StackStatus | None) -> Cloud:
    cloud = Cloud()
    if found is not None:
        stage(cloud.cloud, "demo", found, template=BEFORE, seconds=300)
    assert cloud.status == ("absent" if found in (None, S.DELETE_COMPLETE) else found)
    return cloud


@every_status
def test_apply_ends_in_a_deployed_stack(found: StackStatus | None) -> None:
    cloud = arrive(found)
    outcome = cloud.apply(WANTED)
    assert isinstance(outcome, Deployed), outcome
    assert is_healthy(outcome.stack.status)
    names = {each.properties["DisplayName"] for each in cloud.cloud.deployed("AWS::SNS::Topic")}
    assert names == {"wanted", "other"}


@every_status
def test_apply_asks_only_where_something_is_left_or_someone_else_affected(found: StackStatus | None) -> None:
    cloud = arrive(found)
    outcome = cloud.apply(WANTED, consent=Allowed())
    asked = {hazard.kind for plan in cloud.plans for hazard in plan.hazards}
    assert asked == ({ASKED[found]} if found in ASKED else set()), cloud.plans
    assert isinstance(outcome, Deployed) == (found not in ASKED), outcome


@every_status
def test_recover_ends_where_the_next_deployment_can_begin(found: StackStatus | None) -> None:
    cloud = arrive(found)
    outcome = cloud.recover()
    assert isinstance(outcome, Recovered), outcome
    assert facts(outcome.stack.status if outcome.stack else None).distance <= 1


@every_status
def test_delete_ends_in_no_stack(found: StackStatus | None) -> None:
    cloud = arrive(found)
    outcome = cloud.delete()
    assert isinstance(outcome, Deleted), outcome
    assert cloud.status == "absent"


@every_status
def test_a_review_never_changes_the_stack(found: StackStatus | None) -> None:
    cloud = arrive(found)
    outcome = cloud.review(WANTED)
    assert isinstance(outcome, Reviewed | Stuck), outcome
    after = cloud.gateway.stack("demo")
    assert (after is None) == (found in (None, S.DELETE_COMPLETE, S.DELETE_IN_PROGRESS))


@pytest.mark.parametrize("denied", ["DeleteStack", "DescribeStackEvents"])
def test_a_review_by_somebody_who_may_not_delete_is_shown_all_the_same_with_what_it_leaves(denied: str) -> None:
    cloud = Cloud()

    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": f"No {denied} for you"}}, denied)

    cloud.client.meta.events.register(f"before-parameter-build.cloudformation.{denied}", deny)
    outcome = cloud.review(WANTED)
    assert isinstance(outcome, Reviewed)
    assert outcome.review
    (told,) = [each.message for each in cloud.events if isinstance(each, Noticed)]
    assert told.endswith(f"aws cloudformation delete-stack --stack-name {cloud.stack().id}")


def test_a_review_leaves_a_colleagues_change_set_alone() -> None:
    cloud = arrive(S.REVIEW_IN_PROGRESS)
    cloud.review(WANTED)
    assert cloud.gateway.pending_change_sets(cloud.stack().id) == ("staged",)


@every_status
def test_status_says_how_it_is_and_what_to_type(found: StackStatus | None) -> None:
    cloud = arrive(found)
    told = status(cloud.gateway, "demo")
    assert told.meaning
    assert (told.next == "") == is_healthy(found)


def test_a_rollback_that_always_fails_is_skipped_only_with_consent() -> None:
    cloud = arrive(S.UPDATE_ROLLBACK_FAILED)
    cloud.cloud.faults.add(
        FailResource(resource="Topic", on=On.ROLLBACK, reason="Invalid API identifier specified 1:2", times=None)
    )
    stopped = cloud.apply(WANTED, consent=Allowed())
    assert isinstance(stopped, Stuck)
    assert (stopped.diagnosis.logical_id, stopped.diagnosis.page) == ("Topic", "api-gone.md")
    assert stopped.recovery.steps[0].arguments["ResourcesToSkip"] == ["Topic"]
    assert isinstance(cloud.apply(WANTED), Deployed)
    names = {each.properties["DisplayName"] for each in cloud.cloud.deployed("AWS::SNS::Topic")}
    assert names == {"wanted", "other"}


def test_exactly_what_failed_in_the_rollback_is_skipped_and_then_made_to_agree_again() -> None:
    cloud = arrive(S.UPDATE_ROLLBACK_FAILED)
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.ROLLBACK, times=None))
    asked: list[Plan] = []

    def consent(plan: Plan) -> bool:
        asked.append(plan)
        return True

    outcome = cloud.recover(consent=consent)
    assert isinstance(outcome, Recovered), outcome
    skips = [plan.steps[0].arguments["ResourcesToSkip"] for plan in asked if plan.rung.startswith("skip")]
    assert skips == [["Topic"]]
    assert any(step == "CreateChangeSet" for step in cloud.steps)


def test_a_resource_that_can_never_be_deleted_is_left_behind_with_its_id() -> None:
    cloud = arrive(S.CREATE_COMPLETE)
    cloud.cloud.faults.add(FailResource(resource="Other", on=On.DELETE, times=None))
    outcome = cloud.delete()
    assert isinstance(outcome, Deleted)
    assert [each.logical_id for each in outcome.left_behind] == ["Other"]
    assert outcome.left_behind[0].physical_id.startswith("arn:aws:sns:")


def test_an_export_in_use_stops_the_deletion_with_its_cause() -> None:
    cloud = Cloud()
    exporting = (
        '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},'
        ' "Outputs": {"O": {"Value": "v", "Export": {"Name": "e"}}}}'
    )
    cloud.apply(exporting)
    importing = template(Topic={"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": "e"}}})
    cloud.apply(importing, stack_name="importer")
    outcome = cloud.delete()
    assert isinstance(outcome, Stuck), outcome
    assert outcome.diagnosis.page == "export-in-use.md"


def test_status_of_a_stack_that_never_lived_still_names_the_first_failure() -> None:
    cloud = Cloud()
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.CREATE, reason="No room"))
    cloud.apply(WANTED)
    told = status(cloud.gateway, "demo")
    assert told.diagnosis is not None
    assert (told.diagnosis.logical_id, told.diagnosis.cause) == ("Topic", "No room")


def test_what_was_skipped_really_has_the_templates_properties_afterwards() -> None:
    cloud = Cloud()
    cloud.apply(BEFORE)
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.ROLLBACK, times=None))
    cloud.cloud.faults.add(FailResource(resource="New", on=On.CREATE))
    failing = template(Topic=topic("wanted"), Other=topic("other"), New={**topic("new"), "DependsOn": "Topic"})
    outcome = cloud.apply(failing)
    assert isinstance(outcome, RolledBack), outcome
    names = {each.properties["DisplayName"] for each in cloud.cloud.deployed("AWS::SNS::Topic")}
    assert names == {"before", "other"}


@pytest.mark.parametrize("verb", ["recover", "delete"])
@pytest.mark.parametrize("reads", [1, 3])
def test_a_living_stack_is_never_deleted_on_a_stale_read(verb: str, reads: int) -> None:
    """DescribeStacks still answers REVIEW_IN_PROGRESS, which an empty shell of a stack has too."""
    cloud = Cloud()
    cloud.cloud.faults.add(StaleReads(times=None))
    for event in cloud.applying(BEFORE):
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "CREATE_COMPLETE":
            break
    cloud.cloud.faults.clear()
    cloud.cloud.faults.add(StaleReads(times=reads))
    getattr(cloud, verb)(consent=Allowed())
    assert len(cloud.cloud.deployed("AWS::SNS::Topic")) == 2


@pytest.mark.parametrize("before", [None, BEFORE], ids=["create", "update"])
def test_a_paused_stack_is_deployed_without_the_resource_that_failed_although_nothing_is_left_to_fix(
    before: str | None,
) -> None:
    cloud = Cloud()
    if before:
        cloud.apply(before)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    resources = {"Topic": topic("wanted"), "Other": topic("other")}
    cloud.apply(ending_with_another(resources), profile=Profile.DEVELOPMENT)
    assert cloud.status == ("UPDATE_FAILED" if before else "CREATE_FAILED")
    outcome = cloud.apply(template(**resources))
    assert isinstance(outcome, Deployed), outcome
