"""Event patterns and inputs: whether a rule or a filter can ever match, and whether its texts are JSON."""

import json
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Graph, Object, Resource
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, known, symbols, walk

_EVENTBRIDGE: Final = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
_KEYS: Final = frozenset(
    {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name", "$or"}
)
_BUCKET: Final = "AWS::S3::Bucket"
_BUS: Final = "AWS::Events::EventBus"


def _patterns(graph: Graph) -> Iterator[tuple[Object, str, Any]]:
    """Every event pattern with its bus: the mapping that has it, the key, and the bus's name."""
    for found in graph.of("AWS::Events::Rule"):
        yield found.properties, "EventPattern", found.properties.get("EventBusName")
    for function in graph.functions.values():
        for event in function.properties.object("Events").values():
            if isinstance(event, Object) and event.get("Type") in ("EventBridgeRule", "CloudWatchEvent"):
                holder = event.object("Properties")
                yield holder, "Pattern", holder.get("EventBusName")


@rule(
    "E9282",
    "The event pattern asks for what no event has",
    symptom="The rule never matches, and nothing says so; a value without a list makes the deployment fail: Event "
    "pattern is not valid.",
    fix="Write source: [...], detail-type: [...] (with a hyphen), detail: {...}; every value in a list.",
    source=f"{_EVENTBRIDGE}/eb-event-patterns.html",
)
def pattern_keys(graph: Graph) -> Iterator[Place]:
    for holder, key, _ in _patterns(graph):
        pattern = holder.object(key)
        for name, value in pattern.items():
            scalar = isinstance(value, str | int) and known(value)
            if name not in _KEYS or scalar:
                yield at(pattern, name, name if name not in _KEYS else value)


@rule(
    "E9283",
    "The bucket sends nothing to EventBridge",
    symptom="The rule never matches, and nothing says so.",
    fix="Set NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}} of the bucket.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html",
)
def bucket_is_silent(graph: Graph) -> Iterator[Place]:
    """Only for buckets of this template that the pattern names; events of CloudTrail need no notification, and the
    CDK sets notifications by a custom resource."""
    for holder, key, _ in _patterns(graph):
        pattern = holder.object(key)
        own = "aws.s3" in pattern.texts("source") and not any("CloudTrail" in t for t in pattern.texts("detail-type"))
        named = {s.split(".")[0] for leaf in walk(pattern.get("detail")) for s in symbols(leaf)} if own else set()
        for bucket in graph.of(_BUCKET):
            literal = bucket.properties.text("BucketName")
            meant = bucket.id in named or (own and literal and literal in list(walk(pattern.get("detail"))))
            config = bucket.properties.get("NotificationConfiguration", Object())
            by_cdk = any(user.type.startswith("Custom::") for user in graph.resources.users(bucket.id))
            if meant and isinstance(config, Object) and "EventBridgeConfiguration" not in config and not by_cdk:
                yield at(pattern, "source", bucket.id)


@rule(
    "E9284",
    "The rule is on a bus where its events do not come",
    symptom="The deployment fails: ScheduleExpression is supported only on the default event bus; or, for events of "
    "AWS services, the rule never matches.",
    fix="Remove EventBusName: schedules and the events of AWS services are on the default bus.",
    source=f"{_EVENTBRIDGE}/eb-event-bus.html",
)
def on_another_bus(graph: Graph) -> Iterator[Place]:
    """AWS's events may be forwarded to a bus of one's own: judged are buses of this template that no rule of it and no
    policy of the bus feeds."""
    for found in graph.of("AWS::Events::Rule"):
        bus = found.properties.text("EventBusName")
        other = (known(bus) and bus not in ("", "default")) or graph.named(bus, _BUS) is not None
        if "ScheduleExpression" in found.properties and other:
            yield at(found.properties, "EventBusName")
    for holder, key, name in _patterns(graph):
        own, sources = graph.named(name, _BUS), holder.object(key).texts("source")
        from_aws = bool(sources) and all(source.startswith("aws.") for source in sources)
        if own and from_aws and not any(_feeds(user, own) for user in graph.resources.users(own.id)):
            yield at(holder, "EventBusName", f"{own.id}, for {sources[0]}")


def _feeds(user: Resource, bus: Resource) -> bool:
    """It may bring events to the bus: a policy for others, or a rule that has the bus as its target."""
    return user.type == "AWS::Events::EventBusPolicy" or f"${{{bus.id}" in str(user.properties.get("Targets"))


@rule(
    "E9285",
    "The filter is no event pattern",
    symptom="The deployment fails: Invalid filter pattern definition.",
    fix='Write JSON with every value in a list: \'{"eventName": ["INSERT"]}\'.',
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
)
def filter_form(graph: Graph) -> Iterator[Place]:
    ways = (
        ("AWS::Lambda::EventSourceMapping", "FilterCriteria.Filters.Pattern"),
        ("AWS::Serverless::Function", "Events.*.Properties.FilterCriteria.Filters.Pattern"),
    )
    for kind, way in ways:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                if holder.text(key) and known(holder.text(key)) and not _is_pattern(holder.text(key)):
                    yield at(holder, key)


def _is_pattern(text: str) -> bool:
    found = _json(text)
    return isinstance(found, dict) and _has_lists(found)


def _has_lists(pattern: dict[str, Any]) -> bool:
    return all(_has_lists(value) if isinstance(value, dict) else isinstance(value, list) for value in pattern.values())


def _json(text: str) -> Any:
    """What the text says, None for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


@rule(
    "E9286",
    "The input is no JSON",
    symptom="The deployment fails: JSON syntax error in input for target; or the function fails at every event.",
    fix='Write it as JSON, with quotes: \'{"job": "weekly"}\'.',
    source=f"{_EVENTBRIDGE}/eb-transform-target-input.html",
)
def input_form(graph: Graph) -> Iterator[Place]:
    """Of rules' targets, and of schedules that call functions: what other targets get may be any text."""
    holders = [target for found in graph.of("AWS::Events::Rule") for target in found.properties.objects("Targets")]
    targets = (found.properties.object("Target") for found in graph.of("AWS::Scheduler::Schedule"))
    holders += [target for target in targets if graph.function(target.get("Arn"))]
    events = (f.properties.object("Events").values() for f in graph.functions.values())
    holders += [event.object("Properties") for group in events for event in group if isinstance(event, Object)]
    for holder in holders:
        text = holder.text("Input")
        if text.strip() and known(text) and text.strip() != "null" and _json(text) is None:
            yield at(holder, "Input")
