"""Uploads: what a bucket's notifications are sent for, and whether they ever end."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from template_gen.rules.graph import Function, Graph, Object, Resource
from template_gen.rules.graph.bucket import names
from template_gen.rules.graph.function import statements
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_S3: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
_KINDS: Final = ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")
_EVENT: Final = re.compile(
    r"s3:(ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)|ObjectRemoved:(\*|Delete|DeleteMarkerCreated)"
    r"|ReducedRedundancyLostObject|(ObjectRestore|Replication|LifecycleExpiration|ObjectTagging|ObjectAnnotation):\S+"
    r"|LifecycleTransition|IntelligentTiering|ObjectAcl:Put|TestEvent)"
)


def _notifications(graph: Graph) -> Iterator[tuple[Resource, list[Object]]]:
    """Buckets, and the notifications of each."""
    for bucket in graph.of("AWS::S3::Bucket"):
        config = bucket.properties.object("NotificationConfiguration")
        yield bucket, [one for kind in _KINDS for one in config.objects(kind)]


def _by_sam(graph: Graph) -> Iterator[tuple[Function, Object]]:
    """The functions that SAM lets a bucket call, and the event's properties."""
    for function in graph.functions.values():
        for event in function.properties.object("Events").values():
            if isinstance(event, Object) and event.get("Type") == "S3":
                yield function, event.object("Properties")


def _filters(holder: Object) -> Iterator[Object]:
    """The rules of a notification's filter, plain or by SAM."""
    yield from holder.object("Filter").object("S3Key").objects("Rules")


@rule(
    "E9276",
    "S3 sends no such event",
    symptom="The deployment fails: A specified event is not supported for notifications.",
    fix="Write s3:ObjectCreated:*, s3:ObjectRemoved:* or one event below them, such as s3:ObjectCreated:Put.",
    source=f"{_S3}/notification-how-to-event-types-and-destinations.html",
)
def event_unknown(graph: Graph) -> Iterator[Place]:
    for _, notifications in _notifications(graph):
        for one in notifications:
            if known(one.text("Event")) and one.text("Event") and not _EVENT.fullmatch(one.text("Event")):
                yield at(one, "Event")
    for _, event in _by_sam(graph):
        for name in event.texts("Events"):
            if known(name) and not _EVENT.fullmatch(name):
                yield at(event, "Events", name)


@rule(
    "E9277",
    "The filter fits no object's key",
    symptom="The function is never called, and nothing says so.",
    fix="Write the beginning or end of the key as it is: in/ without a slash before it, .jpg without a *.",
    source=f"{_S3}/notification-how-to-filtering.html",
)
def filter_without_match(graph: Graph) -> Iterator[Place]:
    """Keys hardly ever begin with a slash, and no wildcards are known here."""
    holders = [one for _, notifications in _notifications(graph) for one in notifications]
    for holder in (*holders, *(event for _, event in _by_sam(graph))):
        for found in _filters(holder):
            value = found.text("Value")
            if "*" in value or (found.text("Name").lower() == "prefix" and value.startswith("/")):
                yield at(found, "Value")


@rule(
    "E9278",
    "Two notifications are for the same uploads",
    symptom="The deployment fails: Configurations overlap. Configurations on the same bucket cannot share a common "
    "event type.",
    fix="Give each a prefix or suffix of its own, or send to one topic (or to EventBridge) and from there to all.",
    source=f"{_S3}/notification-how-to-filtering.html",
)
def notifications_overlap(graph: Graph) -> Iterator[Place]:
    for _, notifications in _notifications(graph):
        for one, other in combinations(notifications, 2):
            if _same_events(one.text("Event"), other.text("Event")) and _overlap(one, other):
                yield at(other, "Event")


def _same_events(one: str, other: str) -> bool:
    first, second = sorted((one, other), key=len)
    return bool(first) and (one == other or (first.endswith(":*") and second.startswith(first[:-1])))


def _overlap(one: Object, other: Object) -> bool:
    """Some key may pass both filters; never where a value is known only when deployed."""
    for name in ("prefix", "suffix"):
        first, second = (_value(holder, name) for holder in (one, other))
        if not known(first + second):
            return False
        if name == "prefix" and not (first.startswith(second) or second.startswith(first)):
            return False
        if name == "suffix" and not (first.endswith(second) or second.endswith(first)):
            return False
    return not (one.unknown("Filter") or other.unknown("Filter"))


def _value(holder: Object, name: str) -> str:
    return next((rule.text("Value") for rule in _filters(holder) if rule.text("Name").lower() == name), "")


@rule(
    "W9279",
    "The function may call itself without end",
    symptom="Each file that the function writes to the bucket calls it again, until AWS or the bill stops the loop.",
    fix="Write to another bucket, or give the notification a prefix (Filter) that the function does not write below.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-s3-example.html",
)
def uploads_in_a_loop(graph: Graph) -> Iterator[Place]:
    """Only where the notification has no filter at all, and a policy is for writing to the bucket: one for everything
    may be meant for reading."""
    for function, event in _by_sam(graph):
        bucket = graph.named(event.get("Bucket"), "AWS::S3::Bucket")
        created = any(name.startswith("s3:ObjectCreated") for name in event.texts("Events"))
        if bucket and created and "Filter" not in event and _writes(function, bucket, graph):
            yield at(event, "Bucket", f"{function.id} writes to {bucket.id}")
    for bucket, notifications in _notifications(graph):
        for one in notifications:
            target = graph.function(one.get("Function"))
            created = one.text("Event").startswith("s3:ObjectCreated")
            if target and created and "Filter" not in one and _writes(target, bucket, graph):
                yield at(one, "Function", f"{target.id} writes to {bucket.id}")


def _writes(function: Function, bucket: Resource, graph: Graph) -> bool:
    """S3WritePolicy of SAM, or a statement for s3:PutObject by its name, is for this very bucket."""
    for grant in graph.grants(function) or []:
        if isinstance(grant, Object):
            found = [one for one in statements(grant.get("PolicyDocument", grant)) if one.allows]
            written = (name for one in found if "s3:PutObject" in one.actions for name in one.resources)
            named = (grant.object("S3WritePolicy").get("BucketName"), *written)
            if any(_means(value, bucket, graph) for value in named):
                return True
    return False


def _means(value: Any, bucket: Resource, graph: Graph) -> bool:
    text = str(value)
    return graph.named(value) is bucket or any(f":::{name}/" in text or text == name for name in names(bucket))
