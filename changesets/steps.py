"""The steps of a plan: each is one call of CloudFormation's API (few of another service's), and the sentence why.

The rule: a step holds all that its call needs (`operation`, `arguments`, in CloudFormation's own words), so the
same plan can be shown or executed, and whoever executes it decides nothing. Sources: the API reference of each
operation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from changesets import templates
from changesets.mending import Arguments, Pause, PushImage, Repair
from changesets.models import Deployment, Resource

MASKED = "****"  # as CloudFormation shows the value of a NoEcho parameter
EXPRESS: Arguments = {"Mode": "EXPRESS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Follow the running operation to its end. `token` tells its events from older ones; None takes the newest
    operation.
    """

    operation: ClassVar[str] = "DescribeStackEvents"
    stack: str
    why: str
    token: str | None = None

    @property
    def arguments(self) -> Arguments:
        return {"StackName": self.stack}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An existing resource that a change set takes into the stack. `identifier` as in {"BucketName": "my-bucket"}."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChangeSet:
    """Ask CloudFormation what would change. `type` is CREATE, UPDATE or IMPORT; `keep_template` reuses what is
    deployed; `paused`: the stack failed with rollback disabled, and only an update of the same kind is accepted.

    An EXPRESS deployment disables rollback unless told otherwise. It is told: CloudFormation refuses RollbackStack
    after one, and a paused stack takes no replacement, which together is a dead end.
    """

    operation: ClassVar[str] = "CreateChangeSet"
    stack: str
    name: str
    type: Literal["CREATE", "UPDATE", "IMPORT"]
    deployment: Deployment
    why: str
    imports: tuple[Import, ...] = ()
    keep_template: bool = False
    kept_parameters: frozenset[str] = frozenset()
    paused: bool = False

    @property
    def looks_inside(self) -> bool:
        """Change sets of nested stacks too, where there may be any; CloudFormation has none for imports and drift."""
        wanted = self.deployment
        possible = self.type == "UPDATE" and not (wanted.revert_drift or wanted.import_existing)
        return possible and templates.has_nested(templates.read(wanted.template))

    @property
    def _parameters(self) -> list[dict[str, Any]]:
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(self.kept_parameters)]
        return _pairs("ParameterKey", "ParameterValue", self.deployment.parameters) + kept

    @property
    def arguments(self) -> Arguments:
        wanted = self.deployment
        express = EXPRESS if self.paused else {**EXPRESS, "DisableRollback": False}
        optional = {
            "Description": wanted.origin or None,
            "RoleARN": wanted.role_arn,
            "Tags": None if wanted.tags is None else _pairs("Key", "Value", wanted.tags),
            "NotificationARNs": None if wanted.notification_arns is None else list(wanted.notification_arns),
            "DeploymentMode": "REVERT_DRIFT" if wanted.revert_drift else None,
            "DeploymentConfig": express if wanted.express else None,
            "ImportExistingResources": True if wanted.import_existing else None,
            "IncludeNestedStacks": True if self.looks_inside else None,
            "ResourcesToImport": [_import(each) for each in self.imports] or None,
        }
        return {
            "StackName": self.stack,
            "ChangeSetName": self.name,
            "ClientToken": self.name,
            "ChangeSetType": self.type,
            "Capabilities": list(wanted.capabilities),
            "Parameters": self._parameters,
            **({"UsePreviousTemplate": True} if self.keep_template else {"TemplateBody": wanted.template}),
            **{key: value for key, value in optional.items() if value is not None},
        }

    @property
    def shown(self) -> Arguments:
        """The arguments as they may be logged."""
        secret = templates.secrets(templates.read(self.deployment.template))
        given = [
            {**each, "ParameterValue": MASKED} if each["ParameterKey"] in secret and "ParameterValue" in each else each
            for each in self._parameters
        ]
        return {**self.arguments, "Parameters": given}


def _pairs(key: str, value: str, items: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{key: each, value: items[each]} for each in sorted(items)]


def _import(each: Import) -> dict[str, Any]:
    identifier = dict(each.identifier)
    return {"LogicalResourceId": each.logical_id, "ResourceType": each.type, "ResourceIdentifier": identifier}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteChangeSet:
    operation: ClassVar[str] = "DeleteChangeSet"
    stack: str
    change_set: str
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"StackName": self.stack, "ChangeSetName": self.change_set}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteChangeSet:
    """`retain_except_on_create`: a failed create leaves nothing behind, not even what has a Retain policy."""

    operation: ClassVar[str] = "ExecuteChangeSet"
    stack: str
    change_set: str
    token: str
    why: str
    disable_rollback: bool = False
    retain_except_on_create: bool = True

    @property
    def arguments(self) -> Arguments:
        flags = {"DisableRollback": self.disable_rollback, "RetainExceptOnCreate": self.retain_except_on_create}
        return {
            "StackName": self.stack,
            "ChangeSetName": self.change_set,
            "ClientRequestToken": self.token,
            **{name: True for name, given in flags.items() if given},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueUpdateRollback:
    """`skip` names exactly what failed because the rollback failed; `force` leaves the choice to CloudFormation."""

    operation: ClassVar[str] = "ContinueUpdateRollback"
    stack: str
    token: str
    why: str
    skip: tuple[str, ...] = ()
    force: bool = False
    role_arn: str | None = None

    @property
    def arguments(self) -> Arguments:
        optional = {"ResourcesToSkip": list(self.skip), "ForceRollback": self.force, "RoleARN": self.role_arn}
        return {"StackName": self.stack, "ClientRequestToken": self.token} | _given(optional)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackStack:
    operation: ClassVar[str] = "RollbackStack"
    stack: str
    token: str
    why: str
    retain_except_on_create: bool = True
    role_arn: str | None = None

    @property
    def arguments(self) -> Arguments:
        optional = {"RetainExceptOnCreate": self.retain_except_on_create, "RoleARN": self.role_arn}
        return {"StackName": self.stack, "ClientRequestToken": self.token} | _given(optional)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUpdate:
    operation: ClassVar[str] = "CancelUpdateStack"
    stack: str
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"StackName": self.stack}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStack:
    """`retain` and `force` are accepted in DELETE_FAILED only; what is retained stays, outside of any stack.

    A stack that was deployed in EXPRESS mode is deleted in it.
    """

    operation: ClassVar[str] = "DeleteStack"
    stack: str
    token: str
    why: str
    retain: tuple[str, ...] = ()
    force: bool = False
    role_arn: str | None = None
    express: bool = False

    @property
    def arguments(self) -> Arguments:
        optional = {
            "RetainResources": list(self.retain),
            "DeletionMode": "FORCE_DELETE_STACK" if self.force else None,
            "RoleARN": self.role_arn,
            "DeploymentConfig": EXPRESS if self.express else None,
        }
        return {"StackName": self.stack, "ClientRequestToken": self.token} | _given(optional)


def _given(optional: Arguments) -> Arguments:
    return {key: value for key, value in optional.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerminationProtection:
    operation: ClassVar[str] = "UpdateTerminationProtection"
    stack: str
    enabled: bool
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"StackName": self.stack, "EnableTerminationProtection": self.enabled}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStackPolicy:
    operation: ClassVar[str] = "SetStackPolicy"
    stack: str
    policy: str
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"StackName": self.stack, "StackPolicyBody": self.policy}


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Delete all that a bucket (every version) or an image repository holds, so that it can be deleted itself."""

    operation: ClassVar[str] = "DeleteObjects"
    resource: Resource
    why: str

    @property
    def arguments(self) -> Arguments:
        return {"Bucket": self.resource.physical_id}


Step = (
    Wait
    | CreateChangeSet
    | DeleteChangeSet
    | ExecuteChangeSet
    | ContinueUpdateRollback
    | RollbackStack
    | CancelUpdate
    | DeleteStack
    | SetTerminationProtection
    | SetStackPolicy
    | Empty
    | Repair
    | Pause
    | PushImage
)
