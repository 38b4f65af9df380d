"""Every describe-change-set answer recorded from AWS, computed here from its two templates."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from local_cloud.cloudformation.changes.diff import Side, changes
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.loading import load, resolve
from local_cloud.cloudformation.template.model import Environment, Template
from local_cloud.cloudformation.template.order import dependencies, in_order
from local_cloud.cloudformation.template.parameters import parameter_values
from local_cloud.cloudformation.values import UNKNOWN
from tests.local_cloud.recorded import cases, differences

PLACE: dict[str, Any] = {"account": "111111111111", "region": "us-east-1"}
STACK_ID = "arn:aws:cloudformation:us-east-1:111111111111:stack/stack/5f1d2c80"
URL_SUFFIX = "url_suffix"
"""The recorder wrote this for AWS::URLSuffix, without the angle brackets of its other placeholders."""


def environment(template: Template, given: dict[str, Any]) -> Environment:
    values = [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in given.items()]
    parameters = parameter_values(template, values, {}, lambda _name: None).values
    return Environment(parameters=parameters, stack_name="stack", stack_id=STACK_ID, **PLACE)


def deployed(template: Template, env: Environment) -> Side:
    """The template as it stands when it was created: physical ids and attributes as the schemas make them."""
    ids: dict[str, str] = {}
    attributes: dict[str, dict[str, Any]] = {}

    def lookup(logical_id: str, attribute: str | None) -> Any:
        if logical_id not in ids:
            return UNKNOWN
        return ids[logical_id] if attribute is None else attributes[logical_id][attribute]

    for name in in_order(dependencies(template, env)):
        resource = resolve(template, env, lookup).resources[name]
        kind, given = schema(resource.type), resource.properties
        ids[name] = kind.physical_id(stack_name="stack", logical_id=name, properties=given, rng=Random(name), **PLACE)
        attributes[name] = kind.attributes(given, physical_id=ids[name], **PLACE)
    return Side(template=template, environment=env, lookup=lookup, physical_ids=ids)


def nothing(_logical_id: str, _attribute: str | None) -> Any:
    return UNKNOWN


def both(case: dict[str, Any]) -> Iterator[tuple[str, Callable[[bool], list[dict[str, Any]]]]]:
    first, second = (load(json.dumps(case[f"template_{number}"])) for number in (1, 2))
    one, two = environment(first, case["parameters_1"]), environment(second, case["parameters_2"])
    before = deployed(first, one)
    after = Side(template=second, environment=two, lookup=before.lookup, physical_ids=before.physical_ids)
    new = Side(template=first, environment=one, lookup=nothing)
    yield "1", lambda values: changes(None, new, property_values=values)
    yield "2", lambda values: changes(before, after, property_values=values)


def as_today(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Until early May 2025 AWS put Replacement on what is added; since then it does not."""
    text = json.dumps(recorded).replace(URL_SUFFIX, "<suffix>")
    told = json.loads(text)
    for change in told:
        if change["ResourceChange"]["Action"] == "Add":
            change["ResourceChange"].pop("Replacement", None)
        if change["ResourceChange"].get("PhysicalResourceId", "").startswith("CFN-"):
            change["ResourceChange"]["PhysicalResourceId"] = "<generated>"
    return sorted(told, key=lambda change: change["ResourceChange"]["LogicalResourceId"])


@pytest.mark.parametrize("case", cases(), ids=[case["name"].split("::", 1)[1] for case in cases()])
def test_changes_read_as_aws_told_them(case: dict[str, Any]) -> None:
    for number, told in both(case):
        for suffix, values in (("-prop-values", True), ("", False)):
            recorded = case["recorded"][f"describe-change-set-{number}{suffix}"]["Changes"]
            assert list(differences(as_today(recorded), told(values), "$.Changes")) == []
