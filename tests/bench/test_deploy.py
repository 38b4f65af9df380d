"""What the cloud took is read from events; a deployment by our own tool is measured on a real local cloud."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import clients, deploy
from tests.scenarios.real_clients import serving

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def event(seconds: float, reason: str = "") -> dict[str, Any]:
    return {"Timestamp": START + timedelta(seconds=seconds), "ResourceStatusReason": reason}


def test_an_operation_lasts_from_its_user_initiated_event_to_the_last_before_the_next() -> None:
    review, creation, deletion = event(0, "User Initiated"), event(5, "User Initiated"), event(60, "User Initiated")

    assert deploy.operation_seconds([review, creation, event(6), event(8), deletion, event(61.5)]) == 3 + 1.5


def test_without_an_operation_the_cloud_took_nothing() -> None:
    assert deploy.operation_seconds([]) == 0


@pytest.mark.slow
def test_our_tool_creates_sees_no_change_updates_and_mends_what_had_failed(tmp_path: Path) -> None:
    with serving(tmp_path) as served, deploy.listening() as calls:
        bench = deploy.Bench(served, calls)
        life, failed = bench.life(clients.ours), bench.failed(clients.ours)

    assert {job: each.spent.code for job, each in (life | failed).items()} == {
        "create": 0, "no change": 0, "update": 0, "already failed": 0,
    }  # fmt: skip
    assert life["create"].calls["ExecuteChangeSet"] == life["update"].calls["ExecuteChangeSet"] == 1
    assert life["no change"].calls["ExecuteChangeSet"] == 0
    assert failed["already failed"].calls["DeleteStack"] == 1
