"""A change set tells what executing it does: for any two templates, listed changes happen and nothing else does."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local_cloud.cloudformation.cfn_account import Account

NAMES = ("A", "B", "C", "D")
NOTHING_TO_EXECUTE = ("didn't contain changes", "Update of resource type is not permitted")
TEXTS = st.sampled_from(["x", "y"])


def value(before: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Text, a parameter's, or a resource's that comes before."""
    choices: list[st.SearchStrategy[Any]] = [TEXTS, st.just({"Ref": "P"}), st.just({"Fn::Sub": "s-${P}"})]
    if before:
        choices.append(st.sampled_from(before).map(lambda name: {"Fn::Sub": f"${{{name}}}"}))
    return st.one_of(choices)


def resource(logical_id: str, before: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """A topic, a queue, a parameter or a log group, named or not."""
    name = st.one_of(st.none(), TEXTS.map(lambda text: f"{logical_id}-{text}"))
    values = value(before)
    return st.one_of(
        st.tuples(name, values).map(lambda t: _made("AWS::SNS::Topic", TopicName=t[0], DisplayName=t[1])),
        st.tuples(name, st.integers(1, 2)).map(lambda t: _made("AWS::SQS::Queue", QueueName=t[0], DelaySeconds=t[1])),
        st.tuples(name, values).map(lambda t: _made("AWS::SSM::Parameter", Name=t[0], Type="String", Value=t[1])),
        name.map(lambda text: _made("AWS::Logs::LogGroup", LogGroupName=text, RetentionInDays=7)),
    )


def _made(type_name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_name, "Properties": {key: each for key, each in properties.items() if each is not None}}


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    chosen = tuple(sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1))))
    resources = {name: draw(resource(name, chosen[:index])) for index, name in enumerate(chosen)}
    return {"Parameters": {"P": {"Type": "String"}}, "Resources": resources}


@settings(max_examples=60, deadline=None)
@given(first=templates(), second=templates(), values=st.tuples(TEXTS, TEXTS), owners=st.tuples(TEXTS, TEXTS))
def test_a_change_set_tells_what_executing_it_does(
    first: dict[str, Any], second: dict[str, Any], values: tuple[str, str], owners: tuple[str, str]
) -> None:
    account = Account()
    tags = [[{"Key": "owner", "Value": owner}] for owner in owners]
    account.create(first, Parameters=[{"ParameterKey": "P", "ParameterValue": values[0]}], Tags=tags[0])
    assert account.status() == "CREATE_COMPLETE"
    before = {name: row["PhysicalResourceId"] for name, row in account.resources().items()}
    change_set = account.propose(second, Parameters=[{"ParameterKey": "P", "ParameterValue": values[1]}], Tags=tags[1])
    if change_set["Status"] == "FAILED":
        assert any(text in change_set["StatusReason"] for text in NOTHING_TO_EXECUTE)
        return
    mark = len(account.events())
    account.execute(change_set)
    if account.status() != "UPDATE_COMPLETE":  # a name written down that stays forbids a replacement
        assert any("custom-named" in str(reason) for _, _, reason in account.story(since=mark))
        return
    after = {name: row["PhysicalResourceId"] for name, row in account.resources().items()}
    told = {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in change_set["Changes"]}
    for name in {*first["Resources"], *second["Resources"]}:
        statuses = {status for who, status, _ in account.story(since=mark) if who == name}
        assert happened(told.get(name), statuses, before.get(name), after.get(name)), (name, told.get(name), statuses)


def happened(change: dict[str, Any] | None, statuses: set[str], before: str | None, after: str | None) -> bool:
    """Whether the events and the physical id are what the change announced; a dynamic one may come to nothing."""
    match change:
        case None:
            return not statuses and before == after
        case {"Action": "Add"}:
            return "CREATE_COMPLETE" in statuses and before is None
        case {"Action": "Remove"}:
            return "DELETE_COMPLETE" in statuses and after is None
        case {"Action": "Modify", "Replacement": "True"}:
            return "UPDATE_COMPLETE" in statuses and before != after
        case {"Action": "Modify", "Replacement": "False", "Details": details}:
            certain = any(detail["Evaluation"] == "Static" for detail in details)
            return before == after and ("UPDATE_COMPLETE" in statuses or not certain)
    return bool(change["Replacement"] == "Conditional")
