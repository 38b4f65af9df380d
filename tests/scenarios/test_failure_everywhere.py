"""A failure at every resource of the website, in every phase, once and always: health, or the cause and the way out."""

import pytest

from changesets import Allowed, Deleted, Deployed, Recovered, RolledBack, Stuck
from changesets.statuses import is_healthy
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import Cloud
from tests.scenarios.website import LAST, PARAMETERS, TEMPLATE, edition, resources

REASON = "The service is having a bad day"
RESOURCES = (
    "ActivitiesTable", "Api", "ApiApiGatewayDefaultStage", "ApiRequests", "Distribution", "FrontendAccess",
    "FrontendBucket", "FrontendBucketPolicy", "FrontendRequests", "Function", "FunctionApiPermission", "FunctionLogs",
    "FunctionRole", "SecurityHeaders",
)  # fmt: skip
at_every_resource = pytest.mark.parametrize("resource", RESOURCES)
once_and_always = pytest.mark.parametrize("times", [1, None], ids=["once", "always"])


def deployed() -> Cloud:
    cloud = Cloud()
    assert isinstance(cloud.apply(edition(1), parameters=PARAMETERS), Deployed)
    return cloud


def fail(cloud: Cloud, resource: str, on: On, times: int | None) -> None:
    cloud.cloud.faults.add(FailResource(resource=resource, on=on, reason=REASON, times=times))


def edition_of(cloud: Cloud, resource: str) -> int:
    template = cloud.client.get_template(StackName="demo")["TemplateBody"]
    return int(template["Resources"][resource]["Metadata"]["Edition"])


def test_these_are_the_websites_resources() -> None:
    assert list(RESOURCES) == resources(), f"update RESOURCES to what {TEMPLATE.name} has"


@at_every_resource
@once_and_always
def test_a_failed_create_names_its_cause_and_the_next_deployment_succeeds(resource: str, times: int | None) -> None:
    cloud = Cloud()
    fail(cloud, resource, On.CREATE, times)
    outcome = cloud.apply(edition(1), parameters=PARAMETERS)
    assert isinstance(outcome, RolledBack), outcome
    assert (outcome.diagnosis.logical_id, outcome.diagnosis.cause) == (resource, REASON)
    cloud.cloud.faults.clear()
    assert isinstance(cloud.apply(edition(1), parameters=PARAMETERS, consent=Allowed()), Deployed)


@at_every_resource
@once_and_always
def test_a_failed_update_leaves_everything_as_it_was(resource: str, times: int | None) -> None:
    cloud = deployed()
    fail(cloud, resource, On.UPDATE, times)
    outcome = cloud.apply(edition(2), parameters=PARAMETERS)
    assert isinstance(outcome, RolledBack), outcome
    assert (outcome.diagnosis.logical_id, outcome.diagnosis.cause) == (resource, REASON)
    assert is_healthy(cloud.stack().status)
    assert edition_of(cloud, resource) == 1
    cloud.cloud.faults.clear()
    assert isinstance(cloud.apply(edition(2), parameters=PARAMETERS, consent=Allowed()), Deployed)


@at_every_resource
def test_a_rollback_that_fails_once_is_continued_without_asking(resource: str) -> None:
    cloud = deployed()
    fail(cloud, LAST, On.CREATE, 1)
    fail(cloud, resource, On.ROLLBACK, 1)
    outcome = cloud.apply(edition(2, last=True), parameters=PARAMETERS, consent=Allowed())
    assert isinstance(outcome, RolledBack), outcome
    assert outcome.diagnosis.logical_id == LAST
    assert "ContinueUpdateRollback" in cloud.steps
    assert isinstance(cloud.apply(edition(2), parameters=PARAMETERS, consent=Allowed()), Deployed)


@at_every_resource
def test_a_rollback_that_always_fails_stops_with_the_way_out_and_that_works(resource: str) -> None:
    cloud = deployed()
    fail(cloud, LAST, On.CREATE, 1)
    fail(cloud, resource, On.ROLLBACK, None)
    outcome = cloud.apply(edition(2, last=True), parameters=PARAMETERS, consent=Allowed())
    assert isinstance(outcome, Stuck), outcome
    assert outcome.recovery.steps[0].arguments["ResourcesToSkip"] == [resource]
    assert isinstance(cloud.recover(), Recovered)
    cloud.cloud.faults.clear()
    assert isinstance(cloud.apply(edition(2), parameters=PARAMETERS), Deployed)


@at_every_resource
@once_and_always
def test_a_failed_deletion_is_finished_and_what_stays_is_named(resource: str, times: int | None) -> None:
    cloud = deployed()
    fail(cloud, resource, On.DELETE, times)
    everything = Allowed(yes=True, names=frozenset(RESOURCES))
    outcome = cloud.delete(consent=everything)
    assert isinstance(outcome, Deleted), outcome
    kept = {"ActivitiesTable"} | ({resource} if times is None else set())
    assert {each.logical_id for each in outcome.left_behind} == kept
