"""Text from templates: the same bytes each time, and the same meaning when read back."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samtranslator.yaml_helper import yaml_parse
from troposphere import Ref, Sub, sqs

from template_gen import Key, KeyType, Schedule, Site, Table, build
from template_gen.render import render
from template_gen.template import Template
from template_gen.website import build_website
from tests.template_gen.site_shapes import SHAPES


def plain(value: Any) -> Any:
    """A dict as a parser makes it: without troposphere's own types, GetAtt with its dot."""
    match value:
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return {"Fn::GetAtt": [name, *attribute.split(".")]}
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def read(text: str) -> Any:
    return plain(yaml_parse(text))


@pytest.mark.parametrize("shape", SHAPES)
def test_reading_the_text_gives_back_the_template(shape: str) -> None:
    template = build_website(SHAPES[shape])
    assert read(render(template)) == plain(template.body.to_dict())


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    script = "from website import site; from template_gen import build; print(build(site), end='')"
    texts = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


names = st.from_regex(r"[A-Z][A-Za-z0-9]{2,20}", fullmatch=True)
keys = st.builds(Key, st.from_regex(r"[A-Za-z0-9_.\-]{1,20}", fullmatch=True), st.sampled_from(KeyType))
tables = st.builds(Table, name=names, partition_key=keys, backups=st.booleans())
inputs = st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers() | st.none(), max_size=3)
schedules = st.builds(Schedule, name=names, expression=st.just("rate(5 minutes)"), input=inputs)
variables = st.dictionaries(
    st.from_regex(r"X[A-Z0-9_]{1,9}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    max_size=4,
)


@settings(deadline=None, max_examples=25)
@example(
    tables=[], schedules=[Schedule(name="A00", expression="rate(5 minutes)", input={"\x85": "\u2028"})], environment={}
)
@given(
    tables=st.lists(tables, max_size=3, unique_by=lambda table: table.name.lower()),
    schedules=st.lists(schedules, max_size=2, unique_by=lambda schedule: schedule.name),
    environment=variables,
)
def test_any_site_is_written_alike_twice_and_read_back_as_it_was(
    tables: list[Table], schedules: list[Schedule], environment: dict[str, str]
) -> None:
    site = Site(name="any", tables=tuple(tables), schedules=tuple(schedules), environment=environment)
    text = build(site)["website.yaml"]
    assert text == build(site)["website.yaml"]
    assert read(text) == plain(build_website(site).body.to_dict())


@pytest.mark.parametrize(
    "text", ["no", "12e3", "0777", "1_000", "2026-11-23", "", " x", "a: b", "# x", "'", "ü\n\nß\n", "!Ref X", "${X}"]
)
def test_a_text_stays_a_text(text: str) -> None:
    template = Template("x")
    template.add(sqs.Queue("Queue", QueueName=text))
    assert read(render(template))["Resources"]["Queue"]["Properties"]["QueueName"] == text


def test_a_resource_comes_under_its_heading_with_its_reason() -> None:
    template = Template("An example")
    template.section("Work")
    template.add(sqs.Queue("First"), "Comes first because it was added first.")
    template.add(sqs.Queue("Another", QueueName=Sub("${AWS::StackName}-x")))
    template.output("Url", Ref("First"), "Where")
    assert render(template).splitlines()[1:] == [
        "AWSTemplateFormatVersion: '2010-09-09'",
        "Description: An example",
        "",
        "Resources:",
        "  # Work",
        "  # ----",
        "  # Comes first because it was added first.",
        "  First:",
        "    Type: AWS::SQS::Queue",
        "",
        "  Another:",
        "    Type: AWS::SQS::Queue",
        "    Properties:",
        "      QueueName: !Sub ${AWS::StackName}-x",
        "",
        "Outputs:",
        "  Url:",
        "    Description: Where",
        "    Value: !Ref First",
    ]
