"""The ladders: the least dangerous rung first, each once, with what it risks."""

from dataclasses import replace

import pytest

from changesets import Deployment, HazardKind, Profile, StackStatus
from changesets.models import Action, Replacement
from changesets.planner import first_plan, next_plan
from changesets.plans import Plan
from changesets.reviews import review
from changesets.rungs_recover import failed_in_rollback
from changesets.situation import Goal, Situation
from tests.changesets.test_diagnosis import event
from tests.changesets.values import ARN, change, change_set, resource, situation, stack

S = StackStatus
ROLLING_BACK = event("demo", "UPDATE_ROLLBACK_IN_PROGRESS", "x", physical_id="arn:stack")
FAILED = (ROLLING_BACK, event("Topic", "UPDATE_FAILED", "No."))
TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"


def plan(given: Situation) -> Plan:
    found = next_plan(given)
    assert found is not None
    return found


def climb(given: Situation) -> list[str]:
    """The rungs, in order, if each is tried and none helps."""
    rungs: list[str] = []
    while found := next_plan(replace(given, spent=frozenset(rungs))):
        rungs.append(found.rung)
    return rungs


def test_a_failed_rollback_is_continued_plainly_then_skipping_then_by_force() -> None:
    given = situation(Goal.RECOVER, S.UPDATE_ROLLBACK_FAILED, failures=FAILED)
    assert climb(given)[0] == "continue"
    assert climb(given)[-1] == "skip by force"
    assert len(climb(given)) == 3


def test_a_role_given_now_is_tried_first() -> None:
    given = situation(Goal.RECOVER, S.UPDATE_ROLLBACK_FAILED, role_arn="arn:aws:iam::1:role/new")
    assert plan(given).steps[0].arguments["RoleARN"] == "arn:aws:iam::1:role/new"


def test_only_what_failed_in_the_rollback_itself_is_skipped() -> None:
    events = (
        event("Before", "UPDATE_FAILED", "the update's own failure"),
        ROLLING_BACK,
        event("Cancelled", "UPDATE_FAILED", "Resource update cancelled"),
        event("Topic", "UPDATE_FAILED", "No."),
        event("Topic", "UPDATE_FAILED", "No, again."),
    )
    assert [each.logical_id for each in failed_in_rollback(events)] == ["Topic"]


def test_skipping_says_that_the_resource_would_differ_from_the_template() -> None:
    given = situation(Goal.RECOVER, S.UPDATE_ROLLBACK_FAILED, failures=FAILED, spent=frozenset({"continue"}))
    (hazard,) = plan(given).hazards
    assert (hazard.kind, hazard.logical_id) == (HazardKind.DRIFT, "Topic")


def test_after_skipping_the_next_change_set_reverts_the_drift() -> None:
    differing = (stack(S.UPDATE_ROLLBACK_COMPLETE),)
    assert plan(situation(may_differ=differing)).steps[0].arguments["DeploymentMode"] == "REVERT_DRIFT"
    assert plan(situation(Goal.RECOVER, may_differ=differing)).steps[0].arguments["UsePreviousTemplate"]


def test_a_stack_that_is_new_has_no_drift_to_revert() -> None:
    given = situation(status=None, deployment=Deployment(stack_name="demo", template="{}", revert_drift=True))
    assert "DeploymentMode" not in plan(given).steps[0].arguments


def test_a_paused_update_is_fixed_forward_unless_something_is_replaced() -> None:
    harmless = review(change_set(change(Action.MODIFY)))
    fixed = plan(situation(status=S.UPDATE_FAILED, review=harmless))
    assert fixed.steps[0].arguments["DisableRollback"] is True
    replacing = review(change_set(change(Action.MODIFY, replacement=Replacement.TRUE)))
    assert plan(situation(status=S.UPDATE_FAILED, review=replacing)).rung == "roll back"


def test_a_dead_stack_with_nothing_in_it_is_deleted_without_asking() -> None:
    given = situation(status=S.ROLLBACK_COMPLETE, resources=(resource("Table", TABLE, "DELETE_COMPLETE"),))
    assert (plan(given).rung, plan(given).hazards) == ("delete dead", ())


def test_a_dead_stack_with_a_table_that_may_hold_items_asks() -> None:
    alive = (resource("Table", TABLE, "DELETE_FAILED"),)
    assert [each.kind for each in plan(situation(status=S.ROLLBACK_FAILED, resources=alive)).hazards] == [
        HazardKind.DATA
    ]
    empty = situation(status=S.ROLLBACK_FAILED, resources=alive, empty=frozenset({"Table"}))
    assert plan(empty).hazards == ()


def test_a_protected_dead_stack_is_unprotected_first() -> None:
    given = situation(status=S.ROLLBACK_COMPLETE, stack=stack(S.ROLLBACK_COMPLETE, protected=True))
    assert [step.operation for step in plan(given).steps][:2] == ["UpdateTerminationProtection", "DeleteStack"]


def test_a_half_deleted_stack_keeps_its_data_for_the_next_one() -> None:
    kept = (resource("Bucket", BUCKET, "DELETE_FAILED"), resource("Topic", status="DELETE_COMPLETE"))
    wanted = Deployment(stack_name="demo", template=f'{{"Resources": {{"Bucket": {{"Type": "{BUCKET}"}}}}}}')
    given = situation(status=S.DELETE_FAILED, resources=kept, deployment=wanted)
    assert plan(given).steps[0].arguments["RetainResources"] == ["Bucket"]
    assert plan(given).hazards == ()


def test_data_that_the_next_stack_cannot_take_over_is_left_behind_and_said_so() -> None:
    kept = (resource("Bucket", BUCKET, "DELETE_FAILED"),)
    assert [each.kind for each in plan(situation(status=S.DELETE_FAILED, resources=kept)).hazards] == [
        HazardKind.LEFTOVER
    ]


def test_a_deletion_that_fails_is_repeated_then_retains_exactly_what_failed_then_is_forced() -> None:
    failed = (resource("Topic", status="DELETE_FAILED"), resource("Other"))
    given = situation(Goal.DELETE, S.DELETE_FAILED, resources=failed)
    assert climb(given) == ["delete again", "retain Topic", "force"]


def test_deleting_a_full_bucket_empties_it_first_and_asks_by_name() -> None:
    given = situation(Goal.DELETE, resources=(resource("Bucket", BUCKET),))
    assert [step.operation for step in plan(given).steps] == ["DeleteObjects", "DeleteStack", "DescribeStackEvents"]
    assert [each.kind for each in plan(given).hazards if each.severe] == [HazardKind.DATA]


def test_the_same_request_has_the_same_change_set_name_and_another_has_not() -> None:
    first, again = (plan(situation()).steps[0].arguments["ChangeSetName"] for _ in range(2))
    other = Deployment(stack_name="demo", template='{"Resources": {"A": {}}}')
    assert first == again
    assert plan(situation(deployment=other)).steps[0].arguments["ChangeSetName"] != first


def test_a_production_deployment_begins_with_its_policy_and_ends_with_protection() -> None:
    wanted = Deployment(stack_name="demo", template="{}", profile=Profile.PRODUCTION, stack_policy="{}")
    steps = plan(situation(deployment=wanted, review=review(change_set(change(Action.ADD))))).steps
    policy, _execute, _wait, protection = (step.operation for step in steps)
    assert (policy, protection) == ("SetStackPolicy", "UpdateTerminationProtection")


def test_a_development_deployment_keeps_what_was_built_unless_something_is_replaced() -> None:
    wanted = Deployment(stack_name="demo", template="{}", profile=Profile.DEVELOPMENT)
    for replacement, kept in ((Replacement.FALSE, True), (Replacement.TRUE, None)):
        reviewed = review(change_set(change(Action.MODIFY, replacement=replacement)))
        step = plan(situation(deployment=wanted, review=reviewed)).steps[0]
        assert step.arguments.get("DisableRollback") is kept


@pytest.mark.parametrize("status", [each for each in StackStatus])
@pytest.mark.parametrize("goal", [Goal.RECOVER, Goal.DELETE])
def test_what_to_do_again_is_known_even_when_everything_was_tried(goal: Goal, status: StackStatus) -> None:
    given = situation(goal, status, resources=(resource("Topic", status="DELETE_FAILED"),), failures=FAILED)
    if status is not S.DELETE_COMPLETE and not (goal is Goal.RECOVER and given.way_out == "update"):
        assert first_plan(given) is not None


@pytest.mark.parametrize("goal", Goal)
def test_every_step_says_why_and_addresses_the_stack_by_its_id(goal: Goal) -> None:
    plans = {status: first_plan(situation(goal, status, failures=FAILED)) for status in StackStatus}
    steps = [(status, step) for status, plan in plans.items() if plan for step in plan.steps]
    assert steps
    for status, step in steps:
        is_new = status in (S.DELETE_COMPLETE, S.REVIEW_IN_PROGRESS) and step.operation == "CreateChangeSet"
        assert step.why
        assert step.arguments.get("StackName", ARN) == ("demo" if is_new else ARN)
