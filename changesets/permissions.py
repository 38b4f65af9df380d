"""Who may do more than before: compares IAM and resource policies, grant by grant.

The rule: a grant is (principal, action, resource) of one Allow statement, together with its condition; it is new
if no earlier grant covers it. Changed Deny statements and NotAction are shown as they are: they are never judged
harmless.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """`principal` is "" if the policy is attached to the principal itself (a role's own policies), and `resource` if it
    is attached to the resource (who may assume a role).
    """

    principal: str
    action: str
    resource: str
    condition: str = ""

    def covers(self, other: "Grant") -> bool:
        pairs = ((self.principal, other.principal), (self.action.lower(), other.action.lower()))
        wide = all(fnmatchcase(theirs, ours) for ours, theirs in (*pairs, (self.resource, other.resource)))
        return wide and self.condition in ("", other.condition)

    @property
    def is_public(self) -> bool:
        return self.principal == "*" and not self.condition


DOCUMENTS: dict[str, tuple[str, ...]] = {  # the properties in which a type has policy documents
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", "Policies"),
    "AWS::IAM::User": ("Policies",),
    "AWS::IAM::Group": ("Policies",),
    "AWS::IAM::Policy": ("PolicyDocument",),
    "AWS::IAM::RolePolicy": ("PolicyDocument",),
    "AWS::IAM::ManagedPolicy": ("PolicyDocument",),
    "AWS::S3::BucketPolicy": ("PolicyDocument",),
    "AWS::SQS::QueuePolicy": ("PolicyDocument",),
    "AWS::SNS::TopicPolicy": ("PolicyDocument",),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy",),
}


def grants(type_: str, properties: Properties) -> frozenset[Grant]:
    """All that the resource grants."""
    if type_ == "AWS::Lambda::Permission":
        return frozenset({_permission(properties)}) if properties else frozenset()
    named = (document for key in DOCUMENTS.get(type_, ()) for document in _documents(properties.get(key)))
    managed = (Grant("", f"do all that {_text(arn)} allows", "") for arn in _list(properties.get("ManagedPolicyArns")))
    return frozenset((*(grant for document in named for grant in _of_document(document)), *managed))


def gained(type_: str, before: Properties, after: Properties) -> tuple[Grant, ...]:
    """The grants of `after` that nothing in `before` covers, sorted."""
    old = grants(type_, before)
    return tuple(sorted(new for new in grants(type_, after) if not any(grant.covers(new) for grant in old)))


def sentences(granted: Iterable[Grant]) -> Iterator[str]:
    """One sentence for all that the same principal may do with the same things."""
    actions: dict[tuple[str, str, str], list[str]] = {}
    for each in sorted(granted):
        actions.setdefault((each.principal, each.condition, each.resource), []).append(each.action)
    resources: dict[tuple[str, str, str], list[str]] = {}
    for (principal, condition, resource), allowed in actions.items():
        resources.setdefault((principal, condition, _joined(allowed)), []).append(resource)
    for (principal, condition, what), on in resources.items():
        who = {"": "", "*": "everyone "}.get(principal, f"{principal} ")
        where = f" on {' and '.join(on)}" if any(on) else ""
        yield f"{who}may {what}{where}" + (f" if {condition}" if condition else "")


def _joined(actions: Iterable[str]) -> str:
    """dynamodb:GetItem, PutItem: a service that stays the same is named once."""
    told, before = [], ""
    for each in actions:
        service, colon, name = each.rpartition(":")
        told.append(name if colon and service == before else each)
        before = service
    return ", ".join(told)


def _permission(properties: Properties) -> Grant:
    keys = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken")
    conditions = {key: properties[key] for key in keys if properties.get(key)}
    return Grant(
        str(properties.get("Principal", "")),
        str(properties.get("Action", "")),
        _text(properties.get("FunctionName", "*")),
        _text(conditions) if conditions else "",
    )


def _documents(value: Any) -> Iterator[Mapping[str, Any]]:
    """A document, one inside {PolicyDocument: ...}, text of one, or a list of these."""
    if isinstance(value, str):
        value = _loaded(value)
    for each in _list(value):
        if isinstance(each, Mapping):
            yield each.get("PolicyDocument", each)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _of_document(document: Mapping[str, Any]) -> Iterator[Grant]:
    for statement in _list(document.get("Statement")):
        if isinstance(statement, Mapping):
            yield from _of_statement(statement)


def _of_statement(statement: Mapping[str, Any]) -> Iterator[Grant]:
    if statement.get("Effect") != "Allow":
        return
    condition = _text(statement["Condition"]) if statement.get("Condition") else ""
    for principal in _principals(statement.get("Principal")):
        for action in _list(statement.get("Action")) or _all_but(statement.get("NotAction")):
            for resource in _list(statement.get("Resource")) or _all_but(statement.get("NotResource")) or [""]:
                yield Grant(principal, _text(action), _text(resource), condition)


def _all_but(value: Any) -> list[str]:
    return [f"everything but {_text(each)}" for each in _list(value)]


def _principals(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return [_text(value)] if value else [""]
    every = [_text(each) for names in value.values() for each in _list(names)]
    return ["*"] if "*" in every else every


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
