"""The type of the functions that answer API calls.

Each takes the account, the region and boto3's parameters, and returns boto3's answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.cloudformation.inputs import Params
from local_cloud.cloudformation.world import World

Answer = dict[str, Any]
Calls = Mapping[str, Callable[[World, str, Params], Answer]]
