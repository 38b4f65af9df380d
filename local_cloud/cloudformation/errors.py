"""The exception for a call that is refused, with AWS's code and text."""

MODELLED_STATUS = {
    "ChangeSetNotFound": 404,
    "StackNotFoundException": 404,
    "OperationInProgressException": 409,
    "ConcurrentResourcesLimitExceeded": 429,
    "AccessDenied": 403,
    "ExpiredToken": 403,
    "ServiceUnavailable": 503,
}


class ApiError(Exception):
    """A refused call: AWS's error code, its exact message and the HTTP status (400 unless the model says otherwise)."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or MODELLED_STATUS.get(code, 400)


def validation_error(message: str) -> ApiError:
    """The service's most common refusal; botocore does not model it."""
    return ApiError("ValidationError", message)
