"""Killed, throttled, timed out, answered twice, at every call: the same end state, never a second effect."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from changesets import Deployed, NoChanges
from changesets.errors import CredentialsProblem
from local_cloud.cloudformation.faults import ExpireCredentials, LateFinalEvent, LoseResponse, StaleReads, ThrottleCalls
from tests.changesets.cloud import Cloud, template, topic
from tests.waiting import until

FIRST = template(Topic=topic("one"), Other=topic("other"))
SECOND = template(Topic=topic("two"), New=topic("new"))
CALLS = range(32)  # more than a deployment takes; points beyond its end simply finish


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler runs."""


def start(verb: str) -> tuple[Cloud, str]:
    """A cloud before a create or before an update, and the template to come to."""
    cloud = Cloud()
    if verb == "update":
        cloud.apply(FIRST)
    return cloud, SECOND if verb == "update" else FIRST


def executed(cloud: Cloud) -> list[str]:
    """Every execution, update or deletion that really began, by its stack event."""
    began = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
    events = cloud.gateway.events(cloud.stack().id)
    return [event.status for event in events if event.is_of_stack and event.status in began]


def deployed_names(cloud: Cloud) -> set[str]:
    return {each.properties["DisplayName"] for each in cloud.cloud.deployed("AWS::SNS::Topic")}


@pytest.mark.parametrize("point", CALLS)
@pytest.mark.parametrize("when", ["before-parameter-build", "after-call"])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_deployment_killed_at_any_call_is_finished_by_the_same_command(verb: str, when: str, point: int) -> None:
    cloud, wanted = start(verb)
    calls = iter(range(1000))

    def kill(**_: Any) -> None:
        if next(calls) == point:
            raise Killed

    cloud.client.meta.events.register(f"{when}.cloudformation.*", kill)
    try:
        cloud.apply(wanted)
    except Killed:
        outcome = cloud.apply(wanted)
        assert isinstance(outcome, Deployed | NoChanges), outcome
    cloud.client.meta.events.unregister(f"{when}.cloudformation.*", kill)
    assert deployed_names(cloud) == ({"two", "new"} if verb == "update" else {"one", "other"})
    assert len(executed(cloud)) == (2 if verb == "update" else 1)


OPERATIONS = (
    "DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ListChangeSets", "ExecuteChangeSet",
    "DescribeStackEvents",
)  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("kind", [ThrottleCalls, LoseResponse])
def test_a_throttled_call_or_a_lost_answer_changes_nothing(kind: type[Any], operation: str, times: int) -> None:
    cloud, wanted = start("update")
    running = cloud.applying(wanted)
    next(running)
    cloud.cloud.faults.add(kind(operation=operation, times=times))
    outcome = cloud.run(running)
    assert isinstance(outcome, Deployed), outcome
    assert executed(cloud) == ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]


def test_who_is_throttled_out_of_following_is_still_told_what_was_deployed() -> None:
    cloud, wanted = start("update")
    cloud.cloud.faults.add(ThrottleCalls(operation="DescribeStackEvents", times=8))
    outcome = cloud.apply(wanted)
    assert isinstance(outcome, Deployed), outcome
    assert executed(cloud) == ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]


@pytest.mark.parametrize("reads", [1, 4])
@pytest.mark.parametrize("kind", [StaleReads, LateFinalEvent])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_stale_answers_do_not_end_a_deployment_early(verb: str, kind: type[Any], reads: int) -> None:
    cloud, wanted = start(verb)
    cloud.cloud.faults.add(kind(times=reads))
    outcome = cloud.apply(wanted)
    assert isinstance(outcome, Deployed), outcome
    assert outcome.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_expired_credentials_stop_clearly_and_the_same_command_goes_on() -> None:
    cloud, wanted = start("update")
    running = cloud.applying(wanted)
    for event in running:
        if getattr(event, "status", "") == "UPDATE_IN_PROGRESS":
            break
    cloud.cloud.faults.add(ExpireCredentials(times=1))
    with pytest.raises(CredentialsProblem) as stop:
        list(running)
    assert "same command" in (stop.value.hint or "")
    assert isinstance(cloud.apply(wanted), NoChanges)
    assert executed(cloud) == ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]


# ---- the real thing: processes, a socket, and SIGKILL ----

POINTS = 50
SPEED = 12.0


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A local cloud in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "local_cloud", "serve", "--port", str(port), "--speed", str(SPEED)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def manager(endpoint: str, name: str, file: Path) -> subprocess.Popen[bytes]:
    words = ["apply", "--stack-name", name, "--template-file", str(file), "--json", "--yes", "--endpoint-url", endpoint]
    return subprocess.Popen([sys.executable, "-m", "changesets", *words], stdout=subprocess.DEVNULL)


def fault(endpoint: str, **body: Any) -> None:
    urllib.request.urlopen(f"{endpoint}/_local_cloud/faults", json.dumps(body).encode()).close()


def answers(client: Any) -> bool:
    try:
        client.describe_stacks()
    except EndpointConnectionError:
        return False
    return True


@pytest.mark.slow
def test_kill_9_at_fifty_points_and_the_same_command_again(endpoint: str, tmp_path: Path) -> None:
    client = boto3.client("cloudformation", endpoint_url=endpoint)
    until(lambda: answers(client))
    file = tmp_path / "template.json"
    for point in range(POINTS):
        name = f"killed-{point}"
        file.write_text(FIRST if point % 2 else SECOND)
        victim = manager(endpoint, name, file)
        time.sleep(0.05 + point * 0.03)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert manager(endpoint, name, file).wait() == 0, f"killed at point {point}"
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_ctrl_c_without_a_terminal_leaves_the_operation_running(endpoint: str, tmp_path: Path) -> None:
    client = boto3.client("cloudformation", endpoint_url=endpoint)
    file = tmp_path / "template.json"
    file.write_text(template(Topic=topic("one"), Queue={"Type": "AWS::SQS::Queue"}))
    words = ["apply", "--stack-name", "left", "--template-file", str(file), "--endpoint-url", endpoint]
    until(lambda: answers(client))
    fault(endpoint, fault="hang-resource", resource="Queue", on="create")  # it lasts, however slow this machine is
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would ours
    with subprocess.Popen([sys.executable, "-m", "changesets", *words], stdout=subprocess.PIPE, text=True) as person:
        assert person.stdout is not None
        for line in person.stdout:
            if "CREATE_IN_PROGRESS" in line:
                break
        person.send_signal(signal.SIGINT)
        rest = person.stdout.read()
        assert person.wait() == 1
    assert "Left running: left" in rest
    assert "Traceback" not in rest
    assert client.describe_stacks(StackName="left")["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS"
    fault(endpoint, clear=True)
    assert manager(endpoint, "left", file).wait() == 0
