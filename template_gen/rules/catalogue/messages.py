"""Queues, topics and streams: who may send to them, by which key, and whether there is anything to read."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Resource
from template_gen.rules.graph.function import Statement, statements
from template_gen.rules.graph.sources import polled
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, below

QUEUE: Final = "AWS::SQS::Queue"
TOPIC: Final = "AWS::SNS::Topic"
_TABLE: Final = "AWS::DynamoDB::Table"
# Who sends: type of the sender, way to what it sends to, service.
_TO_QUEUES: Final = (
    ("AWS::SNS::Subscription", "Endpoint", "sns"),
    ("AWS::Events::Rule", "Targets.Arn", "events"),
    ("AWS::S3::Bucket", "NotificationConfiguration.QueueConfigurations.Queue", "s3"),
)
_TO_TOPICS: Final = (
    ("AWS::Events::Rule", "Targets.Arn", "events"),
    ("AWS::S3::Bucket", "NotificationConfiguration.TopicConfigurations.Topic", "s3"),
)
_ALARMS: Final = (("AWS::CloudWatch::Alarm", "AlarmActions", "cloudwatch"),)
# What a policy for them is: types, keys that name whom it is for, the action of sending.
_POLICIES: Final = {
    QUEUE: (("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"), ("Queues", "Queue"), "sqs:SendMessage"),
    TOPIC: (("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"), ("Topics", "TopicArn"), "sns:Publish"),
}
_OF_AWS: Final = {QUEUE: "alias/aws/sqs", TOPIC: "alias/aws/sns"}


@rule(
    "E9226",
    "The service may not send to the queue or topic",
    symptom="Messages never arrive, and nothing says so; with an upload to S3 the deployment fails: unable to validate "
    "the destination.",
    fix="Add an AWS::SQS::QueuePolicy that allows the service sqs:SendMessage on the queue's ARN (for a topic an "
    "AWS::SNS::TopicPolicy and sns:Publish).",
    source="https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
)
def sender_without_policy(graph: Graph) -> Iterator[Place]:
    for senders, kind in ((_TO_QUEUES, QUEUE), (_TO_TOPICS, TOPIC)) if not graph.resources.connected else ():
        for holder, key, target, service in _sent(graph, senders, kind):
            if not _takes(target, service, graph, _sources(holder, graph)):
                yield at(holder, key, f"{target.id}, {service}.amazonaws.com")


def _sent(
    graph: Graph, senders: tuple[tuple[str, str, str], ...], kind: str
) -> Iterator[tuple[Object, str, Resource, str]]:
    """Whatever a service sends to, not by a role of its own: where it is named, the queue or topic, the service."""
    for sender, way, service in senders:
        for resource in graph.of(sender):
            for holder, key in below(resource.properties, way):
                by_role = "RoleArn" in holder or "RoleArn" in resource.properties
                for value in holder.texts(key) if not by_role else ():
                    if target := graph.named(value, kind):
                        yield holder, key, target, service


def _sources(holder: Object, graph: Graph) -> set[str]:
    """Who sends: the resource itself, or the topic that a subscription is of; nobody when that cannot be told."""
    topic = graph.named(holder.get("TopicArn"), TOPIC)
    if "TopicArn" in holder and topic is None:
        return set()
    return {holder.owner, topic.id} if topic else {holder.owner}


def _takes(target: Resource, service: str, graph: Graph, sources: set[str]) -> bool:
    kinds, keys, action = _POLICIES[target.type]
    for policy in graph.of(*kinds):
        named = next((policy.properties.get(key) for key in keys if key in policy.properties), None)
        if graph.resources.unclear([named, policy.properties.get("PolicyDocument")]):
            return True
        ours = f"${{{target.id}}}" in (named if isinstance(named, list) else [named])
        for found in statements(policy.properties.get("PolicyDocument")) if ours else ():
            everybody = "*" in found.principals("AWS")
            served = everybody or any(name.startswith(f"{service}.") for name in found.principals("Service"))
            if found.allows and served and found.performs(action) and _is_for(found, target, sources, graph):
                return True
    return False


def _is_for(statement: Statement, target: Resource, sources: set[str], graph: Graph) -> bool:
    """Its Resource is no other queue or topic of the template, its SourceArn nothing else of it, and an ARN."""
    named = [graph.named(name, QUEUE, TOPIC) for name in statement.resources]
    ours = not named or any(found is None or found is target for found in named)
    sent = [value for _, value in statement.conditions("aws:SourceArn")] if sources else []
    return ours and (not sent or any(_may_be(value, sources, graph) for value in sent))


def _may_be(arn: str, sources: set[str], graph: Graph) -> bool:
    found = graph.named(arn)
    return (found is None or found.id in sources) and not arn.endswith("Name}")


@rule(
    "W9291",
    "Everybody may use the queue or topic",
    symptom="Whoever knows its address can send to it, read it or empty it, from any account.",
    fix="Name the Principal (Service: sns.amazonaws.com), and add Condition: {ArnEquals: {aws:SourceArn: ...}}.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
    "sqs-security-best-practices.html",
)
def open_to_everybody(graph: Graph) -> Iterator[Place]:
    for kinds, _, _ in _POLICIES.values():
        for policy in graph.of(*kinds):
            for found in statements(policy.properties.get("PolicyDocument")):
                if found.allows and "*" in found.principals("AWS") and "Condition" not in found.body:
                    yield at(found.body, "Principal", "*")


@rule(
    "E9247",
    "AWS's own key keeps the service from sending",
    symptom="Messages never arrive: CloudWatch Alarms does not have authorization to access the SNS topic encryption "
    "key.",
    fix="Remove KmsMasterKeyId (queues have SqsManagedSseEnabled: true), or name a key of your own whose policy lets "
    "the service kms:Decrypt and kms:GenerateDataKey*.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
)
def key_of_aws(graph: Graph) -> Iterator[Place]:
    """The policy of AWS's key cannot be changed; a function that sends by its own role may use it all the same."""
    for senders, kind in ((_TO_QUEUES, QUEUE), ((*_TO_TOPICS, *_ALARMS), TOPIC)):
        for _, _, target, service in _sent(graph, senders, kind):
            if target.properties.text("KmsMasterKeyId").endswith(_OF_AWS[kind]):
                yield at(target.properties, "KmsMasterKeyId", f"{_OF_AWS[kind]}, for {service}.amazonaws.com")


@rule(
    "E9248",
    "The table has no stream to read",
    symptom="The deployment fails: the table has no attribute StreamArn, or the event source is no stream.",
    fix="Set StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES} of the table, and name the source by "
    "!GetAtt Table.StreamArn.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
)
def table_without_stream(graph: Graph) -> Iterator[Place]:
    for holder, key, _ in polled(graph):
        table = graph.named(holder.get(key), _TABLE)
        if table and (table.properties.get("StreamSpecification") is None or not _is_stream(holder.text(key), table)):
            yield at(holder, key, holder.text(key))


def _is_stream(source: str, table: Resource) -> bool:
    return "StreamArn" in source or "/stream/" in source or source == f"${{{table.id}}}"
