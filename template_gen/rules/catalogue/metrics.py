"""What alarms watch: dimensions and metrics that are there, and a threshold that only failures cross."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from template_gen.rules.catalogue.messages import QUEUE
from template_gen.rules.graph import Graph, Object
from template_gen.rules.graph.api import FUNCTIONS
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known, symbols

_CLOUDWATCH: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
_TABLES: Final = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
# Namespace -> dimension -> what its value is a name of (types of resources, none when it is a plain text).
_DIMENSIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "AWS/Lambda": {
        "FunctionName": FUNCTIONS, "Resource": (), "ExecutedVersion": (), "EventSourceMappingUUID": (),
    },
    "AWS/SQS": {"QueueName": (QUEUE,)},
    "AWS/DynamoDB": {
        "TableName": _TABLES, "Operation": (), "GlobalSecondaryIndexName": (), "StreamLabel": (),
        "ReceivingRegion": (), "OperationType": (), "Source": (), "DelegatedOperation": (), "Verb": (),
        "ContributorInsightsRuleName": (),
    },
}  # fmt: skip
# Namespace -> its metrics, as far as a slip of the pen is to be told from another metric.
_METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS/Lambda": (
        "Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "UnreservedConcurrentExecutions",
        "DeadLetterErrors", "DestinationDeliveryFailures", "IteratorAge", "ProvisionedConcurrencyUtilization",
        "ProvisionedConcurrentExecutions", "ProvisionedConcurrencyInvocations", "AsyncEventAge", "AsyncEventsDropped",
        "ProvisionedConcurrencySpilloverInvocations", "AsyncEventsReceived", "ClaimedAccountConcurrency",
        "PostRuntimeExtensionsDuration", "RecursiveInvocationsDropped", "OffsetLag", "UrlRequestCount",
        "OversizedRecordCount",
    ),
    "AWS/SQS": (
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesDelayed", "NumberOfMessagesReceived",
        "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible", "NumberOfEmptyReceives",
        "NumberOfMessagesDeleted", "NumberOfMessagesSent", "SentMessageSize",
        "ApproximateNumberOfGroupsWithInflightMessages",
        "NumberOfDeduplicatedSentMessages",
    ),
    "AWS/ApiGateway": (
        "4XXError", "5XXError", "4xx", "5xx", "Count", "Latency", "IntegrationLatency", "DataProcessed",
        "CacheHitCount", "CacheMissCount", "ConnectCount", "MessageCount", "IntegrationError", "ClientError",
        "ExecutionError",
    ),
    "AWS/CloudFront": (
        "Requests", "BytesDownloaded", "BytesUploaded", "4xxErrorRate", "5xxErrorRate", "TotalErrorRate",
        "CacheHitRate", "OriginLatency", "401ErrorRate", "403ErrorRate", "404ErrorRate", "502ErrorRate",
        "503ErrorRate", "504ErrorRate", "FunctionInvocations", "FunctionValidationErrors", "FunctionExecutionErrors",
        "FunctionComputeUtilization", "FunctionThrottles", "LambdaExecutionError", "LambdaValidationError",
        "LambdaLimitExceededErrors",
    ),
}  # fmt: skip
_FAILURES: Final = frozenset(
    {"Errors", "Throttles", "DeadLetterErrors", "5XXError", "5xx", "4XXError", "4xx", "5xxErrorRate", "4xxErrorRate"}
)
_BELOW: Final = ("LessThanThreshold", "LessThanOrEqualToThreshold")


def _watched(graph: Graph) -> Iterator[Object]:
    """Every mapping that names a metric: an alarm, or a metric of one that computes."""
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        yield alarm.properties
        for query in alarm.properties.objects("Metrics"):
            yield query.object("MetricStat").object("Metric")


@rule(
    "E9319",
    "The metric has no such dimension",
    symptom="The alarm stays in INSUFFICIENT_DATA and never fires.",
    fix="Name it as the service does, and by its name: FunctionName (!Ref Function), QueueName (!GetAtt "
    "Queue.QueueName), TableName (!Ref Table), ApiId (!Ref Api).",
    source=f"{_CLOUDWATCH}/cloudwatch_concepts.html#Dimension",
)
def dimension_unknown(graph: Graph) -> Iterator[Place]:
    for metric in _watched(graph):
        dimensions = _DIMENSIONS.get(metric.text("Namespace"), {})
        for one in metric.objects("Dimensions") if dimensions else ():
            name = one.text("Name")
            if known(name) and name not in dimensions:
                yield at(one, "Name")
            elif dimensions.get(name) and _of_another(one.text("Value"), name, dimensions[name], graph):
                yield at(one, "Value")


def _of_another(value: str, dimension: str, kinds: tuple[str, ...], graph: Graph) -> bool:
    """The value is a reference to something else, or an ARN or URL of the right thing."""
    if value.startswith("arn:"):
        return dimension != "FunctionName"  # which W9308 is for
    found = graph.named(value) if len(symbols(value)) == 1 else None
    if found is None or value.partition(".")[0].strip("${}") != found.id:
        return False
    attribute = value.strip("${}").partition(".")[2]
    by_url = QUEUE in kinds and attribute != dimension
    return found.type not in kinds or by_url or attribute in ("Arn", "StreamArn")


@rule(
    "E9320",
    "The service has no metric of that name",
    symptom="The alarm stays in INSUFFICIENT_DATA and never fires.",
    fix="Write the metric as the service does: Errors of AWS/Lambda, ApproximateNumberOfMessagesVisible of AWS/SQS.",
    source=f"{_CLOUDWATCH}/aws-services-cloudwatch-metrics.html",
)
def metric_unknown(graph: Graph) -> Iterator[Place]:
    """AWS adds metrics: judged is what differs from a known one by a slip, or from a namespace by its capitals."""
    namespaces = {name.lower(): name for name in (*_METRICS, *_DIMENSIONS)}
    for metric in _watched(graph):
        namespace, name = metric.text("Namespace"), metric.text("MetricName")
        names = _METRICS.get(namespace, ())
        if namespaces.get(namespace.lower(), namespace) != namespace:
            yield at(metric, "Namespace")
        elif names and known(name) and name not in names and get_close_matches(name, names, 1, 0.85):
            yield at(metric, "MetricName", f"{name}; there is {get_close_matches(name, names, 1, 0.85)[0]}")


@rule(
    "W9321",
    "The alarm fires while all is well",
    symptom="It is in ALARM as long as nothing fails, and tells nobody when something does.",
    fix="Set ComparisonOperator to GreaterThanOrEqualToThreshold, Threshold 1 and Statistic Sum.",
    source=f"{_CLOUDWATCH}/AlarmThatSendsEmail.html",
)
def fires_when_well(graph: Graph) -> Iterator[Place]:
    """Of metrics that count failures, and of dead-letter queues. SampleCount of Errors counts calls."""
    dead = _dead_letter_queues(graph)
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        properties = alarm.properties
        queue = next((graph.named(one.get("Value"), QUEUE) for one in properties.objects("Dimensions")), None)
        failing = properties.text("MetricName") in _FAILURES
        filled = properties.get("MetricName") == "ApproximateNumberOfMessagesVisible" and queue and queue.id in dead
        if (failing or filled) and properties.get("ComparisonOperator") in _BELOW and properties.get("AlarmActions"):
            yield at(properties, "ComparisonOperator")
        elif failing and properties.get("Statistic") == "SampleCount":
            yield at(properties, "Statistic")


def _dead_letter_queues(graph: Graph) -> set[str]:
    targets = (one.properties.object("RedrivePolicy").get("deadLetterTargetArn") for one in graph.of(QUEUE))
    return {found.id for target in targets if (found := graph.named(target, QUEUE))}


@rule(
    "W9322",
    "What arrives in a dead-letter queue is not counted there",
    symptom="The alarm never fires: NumberOfMessagesSent does not count what SQS itself moves.",
    fix="Watch ApproximateNumberOfMessagesVisible (Statistic Maximum, above 0).",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
    "sqs-available-cloudwatch-metrics.html",
)
def dead_letters_uncounted(graph: Graph) -> Iterator[Place]:
    dead = _dead_letter_queues(graph)
    for metric in _watched(graph):
        queues = (graph.named(one.get("Value"), QUEUE) for one in metric.objects("Dimensions"))
        if metric.get("MetricName") == "NumberOfMessagesSent" and any(q.id in dead for q in queues if q):
            yield at(metric, "MetricName")


@rule(
    "E9323",
    "More data points are asked for than there are periods",
    symptom="The deployment fails: DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
    fix="Set EvaluationPeriods to at least DatapointsToAlarm.",
    source=f"{_CLOUDWATCH}/alarm-evaluation.html",
)
def too_many_points(graph: Graph) -> Iterator[Place]:
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        points, periods = (alarm.properties.number(key) for key in ("DatapointsToAlarm", "EvaluationPeriods"))
        if points is not None and periods is not None and points > periods:
            yield at(alarm.properties, "DatapointsToAlarm", f"{points}; EvaluationPeriods {periods}")
