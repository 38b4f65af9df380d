"""Every option says what it is and what it costs while nobody visits, where a reader's editor shows it."""

import re
from dataclasses import fields
from inspect import cleandoc

import pytest

import template_gen
from template_gen import (
    Api,
    Architecture,
    Bucket,
    Domain,
    Frontend,
    Index,
    Plan,
    Queue,
    Schedule,
    Site,
    Table,
    Throttle,
)

COSTLY = [Api, Architecture, Bucket, Domain, Frontend, Index, Plan, Queue, Schedule, Table, Throttle]


@pytest.mark.parametrize("option", COSTLY)
def test_an_option_says_what_it_costs_idle(option: type) -> None:
    assert "Idle cost:" in str(option.__doc__)


def test_every_field_of_a_site_is_documented() -> None:
    names = {field.name for field in fields(Site)}
    attributes = cleandoc(str(Site.__doc__)).partition("Attributes:")[2]
    documented = re.findall(r"^    (\w[\w, ]*): ", attributes, re.MULTILINE)
    assert names == {name for line in documented for name in line.split(", ")}


def test_what_is_exported_is_sorted_and_there() -> None:
    assert template_gen.__all__ == sorted(template_gen.__all__)
    assert all(hasattr(template_gen, name) for name in template_gen.__all__)
