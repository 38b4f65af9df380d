"""A pull request's review without an account: the base revision on one side, the working tree on the other."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from changesets import Observed, Outcome, Reviewed
from changesets.models import Action
from groat import preview, templates
from groat.errors import GroatError
from groat.events import Costs, Event, Warned
from groat.project import Project
from groat.views import JsonView, MarkdownView, View
from tests.groat.repository import commit, edit, git, target

CONFIG = "samconfig.toml"


def review(root: Path, base: str = "main", environment: str = "prod") -> list[Event]:
    return list(preview.review(target(root, environment), base))


def changes(events: list[Event]) -> dict[str, Any]:
    """Logical id -> the change, over all stacks."""
    reviews = [event.review for event in events if isinstance(event, Reviewed) and event.review]
    return {change.logical_id: change for told in reviews for change in told.changes}


def shown(view: View, stream: StringIO, events: Iterator[Event] | list[Event]) -> str:
    for event in events:
        view.show(event)
    return stream.getvalue()


def test_a_branch_without_a_change_changes_nothing_in_any_stack(root: Path) -> None:
    events = review(root)

    assert [event.review for event in events if isinstance(event, Reviewed)] == [None, None]
    assert {event.stack_name for event in events if isinstance(event, Observed)} == {"tracks-registry", "tracks"}


def test_an_edit_of_the_app_changes_the_functions_image_its_tag_and_nothing_else(root: Path) -> None:
    edit(root, '"ok"', '"fine"', "app/routes/health.py")

    [function] = changes(review(root)).values()

    assert function.logical_id == "Function"
    assert [each.path for each in function.properties] == ["/Properties/Code/ImageUri", "/Properties/Tags/2/Value"]


def test_a_table_that_would_be_replaced_is_data_at_risk(root: Path) -> None:
    edit(root, 'Key("pk")', 'Key("owner")')

    told = [event.review for event in review(root) if isinstance(event, Reviewed)][-1]

    assert told is not None
    assert "ActivitiesTable" in {each.logical_id for each in told.hazards if each.severe}
    assert changes(review(root))["ActivitiesTable"].replaces


def test_a_branch_that_is_committed_is_compared_with_its_base_too(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "branch")
    edit(root, 'name="tracks",', 'name="tracks", memory=2048,')
    templates.write(Project(root), templates.generate(Project(root)))
    commit(root)

    assert "Function" in changes(review(root, "main"))
    assert changes(review(root, "branch")) == {}


def test_a_domain_that_a_branch_adds_is_reviewed_in_all_three_stacks(root: Path) -> None:
    edit(root, 'name="tracks",', 'name="tracks", domain=Domain(name="example.com"),')
    edit(root, "import Key", "import Domain, Key")
    edit(
        root, "confirm_changeset = true", 'confirm_changeset = true\nparameter_overrides = ["HostedZoneId=Z1"]', CONFIG
    )

    events = review(root)
    found = changes(events)
    templates.write(Project(root), templates.generate(Project(root)))
    commit(root)

    assert changes(review(root)) == {}, "once it is on the base, that deploys as well"
    assert [type(event) for event in events if isinstance(event, Outcome)] == [Reviewed] * 3
    assert found["Certificate"].action is Action.ADD
    assert "/Properties/DistributionConfig/Aliases" in {each.path for each in found["Distribution"].properties}


def test_a_domain_is_reviewed_before_its_zone_is_known(root: Path) -> None:
    edit(root, 'name="tracks",', 'name="tracks", domain=Domain(name="example.com"),')
    edit(root, "import Key", "import Domain, Key")

    assert changes(review(root, environment="local"))["WwwRecordA"].action is Action.ADD


def test_a_base_without_templates_makes_everything_new(root: Path) -> None:
    git(root, "rm", "--quiet", "-r", "templates")
    git(root, "commit", "--quiet", "--message", "no templates")

    events = review(root)

    assert any(isinstance(event, Warned) and "everything is new" in event.text for event in events)
    assert {change.action for change in changes(events).values()} == {Action.ADD}


def test_what_the_site_costs_is_told_with_what_it_cost_before(root: Path) -> None:
    edit(root, 'name="tracks",', 'name="tracks", snap_start=True,')

    [costs] = [event for event in review(root) if isinstance(event, Costs)]

    assert costs.before is not None
    assert costs.usd > costs.before > 0
    assert set(costs.lines) == {"SnapStart", "images in the registry"}


def test_a_base_whose_site_cannot_be_read_leaves_its_costs_open(root: Path) -> None:
    edit(root, "Site(", "Sight(")
    commit(root)
    edit(root, "Sight(", "Site(")

    [costs] = [event for event in review(root) if isinstance(event, Costs)]

    assert costs.before is None
    assert costs.usd > 0


def test_a_revision_that_git_does_not_know_is_named(root: Path) -> None:
    with pytest.raises(GroatError, match="git does not know this revision: origin/nowhere"):
        review(root, "origin/nowhere")


def test_nothing_is_written_into_the_project(root: Path) -> None:
    edit(root, 'name="tracks",', 'name="tracks", memory=2048,')
    before = (root / "templates/website.yaml").read_text("utf-8")

    review(root)

    assert (root / "templates/website.yaml").read_text("utf-8") == before


def test_a_pull_request_reads_each_stack_under_its_name_and_the_costs(root: Path) -> None:
    edit(root, 'name="tracks",', 'name="tracks", memory=2048,')
    stream = StringIO()

    text = shown(MarkdownView(stream), stream, review(root))

    assert text.index("## tracks-registry") < text.index("**No changes**") < text.index("## tracks\n")
    assert "### Changed\n- `Function` AWS::Lambda::Function" in text
    assert "0.02 USD a month without visitors (before: 0.02)" in text


def test_a_program_reads_the_costs_as_numbers(root: Path) -> None:
    stream = StringIO()

    [costs] = [line for line in shown(JsonView(stream), stream, review(root)).splitlines() if '"costs"' in line]

    assert json.loads(costs)["usd"] == json.loads(costs)["before"]
