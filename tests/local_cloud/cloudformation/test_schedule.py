"""Simulated time: what is due is resumed in order, and only when somebody lets time pass."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import pytest

from local_cloud.cloudformation.schedule import UNTIL_WOKEN, Interrupted, Schedule, Steps

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def schedule() -> Schedule:
    return Schedule(NOON)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_processes_are_resumed_in_the_order_of_time_then_of_arrival(schedule: Schedule) -> None:
    said: list[str] = []

    def say(word: str, *waits: float) -> Steps[None]:
        for wait in waits:
            yield wait
            said.append(f"{word}{(schedule.now - NOON).total_seconds():.0f}")

    schedule.spawn(say("a", 2, 2))
    schedule.spawn(say("b", 1, 1))
    schedule.play(after(3))
    assert said == ["b1", "a2", "b2"]
    schedule.play(after(10))
    assert said[3:] == ["a4"]


def test_a_waiting_process_is_woken(schedule: Schedule) -> None:
    def wait() -> Steps[str]:
        yield UNTIL_WOKEN
        return "woken"

    process = schedule.spawn(wait())
    schedule.play(after(100))
    assert not process.done
    schedule.wake(process)
    schedule.play(after(100))
    assert process.result == "woken"


def test_an_interrupt_arrives_where_the_process_waits(schedule: Schedule) -> None:
    def wait() -> Steps[str]:
        try:
            yield 1000
        except Interrupted as why:
            yield 5
            return str(why)
        return "finished"

    process = schedule.spawn(wait())
    schedule.play(after(1))
    schedule.interrupt(process, Interrupted("enough"))
    schedule.play(after(10))
    assert process.result == "enough"


def test_a_cancelled_process_is_never_resumed(schedule: Schedule) -> None:
    said: list[str] = []

    def wait() -> Steps[None]:
        yield 1
        said.append("never")

    process = schedule.spawn(wait())
    schedule.play(NOON)
    schedule.cancel(process)
    schedule.play(after(10))
    assert said == []
    assert schedule.next_due() is None


def test_an_operation_that_python_itself_outlives_no_more_ends_without_a_word() -> None:
    here = Path(__file__).parent
    story = """
import json
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic
from local_cloud.cloudformation.faults import HangResource, On

account = Account()
account.create(template(A=topic(), B=topic()))
account.fail(HangResource(resource="A", on=On.UPDATE))
changed = topic(properties={"DisplayName": "changed"})
account("UpdateStack", StackName="site", TemplateBody=json.dumps(template(A=changed, B=changed)))
account.settle()
print(account.status())
"""
    ran = run([sys.executable, "-c", story], cwd=here, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("UPDATE_IN_PROGRESS\n", "")


def test_a_process_that_looks_at_the_clock_does_not_play_others(schedule: Schedule) -> None:
    said: list[str] = []

    def curious() -> Steps[None]:
        schedule.play(after(100))
        said.append("curious")
        yield 0

    def other() -> Steps[None]:
        said.append("other")
        yield 0

    schedule.spawn(curious())
    schedule.spawn(other())
    schedule.play(NOON)
    assert said == ["curious", "other"]
