"""Following: oldest first, each once, to the end and no further."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from changesets.clock import SystemClock
from changesets.errors import Unreachable
from changesets.events import Pace, Settled, follow, newest_operation, operation, patiently
from changesets.models import StackEvent
from local_cloud import VirtualClock
from tests.changesets.cloud import Cloud, template, topic
from tests.changesets.test_diagnosis import event


def settle(cloud: Cloud, token: str | None = None) -> Settled:
    until = cloud.clock.now() + timedelta(hours=1)
    ends: list[Settled] = []

    def following() -> Iterator[StackEvent]:
        ends.append((yield from follow(cloud.gateway, cloud.stack().id, cloud.clock, until=until, token=token)))

    for _ in following():
        pass
    return ends[0]


def test_events_of_an_operation_are_those_of_its_token() -> None:
    newest_first = [event("A", "X", token="mine"), event("B", "X", token="mine"), event("C", "X", token="theirs")]
    assert [each.logical_id for each in operation(newest_first, "mine")] == ["A", "B"]


def test_without_a_token_an_operation_begins_where_its_user_initiated_it() -> None:
    begun = event("demo", "UPDATE_IN_PROGRESS", "User Initiated")
    newest_first = [event("A", "X"), begun, event("B", "X")]
    assert list(operation(newest_first, None)) == newest_first[:2]


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_pages_are_put_together(page_size: int) -> None:
    cloud = Cloud(page_size=page_size)
    cloud.apply(template(**{f"T{number}": topic(str(number)) for number in range(6)}))
    events = newest_operation(cloud.gateway, cloud.stack().id)
    assert [each.at for each in events] == sorted(each.at for each in events)
    assert {each.logical_id for each in events} == {"demo", *(f"T{number}" for number in range(6))}


def test_a_foreign_operation_is_followed_to_its_end() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.client.update_stack(StackName="demo", TemplateBody=template(Topic=topic("two")))
    settled = settle(cloud)
    assert settled.stack is not None
    assert settled.stack.status == "UPDATE_COMPLETE"
    assert settled.events[0].reason == "User Initiated"


def test_a_stack_at_rest_settles_at_once() -> None:
    cloud = Cloud()
    cloud.apply()
    before = cloud.clock.now()
    assert settle(cloud).stack is not None
    assert cloud.clock.now() - before < timedelta(seconds=5)


def test_an_operation_that_never_began_is_given_up() -> None:
    cloud = Cloud()
    cloud.apply()
    settled = settle(cloud, token="never-used")
    assert settled.events == ()
    assert not settled.timed_out


def test_the_pace_is_quick_after_news_and_a_tenth_of_the_silence_after() -> None:
    pace = Pace()
    assert pace.after(news=True) < 0.5
    silence = 0.0
    while silence < 30:
        silence += pace.after(news=False)
    assert 2.5 < pace.interval < 3.5


def test_long_silence_and_throttling_make_it_gentle() -> None:
    pace = Pace()
    for _ in range(50):
        pace.after(news=False)
    assert pace.interval == 5.0
    pace.after_refusal()
    assert pace.after(news=False) > 5.0


def test_silence_is_borne_for_a_while_and_not_for_ever() -> None:
    def silent() -> None:
        raise Unreachable("nobody")

    clock = VirtualClock()
    before = clock.now()
    with pytest.raises(Unreachable):
        patiently(clock, Pace(), silent)
    assert timedelta(seconds=30) < clock.now() - before < timedelta(minutes=5)


def test_the_systems_clock_is_aware_and_sleeps() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.01)
    assert before.tzinfo is not None
    assert clock.now() > before
