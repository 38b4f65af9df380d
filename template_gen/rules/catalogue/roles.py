"""Roles: who takes them on, and whether they allow what that service does with them."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph
from template_gen.rules.graph.function import may_do, of_role, trusts
from template_gen.rules.graph.sources import polled
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below

_ROLE: Final = "AWS::IAM::Role"
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
            if missing:
                yield at(holder, key, f"{function.id}, {', '.join(missing)}")
