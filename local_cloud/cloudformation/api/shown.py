"""Stacks, resources and change sets as the API answers them.

The rule: an empty value is left out wherever AWS leaves it out (recorded).
"""

import json
from typing import Any

from local_cloud.cloudformation.history import Answers
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import ChangeSet, DeploymentConfig, Live, OnFailure, Stack

Shown = dict[str, Any]


def present(values: Shown) -> Shown:
    """The values that are not None, empty text or an empty list."""
    return {key: value for key, value in values.items() if value not in (None, "", [], ())}


def tags(of: dict[str, str] | Any) -> list[Shown]:
    """Tags as boto3 has them."""
    return [{"Key": key, "Value": value} for key, value in of.items()]


def stack(record: Stack, answers: Answers, *, named: bool = True) -> Shown:
    """A stack as DescribeStacks answers it; `named` is whether the caller asked for this stack."""
    definition = None if record.status is StackStatus.REVIEW_IN_PROGRESS else record.definition
    gone = record.status is StackStatus.DELETE_COMPLETE
    answer: Shown = {
        "StackId": record.id,
        "StackName": record.name,
        "CreationTime": record.created,
        "RollbackConfiguration": dict(definition.rollback_configuration) if definition else {},
        "StackStatus": record.status.value,
        "DisableRollback": record.disable_rollback or record.on_failure is OnFailure.DO_NOTHING,
        "NotificationARNs": list(definition.notification_arns) if definition else [],
        "Tags": tags(definition.tags) if definition else [],
        "DriftInformation": _drift(record),
    }
    if named and not gone:
        answer["EnableTerminationProtection"] = record.protected
    if answers.deployment_config:
        answer["DeploymentConfig"] = deployment(record.deployment)
    return answer | present(_optional(record, answers, gone=gone))


def _optional(record: Stack, answers: Answers, *, gone: bool) -> Shown:
    definition = None if record.status is StackStatus.REVIEW_IN_PROGRESS else record.definition
    return {
        "ChangeSetId": definition.change_set_id if definition and not gone else None,
        "Description": definition.template.description if definition else None,
        "Parameters": definition.parameters.shown if definition else None,
        "DeletionTime": record.deleted,
        "LastUpdatedTime": record.updated,
        "StackStatusReason": record.reason,
        "DetailedStatus": record.detailed_status,
        "TimeoutInMinutes": record.timeout_minutes,
        "Capabilities": list(definition.capabilities) if definition and answers.repeat_capabilities else None,
        "Outputs": [_output(output) for output in record.outputs],
        "RoleARN": record.role_arn,
        "ParentId": record.parent_id,
        "RootId": record.root_id,
        "RetainExceptOnCreate": record.retain_except_on_create or None,
        "DeletionMode": record.deletion_mode,
        "LastOperations": operations(record) if answers.last_operations else None,
    }


def operations(record: Stack) -> list[Shown]:
    """LastOperations, the newest first."""
    return [{"OperationType": each.type, "OperationId": each.id} for each in record.operations]


def _output(output: Any) -> Shown:
    return present(
        {
            "OutputKey": output.key,
            "Description": output.description,
            "ExportName": output.export_name,
        }
    ) | {"OutputValue": output.value}


def _drift(record: Stack) -> Shown:
    return present({"StackDriftStatus": record.drift_status, "LastCheckTimestamp": record.drift_checked})


def deployment(config: DeploymentConfig) -> Shown:
    """DeploymentConfig."""
    return {"Mode": config.mode, "DisableRollback": config.disable_rollback}


def summary(record: Stack, answers: Answers) -> Shown:
    """A stack as ListStacks answers it."""
    return {
        "StackId": record.id,
        "StackName": record.name,
        "CreationTime": record.created,
        "StackStatus": record.status.value,
        "DriftInformation": _drift(record),
    } | present(
        {
            "TemplateDescription": record.definition.template.description if record.definition else None,
            "LastUpdatedTime": record.updated,
            "DeletionTime": record.deleted,
            "StackStatusReason": record.reason,
            "ParentId": record.parent_id,
            "RootId": record.root_id,
            "LastOperations": operations(record) if answers.last_operations else None,
        }
    )


def resource(record: Stack, live: Live, *, clock: str = "LastUpdatedTimestamp") -> Shown:
    """A stack resource; `clock` is the field that carries its time, which differs from call to call."""
    drift = record.drifts.get(live.logical_id, {})
    checked = {"LastCheckTimestamp": drift.get("Timestamp")}
    return {
        "LogicalResourceId": live.logical_id,
        "ResourceType": live.type,
        clock: live.updated,
        "ResourceStatus": live.status,
        "DriftInformation": {
            "StackResourceDriftStatus": drift.get("StackResourceDriftStatus", "NOT_CHECKED"),
            **present(checked),
        },
    } | present({"PhysicalResourceId": live.physical_id, "ResourceStatusReason": live.reason})


def resource_detail(record: Stack, live: Live) -> Shown:
    """A resource as DescribeStackResource answers it."""
    metadata = json.dumps(live.metadata) if live.metadata else "{}"
    return {"StackId": record.id, "StackName": record.name, **resource(record, live), "Metadata": metadata}


def change_set(record: ChangeSet, owner: Stack, answers: Answers) -> Shown:
    """A change set as DescribeChangeSet answers it, without its Changes."""
    definition = record.definition
    answer = _summary(record, owner) | {
        "NotificationARNs": list(definition.notification_arns),
        "RollbackConfiguration": dict(definition.rollback_configuration),
        "Capabilities": list(definition.capabilities) if answers.repeat_capabilities else [],
    }
    if answers.deployment_config:
        answer |= {"DeploymentConfig": deployment(record.deployment), "Tags": tags(definition.tags)}
    return answer | present(
        {
            "Parameters": definition.parameters.shown,
            "Tags": tags(definition.tags),
            "OnStackFailure": record.on_failure and record.on_failure.value,
            "ImportExistingResources": record.import_existing or None,
            "DeploymentMode": "REVERT_DRIFT" if record.revert_drift else None,
            "StackDriftStatus": record.drift_status,
        }
    )


def change_set_summary(record: ChangeSet, owner: Stack) -> Shown:
    """A change set as ListChangeSets answers it."""
    return _summary(record, owner) | {"ImportExistingResources": record.import_existing}


def _summary(record: ChangeSet, owner: Stack) -> Shown:
    """What both calls say about a change set."""
    return {
        "StackId": owner.id,
        "StackName": owner.name,
        "ChangeSetId": record.id,
        "ChangeSetName": record.name,
        "ExecutionStatus": record.execution_status,
        "Status": record.status,
        "CreationTime": record.created,
        "IncludeNestedStacks": record.include_nested,
    } | present(
        {
            "StatusReason": record.reason,
            "Description": record.description,
            "ParentChangeSetId": record.parent_id,
            "RootChangeSetId": record.root_id,
        }
    )
