"""What a rollback skipped is made to agree with the template again: also beside nested stacks, in them, and later."""

import json
from typing import Any

from changesets import Allowed, Consent, Deployed, Event, HazardKind, Noticed, Plan, Recovered, StackEvent, StepStarted
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import YES, Cloud, ending_with_another, template, topic
from tests.scenarios.nesting import nesting

AFTER = ending_with_another({"Inner": topic("after")})


def stuck(cloud: Cloud, before: str, after: str, resource: str) -> None:
    """An update fails at `Last`, and `resource` cannot be rolled back."""
    cloud.apply(before)
    refused = FailResource(resource=resource, on=On.ROLLBACK, times=None)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE), refused)
    cloud.apply(after, consent=Allowed())
    assert cloud.status == "UPDATE_ROLLBACK_FAILED"


def mended_after_the_skip(cloud: Cloud) -> Consent:
    """Yes to everything; what kept the resource from being rolled back is over once it was skipped."""

    def consent(plan: Plan) -> bool:
        if plan.review is not None:
            cloud.cloud.faults.clear()
        return True

    return consent


def names(cloud: Cloud) -> set[str]:
    return {each.properties["DisplayName"] for each in cloud.cloud.deployed("AWS::SNS::Topic")}


def nest(child: str, **more: Any) -> str:
    body = json.loads(nesting(child))
    body["Resources"] |= more
    return json.dumps(body)


def reverting(events: list[Event]) -> list[bool]:
    """Of each change set that was asked for: does it revert drift?"""
    asked = (event.step.arguments for event in events if isinstance(event, StepStarted))
    return ["DeploymentMode" in each for each in asked if "ChangeSetType" in each]


def test_beside_a_nested_stack_what_was_skipped_is_realigned_before_the_deployment() -> None:
    cloud = Cloud(real=True)
    child = template(Inner=topic("inner"))
    last = {**topic("last"), "DependsOn": "Other"}
    stuck(cloud, nest(child, Other=topic("before")), nest(child, Other=topic("after"), Last=last), "Other")

    wanted = nest(template(Inner=topic("longer")), Other=topic("before"))
    outcome = cloud.apply(wanted, consent=mended_after_the_skip(cloud))

    assert isinstance(outcome, Deployed), outcome
    assert names(cloud) >= {"before", "longer"}
    assert reverting(cloud.events) == [True, False]
    assert not any(isinstance(event, Noticed) for event in cloud.events)


def test_what_was_skipped_in_a_nested_stack_is_realigned_there_with_consent() -> None:
    cloud = Cloud(real=True)
    stuck(cloud, nest(template(Inner=topic("before"))), nest(AFTER), "Inner")

    outcome = cloud.recover(consent=mended_after_the_skip(cloud))

    assert isinstance(outcome, Recovered), outcome
    assert reverting(cloud.events) == [True]
    assert not any(isinstance(event, Noticed) for event in cloud.events)
    (hazard,) = cloud.plans[-1].hazards
    assert hazard.kind is HazardKind.NESTED
    assert hazard.logical_id.startswith("demo-Child-")


def test_without_consent_to_that_the_stack_is_recovered_and_what_may_differ_is_said() -> None:
    cloud = Cloud(real=True)
    stuck(cloud, nest(template(Inner=topic("before"))), nest(AFTER), "Inner")

    def only_the_root(plan: Plan) -> bool:
        return all(hazard.kind is not HazardKind.NESTED for hazard in plan.hazards)

    outcome = cloud.recover(consent=only_the_root)

    assert isinstance(outcome, Recovered), outcome
    (noticed,) = (event.message for event in cloud.events if isinstance(event, Noticed))
    assert "Inner" in noticed


def test_a_run_that_ends_after_the_skip_leaves_word_of_it_to_the_next() -> None:
    cloud = Cloud()
    before = template(Topic=topic("before"))
    stuck(cloud, before, ending_with_another({"Topic": topic("after")}), "Topic")
    for event in cloud.applying(before, consent=YES):
        if isinstance(event, StackEvent) and event.is_of_stack and event.status == "UPDATE_ROLLBACK_COMPLETE":
            break
    cloud.cloud.faults.clear()

    outcome = cloud.apply(before)

    assert isinstance(outcome, Deployed), outcome
    assert reverting(cloud.events) == [True]


def test_a_rollback_that_skipped_nothing_leaves_no_such_word() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=topic("before")))
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE))
    cloud.apply(template(Topic=topic("after")))
    assert cloud.status == "UPDATE_ROLLBACK_COMPLETE"

    cloud.apply(template(Topic=topic("later")))

    assert reverting(cloud.events) == [False]
