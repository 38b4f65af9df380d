"""What can go wrong outside a stack; what happens to a stack is an Outcome, not an error.

    ChangeSetsError
    ├── Refused                 AWS said no to one call, for a reason that asking again will not change
    │   ├── StackNotFound       no stack of that name or id
    │   ├── StackBusy           the stack is in a status that does not take this call (someone else was faster)
    │   ├── ChangeSetGone       the change set was executed, deleted or became obsolete meanwhile
    │   ├── RoleUnusable        the stack's service role is gone, or does not trust CloudFormation
    │   └── AccessDenied        the caller lacks a permission
    ├── CredentialsProblem      none found, or expired midway
    ├── Unreachable             no answer after botocore's retries: connection, timeout, AWS's own failure
    │   └── Throttled           "Rate exceeded": AWS is there, and asks for patience
    └── UnknownStatus           AWS sent a stack status that this version does not know

Every message states the fact with the value last; `hint` is what to type or change next.
"""


class ChangeSetsError(Exception):
    """Base of all. `str()` is the message; `hint` the next thing to do, or None."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Refused(ChangeSetsError):
    """AWS refused a call. `code` and `operation` are AWS's words."""

    def __init__(self, message: str, *, code: str = "", operation: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.operation = operation


class StackNotFound(Refused):
    """No stack of that name or id (AWS spells this in three ways)."""


class StackBusy(Refused):
    """The stack's status does not take this call now."""


class ChangeSetGone(Refused):
    """The change set cannot be executed any more: executed, deleted, or obsolete."""


class RoleUnusable(Refused):
    """CloudFormation cannot assume the stack's service role: it refuses every write until it is given another one."""


class AccessDenied(Refused):
    """The caller lacks a permission; the message names it."""


class CredentialsProblem(ChangeSetsError):
    """No credentials, or they expired while we worked."""


class Unreachable(ChangeSetsError):
    """AWS did not answer, after all of botocore's retries."""


class Throttled(Unreachable):
    """Too many calls in this account at the moment."""


class UnknownStatus(ChangeSetsError):
    """A stack status that is not in the table; better to stop than to guess."""
