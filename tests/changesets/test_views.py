"""What people and machines see of a stream of events."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from changesets import Allowed, Event, HumanView, JsonView, MarkdownView, Outcome, Report, StackStatus, status
from changesets.outcomes import (
    UNKNOWN_CAUSE,
    Declined,
    Deployed,
    Detached,
    Diagnosis,
    NoChanges,
    Recovered,
    Rejected,
    RolledBack,
    Stuck,
    TimedOut,
)
from changesets.plans import Plan
from changesets.steps import DeleteStack
from changesets.words import BUCKET, outcome
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import TABLE, TOPIC, Cloud, kept, template, topic
from tests.changesets.test_consent import LEFTOVER
from tests.changesets.values import resource, stack

Golden = Callable[[str, str], None]


def told() -> list[Event]:
    """A create, an update that is refused for its hazards, one that fails, and the deletion."""
    cloud = Cloud()
    events: list[Event] = []
    cloud.apply(template(Topic=TOPIC, Table=TABLE, Logs=kept({"Type": "AWS::Logs::LogGroup"})))
    events += cloud.events
    cloud.apply(template(Topic=topic("two")), consent=Allowed())
    events += cloud.events
    cloud.cloud.faults.add(FailResource(resource="Topic", on=On.UPDATE, reason="Action denied by stack policy"))
    cloud.apply(template(Topic=topic("two"), Table=TABLE, Logs=kept({"Type": "AWS::Logs::LogGroup"})))
    events += cloud.events
    cloud.delete(consent=Allowed(yes=True, names=frozenset({"Table", "Logs"})))
    return events + cloud.events


def without_chance(text: str) -> str:
    """Generated names and ids end in random letters."""
    import re

    text = re.sub(r"(demo-(?:Topic|Table|Logs)-)\w+", r"\1x", text)
    text = re.sub(r"groat-[0-9a-f]{8}-[0-9a-f-]{27}", "groat-token", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "id", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "12:00:00", text)
    return re.sub(r" +\n", "\n", text)


def shown(events: list[Event], *, terminal: bool = False) -> str:
    stream = io.StringIO()
    view = HumanView(Console(file=stream, width=140, force_terminal=terminal, no_color=True))
    for event in events:
        view.show(event)
    view.close()
    return stream.getvalue()


def test_the_log_without_a_terminal(golden: Golden) -> None:
    golden("changesets/human.txt", without_chance(shown(told())))


def test_the_hazards_of_what_was_not_done_stand_in_the_log_once() -> None:
    cloud = Cloud()
    cloud.apply()
    cloud.delete(consent=Allowed())
    lines = shown(cloud.events).splitlines()
    assert lines[-3:] == [
        "DELETED  demo: the stack and its 1 resource are deleted",
        "Not done, consent is missing:",
        "→ the same command with --yes",
    ]
    assert lines.count(lines[-3]) == 1


def test_on_a_terminal_the_progress_is_live_and_only_failures_scroll_by() -> None:
    text = shown(told(), terminal=True)
    assert "Action denied by stack policy" in text
    assert "CREATE_IN_PROGRESS" not in text


def test_the_json_lines(golden: Golden) -> None:
    stream = io.StringIO()
    view = JsonView(stream)
    for event in told():
        view.show(event)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    golden("changesets/types.txt", "\n".join(line["type"] for line in lines if line["type"] != "stack_event") + "\n")
    assert {line["resource_type"] for line in lines if line["type"] == "stack_event"} >= {"AWS::SNS::Topic"}
    assert lines[0] == {"type": "observed", "stack_name": "demo", "stack": None}


def test_a_parameter_that_is_not_to_be_echoed_is_nowhere_in_the_json() -> None:
    cloud, stream = Cloud(), io.StringIO()
    topic_of_secret = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Password"}}}
    parameters = {"Password": {"Type": "String", "NoEcho": True}, "Size": {"Type": "String"}}
    text = json.dumps({"Parameters": parameters, "Resources": {"Topic": topic_of_secret}})
    cloud.apply(text, parameters={"Password": "hunter2", "Size": "medium"})
    view = JsonView(stream)
    for event in cloud.events:
        view.show(event)
    assert "hunter2" not in stream.getvalue()
    assert '{"ParameterKey": "Password", "ParameterValue": "****"}' in stream.getvalue()
    assert '{"ParameterKey": "Size", "ParameterValue": "medium"}' in stream.getvalue()


def test_the_markdown_of_a_review(golden: Golden) -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=TOPIC, Table=TABLE, Old=topic("old")))
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "named"}}
    stream = io.StringIO()
    MarkdownView(stream).show(cloud.review(template(Topic=topic("two"), Old=named, New=topic("new"))))
    golden("changesets/review.md", without_chance(stream.getvalue()))


def test_status_of_a_broken_stack_names_cause_fix_and_command() -> None:
    from local_cloud.cloudformation.stage import stage

    cloud = Cloud()
    stage(cloud.cloud, "demo", StackStatus.UPDATE_ROLLBACK_FAILED, template=template())
    stream = io.StringIO()
    HumanView(Console(file=stream, width=140)).report(status(cloud.gateway, "demo"))
    first, *rest = stream.getvalue().splitlines()
    assert first == "demo: stuck in a rollback that failed (UPDATE_ROLLBACK_FAILED)"
    assert "Topic (AWS::SNS::Topic): Staged failure" in rest
    assert "at risk on the way to health: skipped resources differ from the template" in rest
    assert rest[-1] == "→ python -m changesets recover --stack-name demo"


def test_status_as_json_has_the_stack_as_it_is() -> None:
    stream = io.StringIO()
    JsonView(stream).report(Report(stack_name="demo", stack=stack(), meaning="healthy", next=""))
    assert json.loads(stream.getvalue())["stack"]["status"] == "UPDATE_COMPLETE"


ARN = "arn:aws:cloudformation:us-east-1:111111111111:stack/demo/1"


def test_a_bucket_that_was_too_full_to_go_is_told_with_the_command_that_removes_it() -> None:
    orphans = (resource("Old"), resource("Photos", BUCKET, physical_id="shop-photos-1"))
    told = [line for line in outcome(Deployed(stack=stack(), orphans=orphans)) if line.startswith("→")]
    assert told == ["→ aws s3 rb --force s3://shop-photos-1"]


def test_every_outcome_has_words() -> None:
    plan = Plan(stack_name="demo", rung="x", steps=(DeleteStack(stack=ARN, token="t", why="because"),))
    why = Diagnosis(cause="No.", logical_id="Topic", type="T", meaning="It means no.", fix="Say yes.", page="no.md")
    every: list[tuple[Outcome, str]] = [
        (Deployed(stack=stack(), orphans=(resource("Old"),)), "Deployed: demo"),
        (NoChanges(stack=stack()), "No changes: demo"),
        (
            Rejected(stack_name="demo", diagnosis=why),
            "CloudFormation refused the change set; nothing was changed: demo",
        ),
        (Stuck(status=None, diagnosis=why, recovery=plan), "Stopped in no stack: demo"),
        (
            Stuck(status=StackStatus.CREATE_IN_PROGRESS, diagnosis=UNKNOWN_CAUSE, recovery=plan),
            "An operation is running, in CREATE_IN_PROGRESS: demo",
        ),
        (Recovered(stack=None), "Ready for the next deployment"),
        (RolledBack(stack=stack(), diagnosis=why), "Failed and rolled back; the stack is as it was before: demo"),
        (RolledBack(stack=stack(StackStatus.ROLLBACK_COMPLETE), diagnosis=why), "Failed; nothing was kept: demo"),
        (Declined(plan=plan), "Not done, it was not confirmed: demo"),
        (Declined(plan=replace(plan, hazards=(LEFTOVER,))), "Not done, consent is missing:"),
        (Detached(stack=stack(StackStatus.UPDATE_IN_PROGRESS)), "Left running: demo"),
        (Detached(stack=stack()), "Interrupted; nothing is running"),
        (TimedOut(stack=stack()), "Still running after the longest wait: demo"),
    ]
    assert [outcome(each)[0] for each, _ in every] == [first for _, first in every]
    assert "More: docs/errors/no.md" in outcome(every[2][0])
    assert UNKNOWN_CAUSE.cause not in outcome(every[4][0])


def test_the_markdown_of_a_change_of_outputs_alone_says_so() -> None:
    cloud = Cloud()
    cloud.apply()
    stream = io.StringIO()
    MarkdownView(stream).show(cloud.review(template()[:-1] + ', "Outputs": {"O": {"Value": "v"}}}'))
    assert stream.getvalue() == "Only outputs, tags or settings change.\n"


def test_a_failure_that_nobody_knows_is_told_as_it_is_with_its_resource_and_what_to_type() -> None:
    unknown = Diagnosis(cause="Never seen before", logical_id="Topic", type="AWS::SNS::Topic")
    lines = outcome(RolledBack(stack=stack(), diagnosis=unknown))
    assert "Topic (AWS::SNS::Topic): Never seen before" in lines
    assert lines[-1] == "→ python -m changesets apply --stack-name demo --template-file FILE"
