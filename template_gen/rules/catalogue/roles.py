"""Roles: who takes them on, and whether they allow what that service does with them."""

from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Function, Graph, Object, Resource
from template_gen.rules.graph.function import may_do, of_role, readable, statements, trusts
from template_gen.rules.graph.sources import polled
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below

_ROLE: Final = "AWS::IAM::Role"
_TABLE: Final = "AWS::DynamoDB::Table"
# Path of a managed policy -> those that are below it.
_BY_PATH: Final = {
    "service-role": (
        "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaDynamoDBExecutionRole", "AWSLambdaKinesisExecutionRole", "AWSLambdaENIManagementAccess",
        "AWSLambdaMSKExecutionRole", "AWSLambdaRole", "AmazonAPIGatewayPushToCloudWatchLogs",
        "AWSAppSyncPushToCloudWatchLogs", "AmazonECSTaskExecutionRolePolicy",
    ),
    "": (
        "AWSLambdaExecute", "AWSLambdaInvocation-DynamoDB", "AmazonDynamoDBFullAccess", "AmazonDynamoDBReadOnlyAccess",
        "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonSQSFullAccess", "AmazonSNSFullAccess",
        "AmazonSSMReadOnlyAccess", "AWSXRayDaemonWriteAccess", "CloudWatchLogsFullAccess", "SecretsManagerReadWrite",
    ),
}  # fmt: skip
_PATHS: Final = {name: path for path, names in _BY_PATH.items() for name in names}
# What a function must be allowed on what Lambda reads for it.
_READING: Final = {
    "AWS::SQS::Queue": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "AWS::DynamoDB::Table": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
    "AWS::Kinesis::Stream": ("kinesis:GetRecords", "kinesis:GetShardIterator"),
}
# Who takes on a role: type, way to the role, service.
_TAKERS: Final = (
    ("AWS::Lambda::Function", "Role", "lambda"),
    ("AWS::Serverless::Function", "Role", "lambda"),
    ("AWS::Scheduler::Schedule", "Target.RoleArn", "scheduler"),
    ("AWS::Events::Rule", "Targets.RoleArn", "events"),
    ("AWS::StepFunctions::StateMachine", "RoleArn", "states"),
    ("AWS::Serverless::StateMachine", "Role", "states"),
    ("AWS::ApiGateway::Method", "Integration.Credentials", "apigateway"),
    ("AWS::ApiGatewayV2::Integration", "CredentialsArn", "apigateway"),
    ("AWS::AppSync::DataSource", "ServiceRoleArn", "appsync"),
)


@rule(
    "E9223",
    "The role is for another service",
    symptom="The deployment fails: the role cannot be assumed by the service.",
    fix="Allow sts:AssumeRole for the service (lambda.amazonaws.com, scheduler.amazonaws.com ...) in the role's "
    "AssumeRolePolicyDocument.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html",
)
def role_of_another_service(graph: Graph) -> Iterator[Place]:
    for kind, way, service in _TAKERS:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                role = graph.named(holder.get(key), _ROLE)
                if role and not trusts(role, service, graph.resources):
                    yield at(
                        role.properties, "AssumeRolePolicyDocument", f"{resource.id} needs {service}.amazonaws.com"
                    )


@rule(
    "E9224",
    "The schedule's role may not call its function",
    symptom="The schedule runs, the function is never called, and nothing says so.",
    fix="Allow the role lambda:InvokeFunction on the function's ARN.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html",
)
def schedule_without_grant(graph: Graph) -> Iterator[Place]:
    for schedule in graph.of("AWS::Scheduler::Schedule"):
        target = schedule.properties.object("Target")
        function, role = graph.function(target.get("Arn")), graph.named(target.get("RoleArn"), _ROLE)
        if function and role:
            granted = of_role(role, graph.resources)
            if not may_do(granted, "lambda:InvokeFunction", function.resource, graph.resources):
                yield at(target, "RoleArn", f"{role.id} for {function.id}")


@rule(
    "E9225",
    "The function may not read its queue, table or stream",
    symptom="The deployment fails: the function's execution role does not have permissions to call ReceiveMessage.",
    fix="Let the role read the source, as AWSLambdaSQSQueueExecutionRole or AWSLambdaDynamoDBExecutionRole does.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions",
)
def source_unreadable(graph: Graph) -> Iterator[Place]:
    """SAM grants it for its own events, unless the function has a role of its own."""
    for holder, key, function in polled(graph):
        source, granted = graph.named(holder.get(key), *_READING), graph.grants(function)
        by_sam = key != "EventSourceArn" and "Role" not in function.properties
        if source and granted is not None and not by_sam:
            wanted = _READING[source.type]
            missing = [action for action in wanted if not may_do(granted, action, source, graph.resources)]
            if not missing and source.type == _TABLE and _only_table(granted, source):
                missing = [f"{wanted[0]} on the table, not on its StreamArn"]
            if missing:
                yield at(holder, key, f"{function.id}, {', '.join(missing)}")


def _only_table(granted: list[Any], table: Resource) -> bool:
    """What is granted names the table, and its streams nowhere."""
    documents = (one.get("PolicyDocument", one) for one in granted if isinstance(one, Object))
    found = [one for document in documents for one in statements(document) if one.performs("dynamodb:GetRecords")]
    named = [name for one in found for name in one.resources]
    managed = any(isinstance(one, str) and "DynamoDB" in one for one in granted)
    return bool(named) and not managed and all(name.endswith(f"table/${{{table.id}}}") for name in named)


@rule(
    "W9292",
    "The function may not write its log",
    symptom="When something fails, there is nothing to read: no log group, no lines.",
    fix="Add arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole to the role's ManagedPolicyArns.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
)
def logless(graph: Graph) -> Iterator[Place]:
    """Only where the role and all that it is granted stand in the template, and so does who calls the function: but for
    a state machine, which tells itself what failed."""
    judged: set[str] = set()
    for function in (one for one in graph.functions.values() if _called(one, graph)):
        role, granted = graph.named(function.properties.get("Role"), _ROLE), graph.grants(function)
        if role and granted is not None and role.id not in judged and not _logs(granted, graph):
            judged.add(role.id)
            yield at(role.properties, "ManagedPolicyArns", f"role of {function.id}")


def _called(function: Function, graph: Graph) -> bool:
    users = (user.type for user in graph.resources.users(function.id))
    others = ("AWS::IAM", "AWS::StepFunctions", "AWS::Serverless::StateMachine", "AWS::CloudWatch", "AWS::Logs")
    return bool(function.properties.get("Events")) or any(not kind.startswith(others) for kind in users)


def _logs(granted: list[Any], graph: Graph) -> bool:
    """Some statement lets it write lines, or a policy of which the template does not tell enough."""
    for grant in granted:
        document = grant.get("PolicyDocument", grant) if isinstance(grant, Object) else None
        if not readable(document):
            return True
        for found in statements(document):
            unclear = graph.resources.unclear([found.body.get("Effect"), found.body.get("Action")])
            if unclear or (found.allows and found.performs("logs:PutLogEvents")):
                return True
    return False


@rule(
    "E9293",
    "AWS has no managed policy of this ARN",
    symptom="The deployment fails: Policy ... does not exist or is not attachable.",
    fix="Write the whole path, such as arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole.",
    source="https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html",
)
def managed_policy_path(graph: Graph) -> Iterator[Place]:
    """Many of AWS's policies for Lambda and API Gateway are below service-role/, and none has an account."""
    for kind, key in ((_ROLE, "ManagedPolicyArns"), ("AWS::Serverless::Function", "Policies")):
        for holder in graph.of(kind):
            for arn in holder.properties.texts(key):
                path, _, name = arn.partition(":policy/")[2].rpartition("/")
                of_aws = arn.startswith(("arn:aws:iam::aws:", f"arn:{graph.scope.partition}:iam::aws:"))
                wrong = path != _PATHS[name] if name in _PATHS else False
                if arn.startswith("arn:") and (wrong or (name in _PATHS and not of_aws)):
                    yield at(holder.properties, key, arn)
