"""Who may do what, as far as a site needs it: resource policies of functions and buckets.

The rule: refuse unless a deployed statement allows, and refuse if one denies, as IAM decides for another service.
Conditions that a site can meet are compared (SourceArn, SourceAccount); a statement with any other never matches.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.edge.live import Live
from local_cloud.edge.wildcards import matches

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A service (None: anybody) that tries an action on a resource, on behalf of the resource `source_arn`."""

    service: str | None
    action: str
    resource: str
    source_arn: str = ""
    source_account: str = ""


def invocable(
    live: Live, function: str, service: str, source_arns: Sequence[str], action: str = "lambda:InvokeFunction"
) -> bool:
    """Whether an AWS::Lambda::Permission lets the service, on behalf of one of the sources, invoke the function."""
    return any(
        permission.properties.get("Principal") in (service, "*")
        and permission.properties.get("Action") in (action, "lambda:*")
        and (
            not (pattern := permission.properties.get("SourceArn")) or any(matches(pattern, arn) for arn in source_arns)
        )
        for permission in live.of("AWS::Lambda::Permission")
        if named(str(permission.properties.get("FunctionName"))) == function
    )


def named(function: str) -> str:
    """A function's name, of its name or ARN, with or without a qualifier."""
    return function.rpartition(":function:")[2].partition(":")[0]


def allows(document: Any, attempt: Attempt) -> bool:
    """Whether a policy document allows the attempt and none of its statements denies it."""
    effects = {statement["Effect"] for statement in statements(document) if _applies(statement, attempt)}
    return effects == {"Allow"}


def statements(document: Any) -> Iterator[Statement]:
    """The statements of a policy, given as text or as data."""
    parsed = json.loads(document) if isinstance(document, str) else document
    yield from _listed((parsed or {}).get("Statement", []))


def _applies(statement: Statement, attempt: Attempt) -> bool:
    return (
        _is_principal(statement.get("Principal"), attempt.service)
        and any(matches(action.lower(), attempt.action.lower()) for action in _listed(statement.get("Action", [])))
        and any(matches(resource, attempt.resource) for resource in _listed(statement.get("Resource", [])))
        and all(
            _holds(operator, key, values, attempt)
            for operator, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        )
    )


def _is_principal(principal: Any, service: str | None) -> bool:
    if principal == "*" or (isinstance(principal, Mapping) and "*" in _listed(principal.get("AWS", []))):
        return True
    return isinstance(principal, Mapping) and service in _listed(principal.get("Service", []))


def _holds(operator: str, key: str, values: Any, attempt: Attempt) -> bool:
    known = {
        "aws:sourcearn": attempt.source_arn,
        "aws:sourceaccount": attempt.source_account,
        "aws:securetransport": "true",
    }
    value = known.get(key.lower())
    if value is None:
        return False
    match operator:
        case "StringEquals" | "Bool":
            return value in map(str, _listed(values)) or value in [str(each).lower() for each in _listed(values)]
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(matches(pattern, value) for pattern in _listed(values))
        case _:
            return False


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
