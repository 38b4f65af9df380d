"""Templates that are no website, a failure at each resource and phase: what the stop says frees, no item is lost."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from changesets import Allowed, Deployed, NoChanges, Outcome, Profile, RolledBack, Stuck, words
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, Cloud, kept, template, topic

pytestmark = pytest.mark.slow
TODAY = date(2026, 9, 28)  # DescribeStacks tells the deployment mode
Resources = Mapping[str, Mapping[str, Any]]
TYPED = re.compile(r"→ python -m changesets (\w+) --stack-name demo ?(.*)")


def nested(edition: int) -> Resources:
    """A stack in a stack in a stack, with a table in the midst."""
    deep = stack(f"deep-{edition}", template(Deepest=topic(f"deepest {edition}")))
    return {"Child": stack(f"child-{edition}", template(Inner=topic(f"inner {edition}"), Items=kept(TABLE), Deep=deep))}


def stack(name: str, text: str) -> dict[str, Any]:
    client = SERVICES.client("s3")
    client.create_bucket(Bucket="templates")
    client.put_object(Bucket="templates", Key=name, Body=text.encode())
    url = f"https://templates.s3.us-east-1.amazonaws.com/{name}"
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}


def holding(edition: int) -> Resources:
    """Everything that holds something, changed in Metadata or in place."""
    marked = {"Metadata": {"Edition": edition}}
    return {
        "Table": {**TABLE, **marked},
        "Kept": {**kept(TABLE), **marked},
        "Bucket": {**BUCKET, **marked},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": edition}},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": f"secret {edition}"}},
    }


def moving(edition: int) -> Resources:
    """Tables that come and go, a named resource that is replaced."""
    own: Resources = {"Old": TABLE} if edition == 1 else {"New": kept(TABLE)}
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"named-{edition}"}}
    return {**own, "Named": named, "After": {**topic(f"after {edition}"), "DependsOn": "Named"}}


KINDS: Mapping[Callable[[int], Resources], tuple[str, ...]] = {
    nested: ("Child", "Inner", "Items", "Deepest"),
    holding: ("Table", "Kept", "Bucket", "Queue", "Secret"),
    moving: ("Old", "New", "Named", "After"),
}
ENVIRONMENTS: Mapping[str, Mapping[str, Any]] = {
    "standard": {},
    "development": {"profile": Profile.DEVELOPMENT},
    "express": {"express": True},
}


def fill() -> tuple[list[str], list[str]]:
    """Something precious in every table and bucket there is."""
    tables = SERVICES.client("dynamodb").list_tables()["TableNames"]
    buckets = [each["Name"] for each in SERVICES.client("s3").list_buckets()["Buckets"] if each["Name"] != "templates"]
    for table in tables:
        SERVICES.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "precious"}})
    for bucket in buckets:
        SERVICES.client("s3").put_object(Bucket=bucket, Key="page", Body=b"precious")
    return tables, buckets


def assert_kept(tables: list[str], buckets: list[str]) -> None:
    assert all(SERVICES.client("dynamodb").scan(TableName=table)["Count"] for table in tables)
    assert all(SERVICES.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] for bucket in buckets)


def obeyed(cloud: Cloud, stopped: Stuck, text: str, environment: Mapping[str, Any]) -> Outcome:
    """What comes of the last command that the stop names, typed as it stands there."""
    found = [typed for line in words.outcome(stopped) if (typed := TYPED.match(line))]
    assert found, words.outcome(stopped)
    verb, flags = found[-1][1], found[-1][2].split()
    named = frozenset(flags[place + 1] for place, flag in enumerate(flags) if flag == "--allow")
    consent = Allowed(yes="--yes" in flags, names=named)
    return cloud.apply(text, consent=consent, **environment) if verb == "apply" else cloud.recover(consent=consent)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_whatever_fails_in_an_update_is_freed_by_what_the_stop_says(
    kind: Callable[[int], Resources], environment: str
) -> None:
    for resource in KINDS[kind]:
        for phase in (On.CREATE, On.UPDATE, On.DELETE, On.ROLLBACK):
            update_with_a_failure(kind, ENVIRONMENTS[environment], resource, phase)


def update_with_a_failure(
    kind: Callable[[int], Resources], environment: Mapping[str, Any], resource: str, phase: On
) -> None:
    cloud = Cloud(real=True, as_of=TODAY)
    assert isinstance(cloud.apply(template(**kind(1)), **environment), Deployed)
    precious = ([], []) if kind is moving else fill()  # a full table does not move without its name: tested elsewhere
    after = dict(kind(2))
    if phase is On.ROLLBACK:
        after["Last"] = {**topic("last"), "DependsOn": sorted(after)}
        cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE))
    cloud.cloud.faults.add(FailResource(resource=resource, on=phase, times=None))
    outcome = cloud.apply(template(**after), **environment)
    assert_kept(*precious)
    cloud.cloud.faults.clear()
    if isinstance(outcome, Stuck):
        freed = obeyed(cloud, outcome, template(**after), environment)
        assert not isinstance(freed, Stuck), (resource, phase, outcome, freed)
    assert isinstance(outcome, Deployed | RolledBack | Stuck), (resource, phase, outcome)
    orphaned = {each.logical_id for each in getattr(outcome, "orphans", ())}
    final = cloud.apply(template(**kind(2)), **environment)
    assert isinstance(final, Deployed | NoChanges) or "Named" in orphaned, (resource, phase, outcome, final)
    assert_kept(*precious)
