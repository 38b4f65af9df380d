"""boto3's dictionaries as our values: pure, one function per shape.

The rule: only what the rest of the package needs is read, absent keys get the model's own default, and a stack status
that is not in the table raises UnknownStatus here.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from changesets.errors import UnknownStatus
from changesets.kinds import is_custom
from changesets.models import (
    Action,
    ChangeSet,
    PropertyChange,
    Replacement,
    Resource,
    ResourceChange,
    Stack,
    StackEvent,
    Validation,
)
from changesets.statuses import StackStatus

Shape = Mapping[str, Any]


def status(value: str) -> StackStatus:
    """Raises UnknownStatus for a word that is not one of the 23."""
    try:
        return StackStatus(value)
    except ValueError:
        raise UnknownStatus(
            f"CloudFormation returned a stack status that this version does not know: {value}",
            hint="update groat; nothing was changed",
        ) from None


def stack(shape: Shape) -> Stack:
    """A member of DescribeStacks' `Stacks`."""
    operations = shape.get("LastOperations") or [{}]
    return Stack(
        id=shape["StackId"],
        name=shape["StackName"],
        status=status(shape["StackStatus"]),
        reason=shape.get("StackStatusReason", ""),
        parameters=pairs(shape.get("Parameters", ()), "ParameterKey", "ParameterValue"),
        outputs=pairs(shape.get("Outputs", ()), "OutputKey", "OutputValue"),
        tags=pairs(shape.get("Tags", ()), "Key", "Value"),
        role_arn=shape.get("RoleARN"),
        created=shape.get("CreationTime"),
        updated=shape.get("LastUpdatedTime"),
        root_id=shape.get("RootId"),
        drift=shape.get("DriftInformation", {}).get("StackDriftStatus", "NOT_CHECKED"),
        last_operation=operations[0].get("OperationType", ""),
        express=shape.get("DeploymentConfig", {}).get("Mode") == "EXPRESS",
        protected=shape.get("EnableTerminationProtection", False),
        change_set_id=shape.get("ChangeSetId"),
    )


def pairs(items: Iterable[Shape], key: str, value: str) -> dict[str, str]:
    """A list of key and value shapes as one mapping."""
    return {item[key]: item.get(value, "") for item in items}


def resource(shape: Shape) -> Resource:
    """A member of ListStackResources' summaries."""
    return Resource(
        logical_id=shape["LogicalResourceId"],
        physical_id=shape.get("PhysicalResourceId", ""),
        type=shape["ResourceType"],
        status=shape["ResourceStatus"],
        reason=shape.get("ResourceStatusReason", ""),
    )


def event(shape: Shape) -> StackEvent:
    """A member of DescribeStackEvents. Stack events carry statuses that ResourceStatus lacks: it stays a string."""
    return StackEvent(
        id=shape["EventId"],
        stack_id=shape["StackId"],
        stack_name=shape["StackName"],
        logical_id=shape.get("LogicalResourceId", ""),
        physical_id=shape.get("PhysicalResourceId", ""),
        type=shape.get("ResourceType", ""),
        status=shape.get("ResourceStatus", ""),
        reason=shape.get("ResourceStatusReason", ""),
        at=shape["Timestamp"],
        token=shape.get("ClientRequestToken", ""),
        detailed_status=shape.get("DetailedStatus", ""),
        function=_function(shape),
    )


def _function(shape: Shape) -> str:
    """The name in a ServiceToken like arn:aws:lambda:us-east-1:111111111111:function:name:alias; "" for a topic's."""
    if not is_custom(shape.get("ResourceType", "")):
        return ""
    token = str(json.loads(shape.get("ResourceProperties") or "{}").get("ServiceToken", ""))
    return token.partition(":function:")[2].partition(":")[0]


def change_set(pages: list[Shape], *, changes: Iterable[Shape]) -> ChangeSet:
    """All pages of DescribeChangeSet; `changes` are the members of every page's `Changes`."""
    first = pages[0]
    return ChangeSet(
        id=first["ChangeSetId"],
        name=first["ChangeSetName"],
        stack_id=first["StackId"],
        status=first["Status"],
        execution_status=first.get("ExecutionStatus", "UNAVAILABLE"),
        reason=first.get("StatusReason", ""),
        changes=tuple(change(each["ResourceChange"]) for each in changes if "ResourceChange" in each),
        created=first.get("CreationTime"),
        origin=first.get("Description", ""),
        parameters=pairs(first.get("Parameters", ()), "ParameterKey", "ParameterValue"),
        tags=pairs(first.get("Tags", ()), "Key", "Value"),
    )


def change(shape: Shape) -> ResourceChange:
    """A `ResourceChange`. Replacement is read on Modify only: AWS once sent it on Add as well."""
    action = Action(shape["Action"])
    modifies = action is Action.MODIFY
    return ResourceChange(
        action=action,
        logical_id=shape["LogicalResourceId"],
        physical_id=shape.get("PhysicalResourceId", ""),
        type=shape["ResourceType"],
        replacement=Replacement(shape.get("Replacement", "False")) if modifies else Replacement.FALSE,
        policy=shape.get("PolicyAction", ""),
        scope=tuple(shape.get("Scope", ())),
        properties=tuple(_properties(shape.get("Details", ()))),
        before=_context(shape.get("BeforeContext")),
        after=_context(shape.get("AfterContext")),
        nested_change_set=shape.get("ChangeSetId"),
    )


def _properties(details: Iterable[Shape]) -> Iterable[PropertyChange]:
    """One change per path: CloudFormation lists a parameter's change twice, with its cause and with values."""
    merged: dict[str, PropertyChange] = {}
    for detail in details:
        target = detail.get("Target", {})
        path = target.get("Path") or "/".join(("", target.get("Attribute", ""), target.get("Name", ""))).rstrip("/")
        known = merged.get(path, PropertyChange(path=path))
        merged[path] = PropertyChange(
            path=path,
            before=target.get("BeforeValue", known.before),
            after=target.get("AfterValue", known.after),
            recreation=max(known.recreation, target.get("RequiresRecreation", "Never"), key=_RECREATION.index),
            cause=detail.get("CausingEntity", known.cause),
        )
    return merged.values()


_RECREATION = ("Never", "Conditionally", "Always")


def _context(text: str | None) -> dict[str, Any]:
    loaded = json.loads(text) if text else {}
    return loaded if isinstance(loaded, dict) else {}


def validation(shape: Shape) -> Validation:
    """A VALIDATION_ERROR member of DescribeEvents."""
    return Validation(
        logical_id=shape.get("LogicalResourceId", ""),
        path=shape.get("ValidationPath", ""),
        reason=shape.get("ValidationStatusReason", ""),
        mode=shape.get("ValidationFailureMode", "FAIL"),
        name=shape.get("ValidationName", ""),
    )
