"""What the engine remembers: stacks with their resources, change sets, operations and events.

The rule: what a stack should be (`Definition`) and what a resource is (`Live`) are frozen values: a rollback puts the
old ones back. Only `Stack` and `ChangeSet` change, and a status changes only in `Stack.move`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from local_cloud.cloudformation.machine import StackStatus, check
from local_cloud.cloudformation.schedule import Process
from local_cloud.cloudformation.template.model import ResolvedOutput, Template
from local_cloud.cloudformation.template.parameters import Parameters

NEVER = datetime.min.replace(tzinfo=UTC)
STACK_TYPE = "AWS::CloudFormation::Stack"


class OnFailure(StrEnum):
    """What a failed create does."""

    ROLLBACK = "ROLLBACK"
    DO_NOTHING = "DO_NOTHING"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a stack should be. `template` is processed (transforms applied), `source` is as the caller sent it."""

    source: Template
    template: Template
    parameters: Parameters
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    notification_arns: tuple[str, ...] = ()
    rollback_configuration: Mapping[str, Any] = field(default_factory=dict)
    change_set_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A resource as it is now. `physical_id` is empty until something exists, `made` whether something does.

    `properties` are the template's, resolved, and `shown` the same with what NoEcho parameters say masked, where there
    are any; `tags` are the stack's, which the thing has besides its own.
    """

    logical_id: str
    type: str
    status: str
    physical_id: str = ""
    made: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    updated: datetime = NEVER
    metadata: Any = None
    creation_policy: Any = None
    deletion_policy: str | None = None
    update_replace_policy: str | None = None
    needs: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    skipped: bool = False

    @property
    def failed(self) -> bool:
        """Whether its last operation failed."""
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of a stack's history. `operation` is the OperationType of DescribeEvents, `properties` a JSON text."""

    id: str
    logical_id: str
    physical_id: str
    type: str
    timestamp: datetime
    status: str
    reason: str | None = None
    properties: str | None = None
    token: str | None = None
    operation_id: str | None = None
    operation: str = ""
    detailed_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What was signalled: SUCCESS or FAILURE; `data` is what Fn::GetAtt of a wait condition tells."""

    status: str
    reason: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of pre-deployment validation, as DescribeEvents reports it."""

    id: str
    operation_id: str
    timestamp: datetime
    logical_id: str
    physical_id: str
    type: str
    name: str
    mode: str
    reason: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation on a stack, as LastOperations lists it."""

    id: str
    type: str
    token: str | None = None
    started: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stable:
    """What a rollback goes back to."""

    definition: Definition
    resources: Mapping[str, Live]
    outputs: tuple[ResolvedOutput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentConfig:
    """STANDARD, or EXPRESS, which does not wait for consistency and by default does not roll back."""

    mode: str = "STANDARD"
    disable_rollback: bool = False


@dataclass(slots=True, kw_only=True)
class ChangeSet:
    """A change set; its `name` is free again once it is executed."""

    id: str
    name: str
    stack_id: str
    kind: str
    definition: Definition
    created: datetime
    status: str = "CREATE_PENDING"
    execution_status: str = "UNAVAILABLE"
    reason: str | None = None
    description: str | None = None
    changes: tuple[dict[str, Any], ...] = ()
    changes_with_values: tuple[dict[str, Any], ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict)
    on_failure: OnFailure | None = None
    include_nested: bool = False
    import_existing: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)
    deployment: DeploymentConfig = DeploymentConfig()
    revert_drift: bool = False
    drift_status: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    role_arn: str | None = None
    findings: tuple[Finding, ...] = ()
    operation_id: str = ""
    token: str | None = None


@dataclass(slots=True, kw_only=True)
class Stack:
    """What is known of a stack."""

    id: str
    name: str
    account: str
    region: str
    created: datetime
    status: StackStatus
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    definition: Definition | None = None
    role_arn: str | None = None
    stable: Stable | None = None
    resources: dict[str, Live] = field(default_factory=dict)
    outputs: tuple[ResolvedOutput, ...] = ()
    events: list[Event] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    policy: str | None = None
    protected: bool = False
    parent_id: str | None = None
    root_id: str | None = None
    detailed_status: str | None = None
    disable_rollback: bool = False
    retain_except_on_create: bool = False
    deletion_mode: str | None = None
    on_failure: OnFailure = OnFailure.ROLLBACK
    timeout_minutes: int | None = None
    deployment: DeploymentConfig = DeploymentConfig()
    operations: list[Operation] = field(default_factory=list)
    process: Process | None = None
    tokens: dict[str, tuple[str, Any]] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    before: dict[str, Any] | None = None
    leftovers: list[Live] = field(default_factory=list)
    drift_status: str = "NOT_CHECKED"
    drift_checked: datetime | None = None
    drifts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def move(self, status: StackStatus, reason: str | None = None) -> None:
        """Go to `status` along a row of the table; raises IllegalMove and changes nothing otherwise."""
        check(self.status, status)
        self.status, self.reason, self.detailed_status = status, reason, None

    def void_change_sets(self) -> None:
        """What was proposed for the stack as it was cannot be executed any more."""
        for change_set in self.change_sets.values():
            if change_set.execution_status == "AVAILABLE":
                change_set.execution_status = "OBSOLETE"

    @property
    def defined(self) -> Definition:
        """The definition of a stack that has one: any but a shell, which waits for its first change set."""
        assert self.definition is not None
        return self.definition

    @property
    def template(self) -> Template:
        """The processed template of the current definition."""
        return self.defined.template
