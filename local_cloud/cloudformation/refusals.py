"""All refusals with AWS's code and exact text, and which call is accepted in which status: two tables.

Texts are recorded from AWS or copied from the output of real accounts, except for those marked `assumed`. `{stack}` is
the stack as the caller named it, `{id}` its ARN, `{name}` its name.
"""

from enum import StrEnum
from typing import NamedTuple

from local_cloud.cloudformation.errors import ApiError
from local_cloud.cloudformation.machine import DELETABLE, PAUSED, STABLE, StackStatus

S = StackStatus


class Refusal(NamedTuple):
    """An error code and its text, with placeholders."""

    code: str
    text: str

    def error(self, **values: object) -> ApiError:
        """The exception, placeholders filled."""
        return ApiError(self.code, self.text.format(**values))


def _invalid(text: str) -> Refusal:
    return Refusal("ValidationError", text)


NOT_UPDATABLE = _invalid("Stack:{id} is in {status} state and can not be updated.")
ALREADY_HAS_STACK = _invalid(
    "Stack [{stack}] already exists and cannot be created again with the changeSet [{change_set}]."
)
PAUSED_NEEDS_FLAG = _invalid(
    "This stack is currently in a non-terminal [{status}] state. To update the stack from this state, please use the "
    "disable-rollback parameter with update-stack API. To rollback to the last known good state, use the "
    "rollback-stack API"
)
CREATED_WITH_DO_NOTHING = _invalid(
    "This stack cannot be updated from [{status}] state because it contains [on-failure: DO_NOTHING]. Please use "
    "disable-rollback option instead during stack creation."
)
NOT_DELETABLE = _invalid("Stack [{stack}] cannot be deleted while in status {status}")
NOT_CANCELLABLE = _invalid("CancelUpdateStack cannot be called from current stack status")
NOT_CONTINUABLE = _invalid("RollbackUpdatedStack cannot be called from current stack status")
CONTINUE_ON_CHILD = _invalid("RollbackUpdatedStack cannot be invoked on child stacks")
NOT_ROLLBACKABLE = _invalid("RollbackStack cannot be called from current stack status")  # assumed
EXPRESS_ROLLBACK = _invalid(
    "RollbackStack is not supported for stacks that were last updated using EXPRESS deployment mode"
)
EXPRESS_FOLLOW_UP = _invalid("Follow-up operations must use the same DeploymentConfig (mode=EXPRESS)")
NO_STACK_WITH_ID = _invalid("Stack with id {stack} does not exist")
NO_STACK = _invalid("Stack [{stack}] does not exist")
NO_STACK_QUOTED = _invalid("Stack '{stack}' does not exist")
STACK_EXISTS = Refusal("AlreadyExistsException", "Stack [{name}] already exists")
PROTECTED = _invalid("Stack [{name}] cannot be deleted while TerminationProtection is enabled")
RETAIN_TOO_EARLY = _invalid(
    "Invalid operation on stack [{id}]. When you delete a stack, specify which resources to retain only when the "
    "stack is in the DELETE_FAILED state."
)
FORCE_TOO_EARLY = _invalid(
    "Invalid operation on stack [{id}]. You can activate DeletionMode FORCE_DELETE_STACK in a delete stack operation "
    "only when the stack is in the DELETE_FAILED state."
)
RETAIN_DELETED = _invalid(
    "The specified resources to retain must be in a valid state. Do not specify resources that are in the "
    "DELETE_COMPLETE state."
)
RETAIN_UNKNOWN = _invalid("The specified resources to retain do not exist in the stack: [{resources}]")  # assumed
CHANGE_SET_STATUS = Refusal(
    "InvalidChangeSetStatus", "ChangeSet [{change_set}] cannot be executed in its current status of [{status}]"
)
CHANGE_SET_EXECUTION_STATUS = Refusal(
    "InvalidChangeSetStatus",
    "ChangeSet [{change_set}] cannot be executed in its current execution status of [{status}]",
)
CHANGE_SET_EXECUTED = Refusal("InvalidChangeSetStatus", "Cannot delete ChangeSet in execution status {status}")
NO_CHANGE_SET = Refusal("ChangeSetNotFound", "ChangeSet [{change_set}] does not exist")
CHANGE_SET_MISMATCH = Refusal(
    "AlreadyExistsException",
    "ChangeSet {change_set} cannot be created due to a mismatch with existing attribute {attribute}",
)
TOKEN_USED = Refusal(
    "TokenAlreadyExistsException",
    "The client request token {token} has already been used for this stack. Retry the request with a different client "
    "request token",
)
NO_STACK_NAMED = _invalid("Either the stack or what belongs to it must be named: {names}")  # assumed
NO_UPDATES = _invalid("No updates are to be performed.")
CAPABILITIES = Refusal("InsufficientCapabilitiesException", "Requires capabilities : [{capability}]")
RESERVED_TAG = _invalid("aws: prefixed tag key names are not allowed for external use.")
ROLE = _invalid("Role {role} is invalid or cannot be assumed")
SUMMARY_IN_REVIEW = _invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
NO_RESOURCE = _invalid("Resource {resource} does not exist for stack {name}")
CHANGE_SET_NEEDS_STACK = _invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
THROTTLED = Refusal("Throttling", "Rate exceeded")
EXPIRED = Refusal("ExpiredToken", "The security token included in the request is expired")
UNSUPPORTED = Refusal(
    "UnsupportedOperation", "The local cloud does not support the CloudFormation operation {operation}"
)
PROTECTION_WHILE_DELETING = _invalid(  # assumed
    "Termination protection of stack [{stack}] cannot be changed while in status {status}"
)
PROTECTION_ON_CHILD = _invalid(  # assumed
    "Termination protection cannot be changed on the nested stack [{stack}]; change it on its root stack"
)
DELETE_ON_CREATE_ONLY = _invalid("OnStackFailure DELETE is only valid for change sets of type CREATE")  # assumed
NOT_SIGNALLED = _invalid("Stack:{id} is in {status} state and can not be signaled.")  # assumed
NOT_SKIPPABLE = _invalid("The specified resources to skip are not in UPDATE_FAILED state: [{resources}]")  # assumed

NOTHING_TO_IMPORT = _invalid("Must Provide at least one resource to import")
IMPORTED_TWICE = _invalid("Every resource to import must have unique LogicalResourceId")
IMPORTED_BY_OTHER_KEYS = _invalid("Invalid resource identifier for resource type {type}. Expected [{keys}]")
IMPORTED_AS_OTHER_TYPE = _invalid(
    "Resource type of [{name}] passed in ResourceToImport does not match with resource type defined in the template. "
    "Resource type in ResourceToImport: {given}; Resource type in Template: {wanted}."
)
NOTHING_NEW = _invalid("The template should contain at least one new resource to import.")
IMPORTED_UNKNOWN = _invalid(
    "The logical resource ids [{names}] provided in ResourceToImport do not exist in the template."
)
IMPORTED_CARELESSLY = _invalid(
    "The following resources to import [{names}] must have DeletionPolicy attribute specified in the template."
)
IMPORTED_ALREADY = _invalid(
    "Resources [{names}] passed in ResourceToImport are already in a stack and cannot be imported."
)
NOT_IMPORTED = _invalid("Resources [{names}] is missing from ResourceToImport list")
NOT_ONLY_IMPORTED = _invalid(
    "You have modified resources [{names}] in your template that are not being imported. Update, create or delete "
    "operations cannot be executed during import operations."
)
NOT_PART_OF_IMPORT = _invalid("As part of the import operation, you cannot modify or add [{names}]")


class Call(StrEnum):
    """The calls whose acceptance depends on the stack's status."""

    CREATE_STACK = "CreateStack"
    UPDATE_STACK = "UpdateStack"
    DELETE_STACK = "DeleteStack"
    CANCEL_UPDATE = "CancelUpdateStack"
    CONTINUE_ROLLBACK = "ContinueUpdateRollback"
    ROLLBACK_STACK = "RollbackStack"
    CREATE_BY_CHANGE_SET = "CreateChangeSet CREATE"
    UPDATE_BY_CHANGE_SET = "CreateChangeSet UPDATE"
    IMPORT_BY_CHANGE_SET = "CreateChangeSet IMPORT"
    EXECUTE_CREATE = "ExecuteChangeSet CREATE"
    EXECUTE_UPDATE = "ExecuteChangeSet UPDATE"
    EXECUTE_IMPORT = "ExecuteChangeSet IMPORT"
    PROTECT = "UpdateTerminationProtection"
    SIGNAL = "SignalResource"


class Acceptance(NamedTuple):
    """The statuses that accept a call, and what every other status answers."""

    statuses: frozenset[StackStatus]
    otherwise: Refusal


def _in(statuses: tuple[StackStatus, ...], otherwise: Refusal) -> Acceptance:
    return Acceptance(frozenset(statuses), otherwise)


GONE = (S.DELETE_IN_PROGRESS, S.DELETE_COMPLETE)
ACCEPTANCE: dict[Call, Acceptance] = {
    Call.CREATE_STACK: _in((S.REVIEW_IN_PROGRESS,), STACK_EXISTS),
    Call.UPDATE_STACK: _in((*STABLE, *PAUSED), NOT_UPDATABLE),
    Call.DELETE_STACK: _in((*DELETABLE, *GONE), NOT_DELETABLE),
    Call.CANCEL_UPDATE: _in((S.UPDATE_IN_PROGRESS,), NOT_CANCELLABLE),
    Call.CONTINUE_ROLLBACK: _in((S.UPDATE_ROLLBACK_FAILED,), NOT_CONTINUABLE),
    Call.ROLLBACK_STACK: _in(PAUSED, NOT_ROLLBACKABLE),
    Call.CREATE_BY_CHANGE_SET: _in((S.REVIEW_IN_PROGRESS,), ALREADY_HAS_STACK),
    Call.UPDATE_BY_CHANGE_SET: _in((*STABLE, *PAUSED), NOT_UPDATABLE),
    Call.IMPORT_BY_CHANGE_SET: _in((*STABLE, S.REVIEW_IN_PROGRESS), NOT_UPDATABLE),
    Call.EXECUTE_CREATE: _in((S.REVIEW_IN_PROGRESS,), NOT_UPDATABLE),
    Call.EXECUTE_UPDATE: _in((*STABLE, *PAUSED), NOT_UPDATABLE),
    Call.EXECUTE_IMPORT: _in((*STABLE, S.REVIEW_IN_PROGRESS), NOT_UPDATABLE),
    Call.SIGNAL: _in(
        (S.CREATE_IN_PROGRESS, S.UPDATE_IN_PROGRESS, S.UPDATE_ROLLBACK_IN_PROGRESS, S.ROLLBACK_IN_PROGRESS),
        NOT_SIGNALLED,
    ),
    Call.PROTECT: _in(tuple(s for s in S if s not in GONE), PROTECTION_WHILE_DELETING),
}


def require(call: Call, status: StackStatus, **values: object) -> None:
    """Raise AWS's refusal unless a stack in this status accepts the call."""
    accepted = ACCEPTANCE[call]
    if status not in accepted.statuses:
        raise accepted.otherwise.error(status=status, **values)
