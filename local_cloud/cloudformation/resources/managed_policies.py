"""AWS's managed policies, which moto's IAM learns as they are asked for: loading all of them takes a second."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any


def make_known(account: str, arns: Iterable[str]) -> None:
    """Let those of the ARNs that are AWS's own be attached; IAM refuses the others."""
    from moto.iam.models import AWSManagedPolicy, iam_backends

    backend = iam_backends[account]["aws"]
    for arn in arns:
        name = arn.rpartition("/")[2]
        if arn not in backend.managed_policies and name in _texts():
            policy = AWSManagedPolicy.from_data(name, account, backend.region_name, _texts()[name])
            backend.managed_policies[policy.arn] = policy


@cache
def _texts() -> Mapping[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    texts: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return texts
