"""AWS's error codes and texts as errors of ours, each with a hint. Pure; for gateway.py only.

botocore does not model `ValidationError`, so it is recognised by its code and text. A missing stack has three
spellings.
"""

import re
from collections.abc import Mapping
from typing import Any

from changesets.errors import (
    AccessDenied,
    ChangeSetGone,
    ChangeSetsError,
    CredentialsProblem,
    Refused,
    RoleUnusable,
    StackBusy,
    StackNotFound,
    Throttled,
    Unreachable,
)

_MEANINGS: tuple[tuple[str, str, type[Refused]], ...] = (  # code, text, what it means; the first that matches
    ("ChangeSetNotFound.*", ".*", ChangeSetGone),
    ("InvalidChangeSetStatus.*", ".*", ChangeSetGone),
    ("ValidationError", r"(?s).*does not exist.*", StackNotFound),
    ("ValidationError", r"(?s)Role .* cannot be assumed.*", RoleUnusable),
    ("ValidationError", r"(?s).*(is in \w+ state and can ?not be|cannot be deleted while in status|non-terminal|"
     r"already exists and cannot be created again|"
     r"cannot be called from current stack status|cannot be updated from \[).*", StackBusy),
    ("AlreadyExistsException", ".*already exists.*", StackBusy),
    ("OperationInProgressException|OperationStatusCheckFailed.*", ".*", StackBusy),
    ("AccessDenied.*|UnauthorizedOperation", ".*", AccessDenied),
)  # fmt: skip
_VALUE = re.compile(r"(?s)(Value '.{60}).*(' at '\w+' failed to satisfy)")  # perhaps all of a template
_EXPIRED = re.compile(
    r"ExpiredToken(Exception)?|RequestExpired|InvalidClientTokenId|UnrecognizedClientException|AuthFailure|"
    r"SignatureDoesNotMatch|InvalidSignatureException"
)
_SKEWED = re.compile(r"^RequestTimeTooSkewed|Signature (expired|not yet current)")
_THROTTLED = re.compile(r"Throttling.*|TooManyRequests.*|RequestLimitExceeded")
_PASSING = re.compile(r"ServiceUnavailable|InternalFailure|InternalError|50\d")
AGAIN = "run the same command again: it resumes where this one stopped"
_LOG_IN = "log in again, then run the same command: it resumes where this one stopped"
_SET_CLOCK = "set the clock right, then run the same command: it resumes where this one stopped"
_HINTS = {
    "Requires capabilities": "add it with --capabilities",
    "templateBody": "name a bucket with --s3-bucket: templates over 51,200 bytes go through S3",
    "is not authorized to perform": "get permission for that action, or use other credentials with --profile",
    "Error validating stack policy": "correct the stack policy: the JSON of an IAM policy, with Update: actions",
    "cannot be assumed": "pass a role that CloudFormation can assume with --role-arn",
}


def meaning(operation: str, error: Mapping[str, Any]) -> ChangeSetsError:
    """The error that a ClientError's `Error` stands for."""
    code, text = str(error.get("Code", "")), _VALUE.sub(r"\1 ...\2", str(error.get("Message", "")))
    if _SKEWED.search(f"{code}: {text}"):
        return CredentialsProblem(f"This machine's clock is not AWS's: {text}", hint=_SET_CLOCK)
    if _EXPIRED.fullmatch(code):
        return CredentialsProblem(f"AWS does not accept the credentials, or no longer does: {text}", hint=_LOG_IN)
    if _THROTTLED.fullmatch(code):
        return Throttled(f"AWS still asks to slow down after all retries of {operation}: {text}", hint=AGAIN)
    if _PASSING.fullmatch(code):
        return Unreachable(f"AWS itself still fails after all retries of {operation}: {code}: {text}", hint=AGAIN)
    kinds = (kind for codes, texts, kind in _MEANINGS if re.fullmatch(codes, code) and re.fullmatch(texts, text))
    hint = next((advice for sign, advice in _HINTS.items() if sign in text), None)
    return next(kinds, Refused)(text, code=code, operation=operation, hint=hint)
