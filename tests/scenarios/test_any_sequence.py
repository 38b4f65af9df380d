"""Whatever is edited, whatever fails, whatever is typed: every run ends soon, and no data is lost on a plain yes."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changesets import Deployed, NoChanges, Observed
from local_cloud.cloudformation.faults import (
    FailResource,
    ForeignOperation,
    LateFinalEvent,
    LoseResponse,
    On,
    StaleReads,
    ThrottleCalls,
)
from tests.changesets.cloud import BUCKET, SERVICES, TABLE, Cloud, kept, template, topic

ROUNDS = 40  # far more than any ladder has rungs: what counts is that there is a bound
KEYED_ANEW = {
    **TABLE,
    "Properties": {**TABLE["Properties"], "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}]},
}
KEYED_ANEW["Properties"]["AttributeDefinitions"] = [{"AttributeName": "key", "AttributeType": "S"}]

templates = st.builds(
    lambda name, **optional: template(Topic=topic(name), **{key: each for key, each in optional.items() if each}),
    st.sampled_from(["one", "two", "three"]),
    Table=st.sampled_from([None, TABLE, kept(TABLE), KEYED_ANEW, kept(KEYED_ANEW)]),
    Bucket=st.sampled_from([None, BUCKET, kept(BUCKET)]),
    Other=st.sampled_from([None, {**topic("x"), "DependsOn": "Topic"}]),
)
few = st.sampled_from([1, 2])
failures = st.builds(
    FailResource,
    resource=st.sampled_from(["Topic", "Table", "Bucket", "Other"]),
    on=st.sampled_from([On.CREATE, On.UPDATE, On.DELETE, On.ROLLBACK, On.ROLLBACK]),
    times=st.sampled_from([1, 2, None]),
    reason=st.sampled_from(["The service is having a bad day", "Rate exceeded"]),
)
writes = st.sampled_from(["ExecuteChangeSet", "DeleteStack", "CreateChangeSet"])
bad_days = st.one_of(
    st.builds(ThrottleCalls, operation=st.sampled_from(["*", "DescribeStacks", "DeleteStack"]), times=few),
    st.builds(LoseResponse, operation=writes, times=few),
    st.builds(StaleReads, times=few),
    st.builds(LateFinalEvent, times=few),
    st.builds(ForeignOperation, stack=st.just("demo"), before=writes),
)
faults = st.lists(failures | failures | bad_days, max_size=3)
verbs = st.sampled_from(["apply", "apply", "apply", "recover", "delete", "review", "repair"])
moves = st.lists(st.tuples(faults, verbs, templates), min_size=2, max_size=7)


class Data:
    """What was put into buckets and tables, and is still there."""

    def __init__(self) -> None:
        self.tables: set[tuple[str, str]] = set()
        self.buckets: set[str] = set()

    def put(self, cloud: Cloud) -> None:
        """Into everything that is alive in the stack."""
        for each in cloud.cloud.deployed("AWS::DynamoDB::Table"):
            key = each.properties["KeySchema"][0]["AttributeName"]
            SERVICES.client("dynamodb").put_item(TableName=each.physical_id, Item={key: {"S": "precious"}})
            self.tables.add((each.physical_id, key))
        for each in cloud.cloud.deployed("AWS::S3::Bucket"):
            SERVICES.client("s3").put_object(Bucket=each.physical_id, Key="page", Body=b"precious")
            self.buckets.add(each.physical_id)

    def missing(self) -> Iterator[str]:
        for table, key in self.tables:
            if "Item" not in _answer("dynamodb", "get_item", TableName=table, Key={key: {"S": "precious"}}):
                yield table
        for bucket in self.buckets:
            if not _answer("s3", "list_object_versions", Bucket=bucket).get("Versions"):
                yield bucket


def _answer(service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    client = SERVICES.client(service)
    try:
        return dict(getattr(client, operation)(**arguments))
    except client.exceptions.ClientError:
        return {}


def obey(cloud: Cloud, verb: str, text: str) -> None:
    """Runs the verb with a plain yes; every run ends in an outcome after a bounded number of rounds."""
    match verb:
        case "apply":
            cloud.apply(text)
        case "review":
            cloud.review(text)
        case "recover":
            cloud.recover()
        case "delete":
            cloud.delete()
        case _:
            cloud.cloud.faults.clear()
    assert sum(isinstance(event, Observed) for event in cloud.events) <= ROUNDS


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(moves, templates)
def test_every_run_ends_no_data_is_lost_and_after_repair_the_stack_is_deployed(
    sequence: list[tuple[list[Any], str, str]], wanted: str
) -> None:
    cloud, data = Cloud(real=True), Data()
    for wrong, verb, text in sequence:
        for fault in wrong:
            cloud.cloud.faults.add(fault)
        obey(cloud, verb, text)
        assert not list(data.missing()), verb
        data.put(cloud)
    cloud.cloud.faults.clear()
    outcome = cloud.apply(wanted, consent=lambda plan: True)
    assert isinstance(outcome, Deployed | NoChanges), outcome
