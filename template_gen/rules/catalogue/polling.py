"""What Lambda reads for a function: where it begins, and what it does with what cannot be processed."""

from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.catalogue.messages import QUEUE, TOPIC
from template_gen.rules.graph import Function, Graph, Object
from template_gen.rules.graph.function import may_do
from template_gen.rules.graph.sources import polled
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_STREAMS: Final = ("AWS::DynamoDB::Table", "AWS::Kinesis::Stream")
_SENDING: Final = {QUEUE: "sqs:SendMessage", TOPIC: "sns:Publish"}
_DEFAULT_RETENTION: Final = 345600  # seconds, four days


@rule(
    "E9287",
    "A stream needs a StartingPosition, a queue takes none",
    symptom="The deployment fails: 1 validation error, StartingPosition is mandatory (is not allowed) for this source.",
    fix="Write StartingPosition: LATEST or TRIM_HORIZON for a table's or Kinesis stream; remove it for a queue.",
    source=f"{_LAMBDA}/invocation-eventsourcemapping.html",
)
def starting_position(graph: Graph) -> Iterator[Place]:
    for holder, key, _ in polled(graph):
        stream, queue = graph.named(holder.get(key), *_STREAMS), graph.named(holder.get(key), QUEUE)
        if (stream and "StartingPosition" not in holder) or (queue and "StartingPosition" in holder):
            yield at(holder, "StartingPosition", "StartingPosition" if queue else f"{key} without StartingPosition")


@rule(
    "E9288",
    "So few functions at once are not allowed",
    symptom="The deployment fails: MaximumConcurrency must be 2 or more.",
    fix="Set ScalingConfig: {MaximumConcurrency: 2}; for one message at a time use a FIFO queue with one group.",
    source=f"{_LAMBDA}/services-sqs-scaling.html",
)
def too_few_at_once(graph: Graph) -> Iterator[Place]:
    """cfn-lint sees to AWS::Lambda::EventSourceMapping itself (E3034), not to SAM's events."""
    for holder, key, _ in polled(graph):
        scaling = holder.object("ScalingConfig")
        if key != "EventSourceArn" and (scaling.number("MaximumConcurrency") or 2) < 2:
            yield at(scaling, "MaximumConcurrency")


@rule(
    "E9289",
    "The function may not send what it could not process",
    symptom="The deployment fails: the provided execution role does not have permissions to call SendMessage on SQS "
    "(Publish on SNS).",
    fix="Allow the function's role sqs:SendMessage on the queue's ARN, or sns:Publish on the topic's.",
    source=f"{_LAMBDA}/invocation-async-retain-records.html",
)
def failures_unsendable(graph: Graph) -> Iterator[Place]:
    """SAM grants it for DeadLetterQueue and destinations, unless the function has a role of its own."""
    for function, holder, key in _destinations(graph):
        target = graph.named(holder.get(key), *_SENDING)
        granted = graph.grants(function)
        by_sam = function.is_sam and "Role" not in function.properties
        judged = target is not None and granted is not None and not by_sam
        if judged and target and not may_do(granted or [], _SENDING[target.type], target, graph.resources):
            yield at(holder, key, f"{function.id}, {_SENDING[target.type]} on {target.id}")


def _destinations(graph: Graph) -> Iterator[tuple[Function, Object, str]]:
    """Where what fails is sent: the function, the mapping that names it, the key."""
    for function in graph.functions.values():
        for way in ("DeadLetterConfig", "DeadLetterQueue"):
            yield function, function.properties.object(way), "TargetArn"
    for holder, key, function in polled(graph):
        if key == "EventSourceArn":
            yield function, holder.object("DestinationConfig").object("OnFailure"), "Destination"
    for config in graph.of("AWS::Lambda::EventInvokeConfig"):
        if found := graph.function(config.properties.get("FunctionName")):
            for way in ("OnFailure", "OnSuccess"):
                yield found, config.properties.object("DestinationConfig").object(way), "Destination"


@rule(
    "W9290",
    "What failed is deleted from the dead-letter queue before it expires in the queue itself",
    symptom="Messages are gone before anybody looks: their age counts from when they were first sent.",
    fix="Set MessageRetentionPeriod: 1209600 (14 days) of the dead-letter queue.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)
def dead_letters_expire(graph: Graph) -> Iterator[Place]:
    for queue in graph.of(QUEUE):
        dead = graph.named(queue.properties.object("RedrivePolicy").get("deadLetterTargetArn"), QUEUE)
        kept, waits = _kept(dead.properties if dead else None), _kept(queue.properties)
        if dead and dead is not queue and kept is not None and waits is not None and kept < waits:
            yield at(dead.properties, "MessageRetentionPeriod", f"{kept} s; {queue.id} {waits} s")


def _kept(properties: Object | None) -> int | None:
    """Seconds; None when only the deployment knows."""
    if properties is None or "MessageRetentionPeriod" not in properties:
        return _DEFAULT_RETENTION
    value: Any = properties.number("MessageRetentionPeriod")
    return value if isinstance(value, int) else None
