"""How long AWS takes for a resource."""

from local_cloud.cloudformation.resources.durations import Action, typical_seconds


def test_measured_durations_are_told_in_seconds_of_aws() -> None:
    assert typical_seconds("AWS::IAM::Role", Action.CREATE) == 18
    assert typical_seconds("AWS::SNS::Topic", Action.DELETE) == 46


def test_a_type_that_nobody_has_timed_takes_three_seconds() -> None:
    assert typical_seconds("Custom::Seed", Action.UPDATE) == 3
