"""What CloudFormation has, as values: stacks, resources, events, change sets. No behaviour but simple properties.

The rule: nothing here knows boto3; gateway.py turns its dictionaries into these. Times are aware and in UTC. A
stack that does not exist is `None`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from changesets.statuses import StackStatus

TOKEN_PREFIX = "groat-"  # begins all our client request tokens and change-set names, so that we recognise them
RECREATE_TOKEN_PREFIX = "groat-recreate-"  # begins the token of a deletion after which the same stack is created again
DIFFERS_TOKEN_PREFIX = "groat-differs-"  # begins that of a rollback after which something may differ from the template


class Profile(StrEnum):
    """How an environment wants failures handled: see `Deployment`."""

    STANDARD = "standard"  # roll back a failure
    DEVELOPMENT = "development"  # keep what was built, fix forward
    PRODUCTION = "production"  # roll back, and protect the stack from deletion


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is wanted: a template and its values, under a stack name.

    `tags=None` leaves the stack's tags as they are. `profile` DEVELOPMENT executes with DisableRollback; PRODUCTION
    turns termination protection on and sets `stack_policy` if given. `express` asks for CloudFormation's EXPRESS mode,
    in which a failure is always rolled back. `artifacts_bucket` takes templates over 51,200 bytes (CloudFormation's
    limit for a template inside the request). `origin` says where this comes from, for the change set's Description
    (origins.py); at most 1,024 characters.
    """

    stack_name: str
    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ("CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
    tags: Mapping[str, str] | None = None
    role_arn: str | None = None
    notification_arns: tuple[str, ...] | None = None
    artifacts_bucket: str | None = None
    artifacts_prefix: str = ""
    profile: Profile = Profile.STANDARD
    express: bool = False
    stack_policy: str | None = None
    revert_drift: bool = False
    import_existing: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack, as in DescribeStacks."""

    id: str
    name: str
    status: StackStatus
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    role_arn: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    root_id: str | None = None
    drift: str = "NOT_CHECKED"
    last_operation: str = ""
    express: bool = False
    protected: bool = False
    change_set_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource, as in ListStackResources. `status` is CloudFormation's word, e.g. CREATE_COMPLETE."""

    logical_id: str
    physical_id: str
    type: str
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One event of a stack or of one nested in it. `function` is the Lambda function behind a custom resource."""

    id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    at: datetime
    token: str = ""
    detailed_status: str = ""
    function: str = ""

    @property
    def is_of_stack(self) -> bool:
        """Is it the stack's own? A nested stack is also of type AWS::CloudFormation::Stack, but has another id."""
        return self.physical_id == self.stack_id

    @property
    def stack_status(self) -> StackStatus | None:
        """The stack's status, if the event is the stack's own."""
        return StackStatus(self.status) if self.is_of_stack else None

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")


class Action(StrEnum):
    """What a change does, in CloudFormation's words."""

    ADD = "Add"
    MODIFY = "Modify"
    REMOVE = "Remove"
    IMPORT = "Import"
    DYNAMIC = "Dynamic"
    SYNC = "SyncWithActual"


class Replacement(StrEnum):
    """Will a new physical resource take the place of the old one? CONDITIONAL depends on a value not known yet."""

    TRUE = "True"
    FALSE = "False"
    CONDITIONAL = "Conditional"


KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's placeholder for a value that is only known after the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """A changed property: `path` like /Properties/Code/ImageUri, values as CloudFormation prints them or None.

    `cause` is the parameter or the other resource's attribute that the value comes from, like Table.Arn.
    """

    path: str
    before: str | None = None
    after: str | None = None
    recreation: str = "Never"
    cause: str = ""

    @property
    def is_known_later(self) -> bool:
        return self.after == KNOWN_LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """An entry of a change set. `before` and `after` are the resource's whole definitions, {} if not known."""

    action: Action
    logical_id: str
    physical_id: str = ""
    type: str
    replacement: Replacement = Replacement.FALSE
    policy: str = ""
    scope: tuple[str, ...] = ()
    properties: tuple[PropertyChange, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    nested_change_set: str | None = None

    @property
    def replaces(self) -> bool:
        return self.action is Action.MODIFY and self.replacement is not Replacement.FALSE

    @property
    def removes(self) -> bool:
        return self.action is Action.REMOVE

    @property
    def keeps_old(self) -> bool:
        """The old physical resource stays, outside of the stack."""
        return "Retain" in self.policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A finding of CloudFormation's pre-deployment validation. `mode` is FAIL or WARN."""

    logical_id: str
    path: str
    reason: str
    mode: str
    name: str = ""


NO_CHANGE_TEXTS = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set, as in all pages of DescribeChangeSet."""

    id: str
    name: str
    stack_id: str
    status: str
    execution_status: str
    reason: str = ""
    changes: tuple[ResourceChange, ...] = ()
    validations: tuple[Validation, ...] = ()
    created: datetime | None = None
    origin: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    is_import: bool = False
    is_realignment: bool = False

    def of(self, action: Action) -> tuple[ResourceChange, ...]:
        return tuple(each for each in self.changes if each.action is action)

    @property
    def pending(self) -> bool:
        return self.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS")

    @property
    def executable(self) -> bool:
        return self.status == "CREATE_COMPLETE" and self.execution_status == "AVAILABLE"

    @property
    def has_no_changes(self) -> bool:
        """CloudFormation reports "nothing to do" as a failure, in two texts and several wrappings."""
        return self.status == "FAILED" and any(text in self.reason for text in NO_CHANGE_TEXTS)
