"""Deployments of stacks that hold data, where CloudFormation itself would let it go unseen: found by a fuzzer, kept."""

import json
from typing import Any

import pytest

from changesets import Allowed, Declined, Deployed, HazardKind, Profile, Recovered, RolledBack, Stuck
from local_cloud.cloudformation.faults import FailResource, On
from local_cloud.container_images import ImageName
from local_cloud.container_images import put as store
from tests.changesets.cloud import SERVICES, TABLE, Cloud, ending_with_another, items, kept, put_item, template, topic

ALL = Allowed(yes=True, names=frozenset({"Table"}))


def named(name: str, **policies: str) -> dict[str, Any]:
    return {**TABLE, "Properties": {**TABLE["Properties"], "TableName": name}, **policies}


# ---- what exists already and is taken over ----


def with_survivor() -> Cloud:
    """A table with an item that was left alive outside of every stack, and a deployment whose last resource fails."""
    cloud = Cloud(real=True)
    cloud.apply(template(Table=kept(named("orders"))))
    put_item("orders")
    assert isinstance(cloud.apply(template(Topic=topic("one"))), Deployed)
    assert items("orders") == 1
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
    return cloud


def test_a_table_that_was_taken_over_survives_the_deployment_that_fails_afterwards() -> None:
    cloud = with_survivor()
    outcome = cloud.apply(ending_with_another({"Table": kept(named("orders"))}), import_existing=True)
    assert isinstance(outcome, RolledBack), outcome
    assert items("orders") == 1


def test_one_whose_policy_lets_the_rollback_delete_it_is_taken_over_only_if_it_is_named() -> None:
    cloud = with_survivor()
    wanted = ending_with_another({"Table": named("orders", DeletionPolicy="RetainExceptOnCreate")})
    outcome = cloud.apply(wanted, import_existing=True)
    assert isinstance(outcome, Declined), outcome
    assert [(each.kind, each.logical_id) for each in outcome.plan.hazards] == [(HazardKind.DATA, "Table")]
    assert items("orders") == 1


def test_a_survivor_of_that_policy_is_taken_over_unasked_by_a_stack_that_is_created_anew() -> None:
    """An import change set alone never deletes what it imports."""
    cloud = Cloud(real=True)
    wanted = template(Topic=topic("one"), Table=named("orders", DeletionPolicy="RetainExceptOnCreate"))
    cloud.apply(wanted)
    put_item("orders")
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.DELETE))
    cloud.delete(consent=lambda plan: plan.rung == "delete")
    assert cloud.status == "DELETE_FAILED"
    outcome = cloud.apply(wanted, consent=Allowed())
    assert isinstance(outcome, Deployed), outcome
    assert items("orders") == 1


# ---- what changes inside of nested stacks where CloudFormation shows no nested change sets ----


class Nest(Cloud):
    """A root with a nested stack, which `deploy` gives a table with an item."""

    def __init__(self) -> None:
        super().__init__(real=True)
        SERVICES.client("s3").create_bucket(Bucket="templates")

    def deploy(self) -> None:
        assert isinstance(self.apply(self.root({"Table": named("orders")})), Deployed)
        put_item("orders")

    def root(self, child: dict[str, Any], **more: Any) -> str:
        body = json.dumps({"Resources": {"Topic": topic("inner"), **child}})
        SERVICES.client("s3").put_object(Bucket="templates", Key=f"{hash(body)}.json", Body=body.encode())
        url = f"https://templates.s3.us-east-1.amazonaws.com/{hash(body)}.json"
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}, "DependsOn": list(more)[:1]}
        return template(Child=nested, **more)


def test_data_in_a_nested_stack_that_changes_beside_an_import_goes_only_if_it_is_named() -> None:
    cloud = Nest()
    cloud.deploy()
    without = cloud.root({})
    outcome = cloud.apply(without, import_existing=True)
    assert isinstance(outcome, Declined), outcome
    assert [(each.kind, each.logical_id) for each in outcome.plan.hazards] == [(HazardKind.DATA, "Child.Table")]
    assert items("orders") == 1
    outcome = cloud.apply(without, import_existing=True, consent=Allowed(names=frozenset({"Child.Table"})))
    assert isinstance(outcome, Deployed), outcome


@pytest.mark.parametrize("verb", ["apply", "recover"])
def test_after_a_skip_the_next_deployment_still_shows_what_happens_in_nested_stacks(verb: str) -> None:
    cloud = Nest()
    cloud.deploy()
    before = {"Other": topic("one")}
    assert isinstance(cloud.apply(cloud.root({"Table": named("orders")}, **before)), Deployed)
    broken = FailResource(resource="Other", on=On.ROLLBACK, times=None)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE), broken)
    after = {"Other": topic("two")}
    wanted = cloud.root({"Table": named("orders")}, **after, Last={**topic("last"), "DependsOn": ["Child", "Other"]})
    cloud.apply(wanted, consent=Allowed())
    assert cloud.status == "UPDATE_ROLLBACK_FAILED"
    if verb == "recover":
        cloud.recover()
    outcome = cloud.apply(cloud.root({}, **after))
    assert isinstance(outcome, Declined), outcome
    assert [each.logical_id for each in outcome.plan.hazards if each.severe] == ["Child.Table"]
    assert items("orders") == 1


# ---- what a failed operation made, and was written to before it is rolled back ----

DEVELOPMENT = {"profile": Profile.DEVELOPMENT}


@pytest.mark.parametrize("policy", ["RetainExceptOnCreate", "Delete"])
def test_a_paused_create_is_not_rolled_back_over_an_item_by_a_plain_yes(policy: str) -> None:
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    cloud.apply(ending_with_another({"Table": named("orders", DeletionPolicy=policy)}), **DEVELOPMENT)
    assert cloud.status == "CREATE_FAILED"
    put_item("orders")
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards if each.severe] == ["Table"]
    assert items("orders") == 1
    assert isinstance(cloud.recover(consent=ALL), Recovered)


def test_nor_over_one_in_a_table_whose_own_making_failed_half_way() -> None:
    """It exists, and no event says that its creation was initiated."""
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(FailResource(resource="Table", on=On.CREATE, made=True))
    cloud.apply(template(Table=named("orders")), **DEVELOPMENT)
    assert cloud.status == "CREATE_FAILED"
    put_item("orders")
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards if each.severe] == ["Table"]
    assert items("orders") == 1


def stuck_with_a_new_table(cloud: Cloud, before: str, after: str) -> None:
    """An update makes the table, fails, and its rollback fails too: the table is there still, and is written to."""
    assert isinstance(cloud.apply(before), Deployed)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE), FailResource(resource="Topic", on=On.ROLLBACK))
    cloud.apply(after, consent=lambda plan: plan.review is not None)
    assert cloud.status == "UPDATE_ROLLBACK_FAILED"
    put_item("orders")


def assert_it_goes_by_its_name_only(cloud: Cloud, name: str) -> None:
    stopped = cloud.recover()
    assert isinstance(stopped, Stuck), stopped
    assert [each.logical_id for each in stopped.recovery.hazards if each.severe] == [name]
    assert items("orders") == 1
    outcome = cloud.recover(consent=Allowed(yes=True, names=frozenset({name})))
    assert isinstance(outcome, Recovered), outcome
    assert cloud.status == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_a_rollback_is_not_continued_over_an_item_in_a_table_that_the_update_made(policy: str) -> None:
    cloud = Cloud(real=True)
    before, after = topic("one"), {"Topic": topic("two"), "Table": named("orders", DeletionPolicy=policy)}
    stuck_with_a_new_table(cloud, template(Topic=before), ending_with_another(after))
    assert_it_goes_by_its_name_only(cloud, "Table")


def test_nor_over_one_in_the_new_half_of_a_replaced_table() -> None:
    cloud = Cloud(real=True)
    after = ending_with_another({"Topic": topic("two"), "Table": named("orders")})
    stuck_with_a_new_table(cloud, template(Topic=topic("one"), Table=named("old")), after)
    assert_it_goes_by_its_name_only(cloud, "Table")
    assert SERVICES.client("dynamodb").list_tables()["TableNames"] == ["old"]


def test_nor_over_one_in_a_nested_stack() -> None:
    cloud = Nest()
    last = {**topic("last"), "DependsOn": ["Child"]}
    after = cloud.root({"Table": named("orders")}, Topic=topic("two"), Last=last)
    stuck_with_a_new_table(cloud, cloud.root({}, Topic=topic("one")), after)
    assert_it_goes_by_its_name_only(cloud, "Child.Table")


def test_what_a_paused_update_was_to_remove_goes_with_its_fix_only_by_its_name() -> None:
    """CloudFormation compares the fix with the template that failed, which has the table no more."""
    cloud = Cloud(real=True)
    assert isinstance(cloud.apply(template(Topic=topic("one"), Table=named("orders"))), Deployed)
    put_item("orders")
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    cloud.apply(ending_with_another({"Topic": topic("two")}), consent=ALL, **DEVELOPMENT)
    assert cloud.status == "UPDATE_FAILED"
    outcome = cloud.apply(template(Topic=topic("three")), **DEVELOPMENT)
    assert isinstance(outcome, Stuck), outcome
    assert [(each.kind, each.logical_id) for each in outcome.recovery.hazards] == [(HazardKind.DATA, "Table")]
    assert items("orders") == 1
    assert isinstance(cloud.recover(), Recovered)
    assert isinstance(cloud.apply(template(Topic=topic("three"), Table=named("orders"))), Deployed)
    assert items("orders") == 1


# ---- what does not resist its deletion although it is full ----

REPOSITORY = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "images", "EmptyOnDelete": True}}
IMAGE = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/images@sha256:{64 * 'a'}"


def images() -> int:
    return len(SERVICES.client("ecr").list_images(repositoryName="images")["imageIds"])


@pytest.mark.parametrize("verb", ["recover", "delete"])
def test_a_repository_that_empties_itself_goes_with_its_images_only_by_its_name(verb: str) -> None:
    cloud = Cloud(real=True)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    cloud.apply(ending_with_another({"Images": REPOSITORY}), **DEVELOPMENT)
    name = ImageName.parse(IMAGE)
    assert name
    store(SERVICES, name)
    outcome = cloud.recover() if verb == "recover" else cloud.delete()
    assert isinstance(outcome, Stuck), outcome
    assert [each.logical_id for each in outcome.recovery.hazards if each.severe] == ["Images"]
    assert images() == 1
