"""A custom resource whose function never answers or says no: told with the function and its log, never a dead end."""

from collections.abc import Mapping
from typing import Any

import pytest

from changesets import Allowed, Deleted, Deployed, NoChanges, Outcome, Recovered, RolledBack, Stuck, words
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.cloudformation.resources.custom import CustomResource, Mailbox, NoAnswer
from tests.changesets.cloud import SERVICES, TABLE, YES, Cloud, template

NO_ONE = Allowed()
FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:seeder:live"
LOG = "aws logs tail /aws/lambda/seeder --since 2h"
SILENT, NO = "silent", "FAILED"


class Seeder:
    """The function. `wrong` says how it fails, by request."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}
        self.asked: list[str] = []
        self.mailbox = Mailbox(lambda: "http://localhost/answer")

    def __call__(self, function: str, event: Mapping[str, Any]) -> None:
        assert function == "seeder"
        request = event["RequestType"]
        self.asked.append(request)
        how = self.wrong.get(request, "SUCCESS")
        if how == SILENT:
            raise NoAnswer("it crashed")
        id_ = event.get("PhysicalResourceId", "seeds-1")
        answer = {"Status": how, "Reason": "no seeds", "PhysicalResourceId": id_, "RequestId": event["RequestId"]}
        self.mailbox.deliver(answer)


class World(Cloud):
    def __init__(self) -> None:
        self.seeder = Seeder()
        custom = CustomResource(self.seeder, self.seeder.mailbox)
        super().__init__(real=True, handlers=backed(SERVICES, custom=custom))

    def obey(self, verb: str, wanted: str, consent: Any = NO_ONE) -> Outcome:
        match verb:
            case "apply":
                return self.apply(wanted, consent=consent)
            case "recover":
                return self.recover(consent=consent)
            case _:
                return self.delete(consent=consent)

    def items(self) -> list[int]:
        dynamodb = SERVICES.client("dynamodb")
        return [dynamodb.scan(TableName=name)["Count"] for name in dynamodb.list_tables()["TableNames"]]


def seeded(edition: int = 1) -> str:
    properties = {"ServiceToken": FUNCTION, "Edition": edition}
    return template(Table=TABLE, Seed={"Type": "Custom::Seed", "Properties": properties, "DependsOn": "Table"})


def deployed() -> World:
    world = World()
    assert isinstance(world.apply(seeded()), Deployed)
    put(world)
    return world


def put(_: World) -> None:
    dynamodb = SERVICES.client("dynamodb")
    (name,) = dynamodb.list_tables()["TableNames"]
    dynamodb.put_item(TableName=name, Item={"id": {"S": "precious"}})


def names_the_function(outcome: Outcome) -> bool:
    said = words.outcome(outcome)
    return f"→ {LOG}" in said and any("seeder" in line for line in said)


@pytest.mark.parametrize("how", [SILENT, NO])
def test_a_create_that_fails_goes_back_and_says_where_to_read_why(how: str) -> None:
    world = World()
    world.seeder.wrong = {"Create": how}
    outcome = world.apply(seeded(), consent=NO_ONE)
    assert isinstance(outcome, RolledBack), outcome
    assert names_the_function(outcome)
    assert world.seeder.asked == ["Create", "Delete"]
    world.seeder.wrong = {}
    assert isinstance(world.apply(seeded(), consent=NO_ONE), Deployed)


@pytest.mark.parametrize("how", [SILENT, NO])
@pytest.mark.parametrize("verb", ["apply", "recover", "delete"])
def test_a_create_that_can_not_even_be_undone_stops_and_goes_on_once_the_function_is_mended(
    how: str, verb: str
) -> None:
    world = World()
    world.seeder.wrong = {"Create": how, "Delete": how}
    stopped = world.apply(seeded(), consent=NO_ONE)
    assert isinstance(stopped, Stuck), stopped
    assert names_the_function(stopped)
    world.seeder.wrong = {}
    assert isinstance(world.obey(verb, seeded(), YES if verb == "delete" else NO_ONE), Deployed | Recovered | Deleted)


@pytest.mark.parametrize("how", [SILENT, NO])
def test_a_create_that_can_not_be_undone_is_left_behind_with_consent_and_the_next_one_goes_through(how: str) -> None:
    world = World()
    world.seeder.wrong = {"Create": how, "Delete": how}
    assert isinstance(world.apply(seeded(), consent=YES), RolledBack | Stuck)
    world.seeder.wrong = {"Delete": how}
    assert isinstance(world.apply(seeded(), consent=YES), Deployed)


@pytest.mark.parametrize("how", [SILENT, NO])
@pytest.mark.parametrize("verb", ["apply", "recover"])
def test_an_update_whose_rollback_fails_too_stops_and_goes_on_once_the_function_is_mended(how: str, verb: str) -> None:
    world = deployed()
    world.seeder.wrong = {"Update": how}
    stopped = world.apply(seeded(2), consent=NO_ONE)
    assert isinstance(stopped, Stuck), stopped
    assert world.status == "UPDATE_ROLLBACK_FAILED"
    assert names_the_function(stopped)
    assert stopped.recovery.steps[0].arguments["ResourcesToSkip"] == ["Seed"]
    world.seeder.wrong = {}
    assert isinstance(world.obey(verb, seeded(2)), Deployed | Recovered)
    assert world.items() == [1]


@pytest.mark.parametrize("how", [SILENT, NO])
@pytest.mark.parametrize("verb", ["apply", "recover"])
def test_an_update_whose_rollback_fails_too_is_skipped_with_consent_while_the_function_stays_broken(
    how: str, verb: str
) -> None:
    world = deployed()
    world.seeder.wrong = {"Update": how}
    world.apply(seeded(2), consent=NO_ONE)
    outcome = world.obey(verb, seeded(), YES)
    assert isinstance(outcome, Deployed | NoChanges | Recovered), outcome
    assert world.items() == [1]


@pytest.mark.parametrize("how", [SILENT, NO])
def test_one_that_is_removed_and_will_not_go_is_named_as_an_orphan(how: str) -> None:
    world = deployed()
    world.seeder.wrong = {"Delete": how}
    outcome = world.apply(template(Table=TABLE))
    assert isinstance(outcome, Deployed), outcome
    assert [each.logical_id for each in outcome.orphans] == ["Seed"]
    assert world.items() == [1]


@pytest.mark.parametrize("how", [SILENT, NO])
def test_a_deletion_that_it_stops_is_told_with_the_function_then_left_behind_with_consent(how: str) -> None:
    world = deployed()
    world.seeder.wrong = {"Delete": how}
    consent = Allowed(names=frozenset({"Table", "demo"}))
    stopped = world.delete(consent=consent)
    assert isinstance(stopped, Stuck), stopped
    assert world.status == "DELETE_FAILED"
    assert names_the_function(stopped)
    assert stopped.recovery.steps[0].arguments["RetainResources"] == ["Seed"]
    assert world.items() == [1]  # what the seeds depend on is not deleted before them
    outcome = world.delete(consent=Allowed(yes=True, names=frozenset({"Table"})))
    assert isinstance(outcome, Deleted), outcome
    assert [each.logical_id for each in outcome.left_behind] == ["Seed"]
