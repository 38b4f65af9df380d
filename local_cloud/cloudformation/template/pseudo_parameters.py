"""The pseudo parameters, which a template may refer to without declaring them.

The rule: they are all in the Environment.
"""

from __future__ import annotations

from typing import Any, Final

from local_cloud.cloudformation.template.model import Environment

NO_VALUE: Final = object()
"""What `{"Ref": "AWS::NoValue"}` gives: the key or the element is left out."""

PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}
ZONES = {"us-east-1": "abcdef"}


def partition(region: str) -> tuple[str, str]:
    """AWS::Partition and AWS::URLSuffix of a region."""
    return next((found for prefix, found in PARTITIONS.items() if region.startswith(prefix)), ("aws", "amazonaws.com"))


def pseudo_parameters(environment: Environment) -> dict[str, Any]:
    """The AWS::… parameters."""
    name, suffix = partition(environment.region)
    return {
        "AWS::AccountId": environment.account,
        "AWS::NoValue": NO_VALUE,
        "AWS::NotificationARNs": list(environment.notification_arns),
        "AWS::Partition": name,
        "AWS::Region": environment.region,
        "AWS::StackId": environment.stack_id,
        "AWS::StackName": environment.stack_name,
        "AWS::URLSuffix": suffix,
    }


def zones(region: str) -> list[str]:
    """Fn::GetAZs of a region."""
    return [f"{region}{zone}" for zone in ZONES.get(region, "abc")]
