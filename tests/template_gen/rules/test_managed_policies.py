"""The ids of AWS's managed policies: the rules and the local cloud learned them apart, and must agree."""

import pytest

from local_cloud.edge.policies import CACHE_POLICIES, ORIGIN_REQUEST_POLICIES
from template_gen.rules.graph.cdn import CACHES, CACHING_DISABLED, FORWARDS_HOST, KEYED_BY_HOST

HOST = {id for id, policy in ORIGIN_REQUEST_POLICIES.items() if "host" in policy.headers}


def test_the_managed_policies_that_forward_the_host_are_those_of_the_edge() -> None:
    assert FORWARDS_HOST.keys() == HOST


def test_the_managed_cache_policies_with_the_host_in_their_key_are_those_of_the_edge() -> None:
    keyed = {id for id, policy in CACHE_POLICIES.items() if "host" in policy.forwarding.headers}
    assert KEYED_BY_HOST.keys() == keyed


@pytest.mark.parametrize("id", [CACHING_DISABLED, *CACHES])
def test_a_managed_cache_policy_of_the_rules_is_one_of_the_edge(id: str) -> None:
    assert id in CACHE_POLICIES
