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

_OBJECT: Final = re.compile(r"s3:(Get|Put|Delete|Restore)Object\w*", re.IGNORECASE)
_BUCKET: Final = re.compile(r"arn:[^:]*:s3:::(\$\{[^}]*\}|[^/*?$])+")
_OBJECTS: Final = re.compile(r"arn:[^:]*:s3:::(\$\{[^}]*\}|[^/*?$])+/.*")
_ITEMS: Final = re.compile(r"dynamodb:((Get|Put|Update|Delete)Item|Batch(Get|Write)Item)", re.IGNORECASE)
_BELOW: Final = re.compile(r"(arn:[^$]*:dynamodb:.*:table/)?\$\{\w+(\.Arn)?\}/(\*|index/.*)")
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
    for statement in everywhere(graph):
        for name in statement.resources:
            referred = re.match(r"\$\{(\w+)\}", name)
            if referred and graph.named(referred[0], *NAMED_BY_REF):
                yield at(statement.body, "Resource", name)


def everywhere(graph: Graph) -> Iterator[Statement]:
    """The statements of all policies of identities."""
    return (statement for document in _documents(graph) for statement in document)


def _documents(graph: Graph) -> Iterator[list[Statement]]:
    """The statements of each policy of an identity, those that are written inside it together."""
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        for policy in graph.of(kind):
            yield list(statements(policy.properties.get("PolicyDocument")))
    for holder in graph.of("AWS::IAM::Role", "AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
        inline = holder.properties.objects("Policies")
        yield [found for policy in inline for found in statements(policy.get("PolicyDocument", policy))]


@rule(
    "E9249",
    "The policy names the bucket where its objects are meant, or the other way round",
    symptom="The call answers AccessDenied: s3:GetObject acts on objects (<arn>/*), s3:ListBucket on the bucket.",
    fix="Write !Sub ${Bucket.Arn}/* for actions on objects, !GetAtt Bucket.Arn for s3:ListBucket.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html",
)
def bucket_for_objects(graph: Graph) -> Iterator[Place]:
    """Silent where another statement of the same policy allows the action where it belongs."""
    for document in _documents(graph):
        allowing = [found for found in document if found.allows and found.resources]
        for statement in allowing:
            misplaced = [action for action in statement.actions if _misplaced(action, statement)]
            elsewhere = [found for found in allowing if not any(_misplaced(action, found) for action in misplaced)]
            lost = [action for action in misplaced if not any(found.performs(action) for found in elsewhere)]
            if lost and (_OBJECT.fullmatch(lost[0]) or len(misplaced) == len(statement.actions)):
                yield at(statement.body, "Resource", f"{lost[0]} on {statement.resources[0]}")


def _misplaced(action: str, statement: Statement) -> bool:
    """None of the statement's resources is of the kind that the action acts on."""
    if _OBJECT.fullmatch(action):
        return all(_BUCKET.fullmatch(name) for name in statement.resources)
    return action.lower() == "s3:listbucket" and all(_OBJECTS.fullmatch(name) for name in statement.resources)


@rule(
    "W9250",
    "The policy does not hold for the table's indexes",
    symptom="A Query of an index answers AccessDeniedException.",
    fix="Add !Sub ${Table.Arn}/index/* to Resource.",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html",
)
def index_unreachable(graph: Graph) -> Iterator[Place]:
    """An index is there to be asked: the rule fires when somebody may query the table and nobody any index of it."""
    found = [statement for statement in everywhere(graph) if statement.allows]
    for table in graph.of("AWS::DynamoDB::Table"):
        indexed = table.properties.keys() & {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}
        arn = f"table/${{{table.id}}}"
        querying = [one for one in found if one.performs("dynamodb:Query") and _names_table(one, arn)]
        named = any(map(_templates, graph.resources.users(table.id)))
        asked = (name for one in found if one.performs("dynamodb:Query") for name in one.resources)
        if indexed and querying and not named and not any("*" in name or "/index/" in name for name in asked):
            yield at(querying[0].body, "Resource", table.id)


def _names_table(statement: Statement, arn: str) -> bool:
    return any(name.endswith(arn) for name in statement.resources)


def _templates(user: Resource) -> bool:
    """It has policy templates of SAM, which cover indexes."""
    return user.type.startswith("AWS::Serverless::") and any(
        "Statement" not in policy for policy in user.properties.objects("Policies")
    )


@rule(
    "E9294",
    "The policy holds for what is below the table, not for the table",
    symptom="GetItem, PutItem and the like answer AccessDeniedException.",
    fix="Name the table and its indexes in Resource: !GetAtt Table.Arn and !Sub ${Table.Arn}/index/*.",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html",
)
def below_the_table(graph: Graph) -> Iterator[Place]:
    """Indexes are read by Query and Scan; everything else is done to the table itself. Silent where another statement
    of the same policy names the table."""
    for document in _documents(graph):
        allowing = [found for found in document if found.allows and found.resources]
        whole = any(any(not _BELOW.fullmatch(name) for name in found.resources) for found in allowing if _items(found))
        for statement in allowing if not whole else ():
            if items := _items(statement):
                yield at(statement.body, "Resource", f"{items[0]} on {statement.resources[0]}")


def _items(statement: Statement) -> list[str]:
    """The actions of a statement that are done to items of a table."""
    return [action for action in statement.actions if _ITEMS.fullmatch(action)]


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
            own = graph.named(function.properties.get("Role"), "AWS::IAM::Role")
            if store and not may_reach(reached, store, graph.resources) and not _mentioned(store, own, graph):
                yield at(function.variables, name, store.id)


def _mentioned(store: Resource, own: Resource | None, graph: Graph) -> bool:
    """By a policy that is not for CloudFront alone, and not in the function's own role, which was read."""
    users = (user for user in graph.resources.users(store.id) if user is not own)
    policies = (u for u in users if "Policy" in u.type or u.type.startswith("AWS::IAM"))
    return any(not _for_cloudfront(policy) for policy in policies)


def _for_cloudfront(policy: Resource) -> bool:
    found = list(statements(policy.properties.get("PolicyDocument")))
    return bool(found) and all(statement.principals("Service") == (CLOUDFRONT,) for statement in found)
