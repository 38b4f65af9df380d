"""Two people at work on one stack, their API calls interleaved by chance: both come to a clear end, no data is lost."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import changesets
from changesets import CloudFormation, Deployed, Deployment, Event, NoChanges, Outcome
from tests.changesets.cloud import SERVICES, TABLE, YES, Cloud, kept, template, topic
from tests.scenarios.test_any_sequence import Data


class Turns:
    """One of several threads runs at a time; before each call of the API, chance decides who goes on."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.waiting: dict[int, threading.Semaphore] = {}
        self.back = threading.Semaphore(0)

    def pause(self, **_: object) -> None:
        turn = self.waiting.get(threading.get_ident())
        if turn is not None and self.chance.random() < 0.5:
            self.back.release()
            turn.acquire()

    def play(self, jobs: list[Callable[[], list[Event]]]) -> list[list[Event]]:
        """Run all of them to their ends; what each returned."""
        with ThreadPoolExecutor(len(jobs)) as pool:
            played = []
            for job in jobs:  # one after the other, so that the order of `waiting` is always the same
                played.append(pool.submit(self._play, job))
                self.back.acquire()
            while self.waiting:
                self.chance.choice(list(self.waiting.values())).release()
                self.back.acquire()
            return [each.result() for each in played]

    def _play(self, job: Callable[[], list[Event]]) -> list[Event]:
        me = threading.get_ident()
        turn = self.waiting[me] = threading.Semaphore(0)
        self.back.release()
        turn.acquire()
        try:
            return job()
        finally:
            del self.waiting[me]
            self.back.release()


def edition(chance: random.Random) -> str:
    return template(
        Topic=topic(chance.choice(["one", "two", "three"])),
        **chance.choice([{}, {"Table": TABLE}, {"Table": kept(TABLE)}]),
    )


def at_work(cloud: Cloud, chance: random.Random) -> Callable[[], list[Event]]:
    """One person's command, decided on now."""
    gateway = CloudFormation(cloud.client, clients=SERVICES.client)
    verb, deployment = (
        chance.choice(["apply", "apply", "delete"]),
        Deployment(stack_name="demo", template=edition(chance)),
    )
    if verb == "delete":
        return lambda: list(changesets.delete(gateway, "demo", clock=cloud.clock, consent=YES))
    return lambda: list(changesets.apply(gateway, deployment, clock=cloud.clock, consent=YES))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_two_people_at_work_at_once(seed: int) -> None:
    turns, cloud, data = Turns(seed), Cloud(real=True), Data()
    if seed % 2:
        cloud.apply(edition(turns.chance))
        data.put(cloud)
    cloud.client.meta.events.register("before-parameter-build.cloudformation.*", turns.pause)
    for events in turns.play([at_work(cloud, turns.chance) for _ in range(2)]):
        assert isinstance(events[-1], Outcome), events
    assert not list(data.missing())
    assert isinstance(cloud.apply(edition(turns.chance), consent=lambda plan: True), Deployed | NoChanges)
