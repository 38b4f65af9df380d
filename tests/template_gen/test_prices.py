"""The idle bill of a site, and that it counts what the template really has."""

from decimal import Decimal

import pytest
from samtranslator.yaml_helper import yaml_parse

from template_gen import Domain, Plan, Queue, Site, build
from template_gen.prices import alarm_count, monthly_floor
from tests.template_gen.site_shapes import SHAPES


def lines(site: Site) -> dict[str, Decimal]:
    return {cost.what: cost.usd for cost in monthly_floor(site).costs}


def test_a_site_without_visitors_costs_less_than_a_groat() -> None:
    """A groat is four pence, about five cents."""
    assert monthly_floor(Site(name="ab")).usd < Decimal("0.05")


def test_the_hosted_zone_is_most_of_the_bill_unless_a_plan_covers_it() -> None:
    domain = Domain(name="example.com")
    covered = Domain(name="example.com", zone_in_plan=True)
    assert lines(Site(name="ab", domain=domain))["hosted zone"] == Decimal("0.50")
    assert "hosted zone" not in lines(Site(name="ab", domain=covered, plan=Plan.FREE, origin_secret=True))


def test_a_gigabyte_of_snapshot_costs_about_four_dollars() -> None:
    assert lines(Site(name="ab", snap_start=True, memory=1024))["SnapStart"] == Decimal("3.90")


def test_ten_alarms_are_free() -> None:
    queues = tuple(Queue(name=f"Work{number}", handler="app.worker.handler") for number in range(3))
    assert "alarms" not in lines(Site(name="ab", alarms=True, queues=queues[:2]))
    assert lines(Site(name="ab", alarms=True, queues=queues))["alarms"] == Decimal("0.20")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_alarms_of_the_bill_are_those_of_the_template(shape: str) -> None:
    resources = yaml_parse(build(SHAPES[shape])["website.yaml"])["Resources"].values()
    assert alarm_count(SHAPES[shape]) == sum(resource["Type"] == "AWS::CloudWatch::Alarm" for resource in resources)
