"""The shape of an API call's function: the account, the region, boto3's parameters in, boto3's answer out."""

from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.cloudformation.api.paging import Pages
from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.world import World

Answer = dict[str, Any]
Calls = Mapping[str, Callable[[World, str, Params], Answer]]
PagedCalls = Mapping[str, Callable[[World, str, Params, Pages], Answer]]
