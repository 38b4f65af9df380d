"""What can go wrong outside of a stack; what happens to a stack is an Outcome, not an error.

    ChangeSetsError
    ├── Refused                 AWS refused a call, and repeating it will not help
    │   ├── StackNotFound       no stack of that name or id
    │   ├── StackBusy           the stack's status does not accept this call (someone else was faster)
    │   ├── ChangeSetGone       the change set was executed or deleted, or became obsolete
    │   ├── RoleUnusable        the stack's service role is gone, or does not trust CloudFormation
    │   └── AccessDenied        the caller lacks a permission
    ├── CredentialsProblem      none found, or expired midway
    ├── Unreachable             no answer after botocore's retries: connection, timeout, AWS's own failure
    │   └── Throttled           "Rate exceeded": AWS answers, and asks to slow down
    └── UnknownStatus           AWS sent a stack status that this version does not know

Every message states the fact with the value last; `hint` is what to type or change next.
"""


class ChangeSetsError(Exception):
    """The base class. `str()` is the message; `hint` says what to do next, or is None."""

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
    """There is no stack of that name or id (which AWS spells in three ways)."""


class StackBusy(Refused):
    """The stack's status does not accept this call."""


class ChangeSetGone(Refused):
    """The change set can no longer be executed: it was executed or deleted, or is obsolete."""


class RoleUnusable(Refused):
    """CloudFormation cannot assume the stack's service role, and refuses every write until it is given another one."""


class AccessDenied(Refused):
    """The caller lacks a permission; the message names it."""


class CredentialsProblem(ChangeSetsError):
    """There are no credentials, or they have expired."""


class Unreachable(ChangeSetsError):
    """AWS did not answer, after all of botocore's retries."""


class Throttled(Unreachable):
    """Too many calls in this account at the moment."""


class UnknownStatus(ChangeSetsError):
    """A stack status that is not in the table. It is better to stop than to guess."""
