"""What a function may do: everything, or not what it is told of."""

import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Graph, Resource
from template_gen.rules.graph.bucket import CLOUDFRONT
from template_gen.rules.graph.function import Statement, may_reach, statements
from template_gen.rules.graph.resources import NAMED_BY_REF
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
STORES: Final = {
    "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable", "AWS::S3::Bucket",
}  # fmt: skip
_SENT_TO: Final = {"AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::SSM::Parameter"}


@rule(
    "W9194",
    "The function may do everything",
    symptom="A mistake in the website's code can delete or publish anything in the account.",
    fix="Grant the actions that the function needs on the resources that it needs.",
    source=f"{_LAMBDA}/lambda-permissions.html",
)
def admin_policy(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        for grant in graph.grants(function) or ():
            if isinstance(grant, str) and grant.endswith(("AdministratorAccess", "PowerUserAccess")):
                yield at(function.properties, "Policies" if "Policies" in function.properties else "Role", grant)
            yield from (at(found.body, "Action", "*") for found in _of(grant) if _everything(found))


def _of(grant: Any) -> list[Statement]:
    """The allowing statements of a policy document, bare or inside a role's inline policy."""
    document = grant.get("PolicyDocument", grant) if isinstance(grant, Object) else grant
    return [found for found in statements(document) if found.allows]


def _everything(statement: Statement) -> bool:
    free = "Condition" not in statement.body
    return free and any(action in ("*", "*:*") for action in statement.actions) and "*" in statement.resources


@rule(
    "E9199",
    "The policy names the resource, not its ARN",
    symptom="The deployment fails: MalformedPolicyDocument, resource must be in ARN format or *.",
    fix="Write !GetAtt X.Arn for !Ref X.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
def resource_without_arn(graph: Graph) -> Iterator[Place]:
    """For types whose Ref is a name, an id or a URL."""
    for statement in _everywhere(graph):
        for name in statement.resources:
            referred = re.match(r"\$\{(\w+)\}", name)
            if referred and graph.named(referred[0], *NAMED_BY_REF):
                yield at(statement.body, "Resource", name)


def _everywhere(graph: Graph) -> Iterator[Statement]:
    """The statements of all policies of identities."""
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        for policy in graph.of(kind):
            yield from statements(policy.properties.get("PolicyDocument"))
    for holder in graph.of("AWS::IAM::Role", "AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
        for inline in holder.properties.objects("Policies"):
            yield from statements(inline.get("PolicyDocument", inline))


@rule(
    "W9195",
    "The function knows a table, bucket, queue, topic or parameter that it may not use",
    symptom="Its first call answers AccessDenied.",
    fix="Grant access in Policies, such as DynamoDBCrudPolicy for the table.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html",
)
def store_unreachable(graph: Graph) -> Iterator[Place]:
    """Silent as soon as a policy of the template that may be the function's mentions the store, when an event comes
    from it, or when the role is made elsewhere."""
    for function in graph.functions.values():
        granted = graph.grants(function)
        if granted is None:
            continue
        reached = [*granted, function.properties.object("Events")]
        for name, value in function.variables.items():
            store = graph.named(value, *STORES, *_SENT_TO)
            if store and not may_reach(reached, store, graph.resources) and not _mentioned(store, graph):
                yield at(function.variables, name, store.id)


def _mentioned(store: Resource, graph: Graph) -> bool:
    """By a policy that is not for CloudFront alone."""
    policies = (u for u in graph.resources.users(store.id) if "Policy" in u.type or u.type.startswith("AWS::IAM"))
    return any(not _for_cloudfront(policy) for policy in policies)


def _for_cloudfront(policy: Resource) -> bool:
    found = list(statements(policy.properties.get("PolicyDocument")))
    return bool(found) and all(statement.principals("Service") == (CLOUDFRONT,) for statement in found)
