"""Alarms and the budget: what tells that something breaks, or costs."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Protocol
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known

# Metric -> the dimension that the other kind of API has.
_OTHER_DIMENSION: Final = {"4xx": "ApiName", "5xx": "ApiName", "4XXError": "ApiId", "5XXError": "ApiId"}
_CLOUDFRONT_METRICS: Final = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html"
)


@rule(
    "E9307",
    "The alarm watches where there is nothing to see",
    symptom="The alarm stays in INSUFFICIENT_DATA and never fires.",
    fix="CloudFront's and billing's metrics are in us-east-1; CloudFront's need DistributionId and Region=Global.",
    source=_CLOUDFRONT_METRICS,
)
def metrics_region(graph: Graph) -> Iterator[Place]:
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        namespace = alarm.properties.get("Namespace")
        elsewhere = graph.region != "us-east-1" and namespace in ("AWS/CloudFront", "AWS/Billing")
        dimensions = {d.text("Name"): d.get("Value") for d in alarm.properties.objects("Dimensions")}
        blind = "DistributionId" not in dimensions or dimensions.get("Region") != "Global"
        if elsewhere:
            yield at(alarm.properties, "Namespace", f"{namespace} in {graph.region}")
        elif (
            namespace == "AWS/CloudFront" and blind and not graph.resources.unclear(alarm.properties.get("Dimensions"))
        ):
            yield at(alarm.properties, "Dimensions")


@rule(
    "E9318",
    "The alarm watches a metric that this kind of API does not have",
    symptom="The alarm stays in INSUFFICIENT_DATA and never fires.",
    fix="An HTTP API has 4xx and 5xx with the dimension ApiId (!Ref Api), a REST API 4XXError and 5XXError with "
    "ApiName.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html",
)
def api_metric(graph: Graph) -> Iterator[Place]:
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        metric, namespace = alarm.properties.text("MetricName"), alarm.properties.get("Namespace")
        dimensions = {one.text("Name"): one.get("Value") for one in alarm.properties.objects("Dimensions")}
        wrong_key = _OTHER_DIMENSION.get(metric) in dimensions
        api = next((api for api in graph.apis if f"${{{api.id}}}" == dimensions.get("ApiId")), None)
        of_rest = api is not None and api.protocol is Protocol.REST
        if namespace == "AWS/ApiGateway" and (wrong_key or of_rest):
            yield at(alarm.properties, "MetricName", f"{metric} by {', '.join(dimensions)}")


@rule(
    "W9308",
    "The alarm is for a function of that name, which there is not",
    symptom="The alarm never fires.",
    fix="Refer to the function: Value: !Ref <logical id>.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html",
)
def alarm_orphan(graph: Graph) -> Iterator[Place]:
    """A literal name may be a function of another stack: the rule fires when it is a logical id of this template, and
    for an ARN, which is no name."""
    for alarm in graph.of("AWS::CloudWatch::Alarm"):
        for dimension in alarm.properties.objects("Dimensions"):
            function = graph.functions.get(dimension.text("Value"))
            if dimension.get("Name") == "FunctionName" and function:
                name = function.properties.get("FunctionName")
                if name != dimension.text("Value") and (name is None or known(name)):
                    yield at(dimension, "Value")
            elif dimension.get("Name") == "FunctionName" and dimension.text("Value").startswith("arn:"):
                yield at(dimension, "Value")


@rule(
    "I9317",
    "The alarm tells nobody",
    symptom="It shows in the console only.",
    fix="Set AlarmActions to a topic with your e-mail address, and TreatMissingData to notBreaching.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html",
)
def alarm_without_action(graph: Graph) -> Iterator[Place]:
    """Informational, and only beside a website; an alarm may also be for a composite one or for a deployment."""
    for alarm in graph.of("AWS::CloudWatch::Alarm") if graph.is_website else ():
        if "AlarmActions" not in alarm.properties and not graph.resources.users(alarm.id):
            yield at(alarm.properties, "AlarmActions")


@rule(
    "I9309",
    "More than ten alarms",
    symptom="10 cents a month for each alarm beyond the tenth of the account.",
    fix="Watch what a visitor notices: errors and latency of the API.",
    source="https://aws.amazon.com/cloudwatch/pricing/",
)
def alarm_count(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost."""
    alarms = list(graph.of("AWS::CloudWatch::Alarm"))
    if graph.is_website and len(alarms) > 10:
        yield at(alarms[10].properties, value=f"{len(alarms)} alarms")


@rule(
    "I9311",
    "Nothing tells when money is spent",
    symptom="A mistake or an attack shows on the bill at the end of the month.",
    fix="Add an AWS::Budgets::Budget with an e-mail address; it costs nothing.",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
)
def no_budget(graph: Graph) -> Iterator[Place]:
    """Informational, and only for a website: the budget may be in another stack of the account."""
    if graph.is_website and not any(graph.of("AWS::Budgets::Budget")):
        yield at(Object(("Resources",), graph.distributions[0].id))
