"""A deployment rehearsed: every resource that it touches fails once, and the same deployment again succeeds."""

from pathlib import Path

import pytest

from changesets import Allowed
from groat import templates
from groat.errors import GroatError
from groat.events import Event, Rehearsed
from groat.rehearsal import Rehearsal, rehearse
from groat.typed import flagged
from tests.groat.repository import commit, edit, target


def told(events: list[Event]) -> list[Rehearsed]:
    return [event for event in events if isinstance(event, Rehearsed)]


def test_an_update_is_rehearsed_with_a_failure_at_each_resource_that_it_changes(root: Path) -> None:
    edit(root, '"ok"', '"fine"', "app/routes/health.py")

    scenes = told(list(rehearse(target(root), "main")))

    assert [(each.logical_id, each.failure) for each in scenes] == [
        ("Function", "update fails"),
        ("Function", "update fails, then its rollback too"),
    ]
    assert {(each.outcome, each.again, each.healthy) for each in scenes} == {("rolled back", "deployed", True)}


def test_a_resource_that_goes_may_refuse_to_go(root: Path) -> None:
    job = ', schedules=(Schedule(name="Nightly", expression="rate(1 day)"),)'
    edit(root, '"expires"),)', f'"expires"),){job}')
    edit(root, "import Key", "import Key, Schedule")
    templates.write(target(root).project, templates.generate(target(root).project))
    commit(root)
    edit(root, job, "")

    scenes = told(list(rehearse(target(root), "main")))

    assert "delete fails" in {each.failure for each in scenes}
    assert all(each.healthy for each in scenes)


def test_data_that_would_go_is_let_go_by_name_only_and_the_flag_is_told(root: Path) -> None:
    edit(root, 'sort_key=Key("sk")', 'sort_key=Key("other")')

    with pytest.raises(GroatError, match="did not recover from a failure at: ") as stopped:
        list(rehearse(target(root), "main"))
    scenes = told(list(rehearse(target(root), "main", frozenset({"ActivitiesTable"}))))

    flags = flagged("--allow ActivitiesTable")
    assert stopped.value.hint == f"data is only let go by name: run the same command with {flags}"
    assert "ActivitiesTable" in {each.logical_id for each in scenes}
    assert all(each.healthy for each in scenes)


TWICE = """
Resources:
  One: {Type: AWS::Events::EventBus, Properties: {Name: news}}
  Other: {Type: AWS::Events::EventBus, Properties: {Name: news}}
"""


def test_what_cannot_be_deployed_although_nothing_fails_is_told_with_the_reason_and_not_rehearsed(root: Path) -> None:
    rehearsal = Rehearsal((), target(root), {"website.yaml": TWICE}, Allowed(yes=True))

    with pytest.raises(GroatError, match=r"The stack cannot be deployed, tracks: .*news.* already exists"):
        next(rehearsal.scenes())


@pytest.mark.slow
def test_a_first_deployment_is_rehearsed_resource_by_resource(root: Path) -> None:
    scenes = told(list(rehearse(target(root), None)))

    assert {"Repository", "Function", "Distribution", "ActivitiesTable"} <= {each.logical_id for each in scenes}
    assert {each.failure for each in scenes} == {"create fails", "create fails, then its rollback too"}
    assert {(each.again, each.healthy) for each in scenes} == {("deployed", True)}


def test_a_base_that_cannot_be_deployed_is_told_with_the_reason(root: Path) -> None:
    edit(root, "Type: AWS::DynamoDB::Table", "Type: AWS::DynamoDB::Tabel", "templates/website.yaml")
    commit(root)

    with pytest.raises(GroatError, match=r"The stack cannot be deployed, tracks: .*Tabel") as refused:
        list(rehearse(target(root), "main"))
    assert refused.value.hint == "correct website.yaml, or compare with another revision: --base REV"
