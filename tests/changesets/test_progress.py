"""Progress counts resources, never leaves its bounds, and estimates along the longest chain."""

from datetime import timedelta

from changesets.models import Action
from changesets.progress import Phase, Progress
from changesets.reviews import review
from tests.changesets.test_diagnosis import event
from tests.changesets.values import NOON, change, change_set

TEXT = """{"Resources": {
    "Role": {"Type": "AWS::IAM::Role"},
    "Function": {"Type": "AWS::Lambda::Function", "DependsOn": "Role"},
    "Topic": {"Type": "AWS::SNS::Topic"}}}"""


def progress(speed: float = 1.0) -> Progress:
    changes = (
        change(Action.ADD, "Role", "AWS::IAM::Role"),
        change(Action.ADD, "Function", "AWS::Lambda::Function"),
        change(Action.ADD, "Topic"),
    )
    return Progress.expecting(review(change_set(*changes), template=TEXT), speed=speed)


def test_what_waits_says_for_what() -> None:
    state = progress()
    assert state.waits_for(state.rows["Function"]) == ("Role",)
    state.add(event("Role", "CREATE_COMPLETE", type="AWS::IAM::Role"))
    assert state.waits_for(state.rows["Function"]) == ()


def test_the_estimate_adds_up_the_longest_chain() -> None:
    state = progress()
    assert state.seconds_left(NOON) == 18 + 12
    state.add(event("Role", "CREATE_IN_PROGRESS", type="AWS::IAM::Role", at=NOON))
    assert state.seconds_left(NOON + timedelta(seconds=10)) == 8 + 12


def test_a_cloud_that_is_faster_than_aws_takes_less() -> None:
    assert progress(speed=6).seconds_left(NOON) == 3 + 2


def test_something_late_still_takes_a_second() -> None:
    state = Progress()
    state.add(event("Topic", "CREATE_IN_PROGRESS", at=NOON))
    assert state.seconds_left(NOON + timedelta(hours=1)) == 1


def test_the_way_back_is_counted_back_and_never_below_zero() -> None:
    state = progress()
    for status in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
        state.add(event("Topic", status))
        assert 0 <= state.done <= state.total
    assert (state.done, state.total) == (1, 3)


def test_the_stacks_own_cleanup_is_no_resource() -> None:
    state = Progress()
    state.add(event("demo", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    assert state.total == 0


def test_a_failure_is_kept_with_its_reason() -> None:
    state = Progress()
    state.add(event("Topic", "CREATE_FAILED", "No."))
    assert (state.rows["Topic"].phase, state.rows["Topic"].reason) == (Phase.FAILED, "No.")
