"""The promise: whatever a `Site` says, if it can be said, no tick-box rule finds anything wrong with the template."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from samtranslator.yaml_helper import yaml_parse

from template_gen import (
    Api,
    Architecture,
    Bucket,
    Domain,
    Frontend,
    Key,
    Plan,
    Queue,
    Redirect,
    Schedule,
    Site,
    SiteError,
    Table,
    Throttle,
    build,
)
from template_gen.rules import check

domains = st.builds(Domain, name=st.just("example.com"), redirect=st.sampled_from(Redirect), zone_in_plan=st.booleans())
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "frontend": st.sampled_from(Frontend),
    "api": st.sampled_from(Api),
    "api_prefix": st.sampled_from(["/api", "/v1/api"]),
    "throttle": st.none() | st.builds(Throttle, rate=st.integers(1, 10_000), burst=st.integers(1, 5_000)),
    "architecture": st.sampled_from(Architecture),
    "memory": st.sampled_from([512, 1024, 10_240]),
    "timeout": st.integers(10, 60),
    "snap_start": st.booleans(),
    "log_retention_days": st.sampled_from([1, 14, 3653]),
    "plan": st.sampled_from(Plan),
    "origin_secret": st.booleans(),
    "domain": st.none() | domains,
    "secrets": st.sampled_from([(), ("SESSION_KEY",)]),
    "tables": st.sampled_from([(), (Table(name="Things", partition_key=Key("pk"), expires="end", backups=False),)]),
    "buckets": st.sampled_from([(), (Bucket(name="Files", browser_uploads=True), Bucket(name="More", expire_days=1))]),
    "queues": st.sampled_from([(), (Queue(name="Work", handler="app.worker.handler", timeout=900),)]),
    "schedules": st.sampled_from([(), (Schedule(name="Nightly", expression="rate(1 day)"),)]),
    "alarms": st.booleans(),
    "monthly_budget": st.none() | st.integers(1, 100),
}


@pytest.mark.slow
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.fixed_dictionaries({}, optional=OPTIONS))
def test_no_site_breaks_a_tick_box_rule(options: dict[str, Any]) -> None:
    try:
        site = Site(name="any", **options)
    except SiteError:
        assume(False)
    for name, text in build(site).items():
        assert [(name, found.rule.id, found.message) for found in check(yaml_parse(text))] == []
