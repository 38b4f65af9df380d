"""Parameters of a call that exclude one another: one table ("but not both", "only one of" in the API reference).

The text of the refusal is assumed. ValidateTemplate is not in the table: given a body and a URL, it takes the body
(documented).
"""

from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.errors import validation_error

TEMPLATE = ("TemplateBody", "TemplateURL")
CHANGED_TEMPLATE = (*TEMPLATE, "UsePreviousTemplate")
POLICY = ("StackPolicyBody", "StackPolicyURL")
ONE_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ContinueUpdateRollback": (("ResourcesToSkip", "ForceRollback"),),
    "CreateChangeSet": (CHANGED_TEMPLATE, ("IncludeNestedStacks", "DeploymentMode")),
    "CreateStack": (TEMPLATE, POLICY, ("OnFailure", "DisableRollback")),
    "DescribeStackResources": (("StackName", "PhysicalResourceId"),),
    "GetTemplateSummary": (("StackName", *TEMPLATE),),
    "SetStackPolicy": (POLICY,),
    "UpdateStack": (CHANGED_TEMPLATE, POLICY, ("StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL")),
}


def check_one_of(operation: str, params: Mapping[str, Any]) -> None:
    """Raise AWS's ValidationError for two parameters that exclude one another; one that is false does not count."""
    for names in ONE_OF.get(operation, ()):
        given = [name for name in names if params.get(name)]
        if len(given) > 1:
            raise validation_error(f"Either {' or '.join(given)} can be specified, but not both")
