"""The pseudo parameters, which a template may refer to without declaring them.

The rule: they are all in the Environment.
"""

from __future__ import annotations

from typing import Any, Final

from local_cloud.cloudformation.regions import partition
from local_cloud.cloudformation.template.model import Environment

NO_VALUE: Final = object()
"""What `{"Ref": "AWS::NoValue"}` gives: the key or the element is left out."""


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
