"""All rules, one module for each section; a rule belongs to the catalogue by standing in one of these modules."""

from types import ModuleType
from typing import Final

from template_gen.rules.catalogue import (
    addresses,
    alarms,
    api_behaviors,
    api_domains,
    api_origins,
    apis,
    arns,
    authorizers,
    certificates,
    cors,
    dns_records,
    documents,
    edge_code,
    edge_policies,
    events,
    function_settings,
    function_urls,
    functions,
    grants,
    images,
    logins,
    messages,
    metrics,
    names,
    operations,
    origins,
    path_patterns,
    patterns,
    permissions,
    polling,
    rest_apis,
    rest_methods,
    roles,
    s3_access,
    s3_delivery,
    s3_policies,
    s3_public,
    schedules,
    uploads,
    websites,
)
from template_gen.rules.rule import Rule

SECTIONS: Final[tuple[ModuleType, ...]] = (
    api_behaviors,
    path_patterns,
    api_origins,
    origins,
    edge_policies,
    edge_code,
    s3_access,
    s3_policies,
    s3_public,
    s3_delivery,
    websites,
    function_urls,
    certificates,
    dns_records,
    functions,
    function_settings,
    grants,
    images,
    names,
    arns,
    apis,
    addresses,
    rest_apis,
    rest_methods,
    documents,
    api_domains,
    cors,
    authorizers,
    logins,
    permissions,
    roles,
    events,
    uploads,
    schedules,
    patterns,
    messages,
    polling,
    operations,
    alarms,
    metrics,
)


def rules_of(section: ModuleType) -> tuple[Rule, ...]:
    """The rules a module declares, in the order of their declaration."""
    return tuple(value for value in vars(section).values() if isinstance(value, Rule))


RULES: Final[tuple[Rule, ...]] = tuple(rule for section in SECTIONS for rule in rules_of(section))
