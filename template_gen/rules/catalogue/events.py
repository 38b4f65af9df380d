"""What else calls a function: queues, schedules, topics, uploads."""

import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.catalogue.messages import QUEUE, TOPIC
from template_gen.rules.graph import Function, Graph, Resource
from template_gen.rules.graph.permission import CALLS, same_target
from template_gen.rules.graph.resources import NAMED_BY_REF
from template_gen.rules.graph.sources import polled
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, below, known, symbols

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_UPLOADS: Final = "NotificationConfiguration.LambdaConfigurations.Function"
_BY_CDK: Final = "NotificationConfiguration.LambdaFunctionConfigurations.LambdaFunctionArn"  # a custom resource's
_NO_ARN: Final = re.compile(r"\$\{\w+(\.QueueUrl|\.QueueName|\.TopicName)?\}")
# Where an ARN is wanted: type of the resource, way to the value.
_ARNS: Final = (
    ("AWS::Lambda::Function", "Role"),
    ("AWS::Lambda::Function", "DeadLetterConfig.TargetArn"),
    ("AWS::Serverless::Function", "Role"),
    ("AWS::Serverless::Function", "DeadLetterQueue.TargetArn"),
    ("AWS::Serverless::Function", "Events.*.Properties.Queue"),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn"),
    (QUEUE, "RedrivePolicy.deadLetterTargetArn"),
    ("AWS::Events::Rule", "Targets.Arn"),
    ("AWS::Scheduler::Schedule", "Target.Arn"),
    ("AWS::SNS::Subscription", "Endpoint"),
    ("AWS::ApiGatewayV2::Integration", "IntegrationUri"),
    ("AWS::S3::Bucket", _UPLOADS),
    ("AWS::S3::Bucket", "NotificationConfiguration.QueueConfigurations.Queue"),
    ("AWS::Lambda::EventSourceMapping", "DestinationConfig.OnFailure.Destination"),
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig.*.Destination"),
    ("AWS::Serverless::Function", "EventInvokeConfig.DestinationConfig.*.Destination"),
    ("AWS::Serverless::Function", "Events.*.Properties.DestinationConfig.OnFailure.Destination"),
    ("AWS::Lambda::Permission", "SourceArn"),
    ("AWS::CloudWatch::Alarm", "AlarmActions"),
    ("AWS::CloudWatch::Alarm", "OKActions"),
    ("AWS::ApiGateway::Stage", "AccessLogSetting.DestinationArn"),
    ("AWS::ApiGatewayV2::Stage", "AccessLogSettings.DestinationArn"),
    ("AWS::Serverless::Api", "AccessLogSetting.DestinationArn"),
    ("AWS::Serverless::HttpApi", "AccessLogSettings.DestinationArn"),
    ("AWS::Serverless::Api", "Auth.Authorizers.*.UserPoolArn"),
    ("AWS::Serverless::Api", "Auth.Authorizers.*.FunctionArn"),
    ("AWS::Serverless::HttpApi", "Auth.Authorizers.*.FunctionArn"),
    ("AWS::ApiGateway::Authorizer", "ProviderARNs"),
    ("AWS::CloudFront::Function", "FunctionConfig.KeyValueStoreAssociations.KeyValueStoreARN"),
)
# Who calls functions: type, way to the function, service, way to what the service calls for (the resource itself).
_CALLERS: Final = (
    ("AWS::Events::Rule", "Targets.Arn", "events", ""),
    ("AWS::SNS::Subscription", "Endpoint", "sns", "TopicArn"),
    ("AWS::SNS::Topic", "Subscription.Endpoint", "sns", ""),
    ("AWS::S3::Bucket", _UPLOADS, "s3", ""),
    ("Custom::S3BucketNotifications", _BY_CDK, "s3", "BucketName"),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", "logs", "LogGroupName"),
    ("AWS::Cognito::UserPool", "LambdaConfig.*", "cognito-idp", ""),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets.Id", "elasticloadbalancing", ""),
)
_SAM_EVENTS: Final = {
    "SNS": "sns",
    "S3": "s3",
    "Schedule": "events",
    "EventBridgeRule": "events",
    "CloudWatchEvent": "events",
    "CloudWatchLogs": "logs",
    "Cognito": "cognito-idp",
}


@rule(
    "E9220",
    "The queue shows a message again while the function still works on it",
    symptom="The deployment fails: queue visibility timeout is less than function timeout.",
    fix="Set the queue's VisibilityTimeout to six times the function's Timeout.",
    source=f"{_LAMBDA}/services-sqs-configure.html",
)
def visibility_timeout(graph: Graph) -> Iterator[Place]:
    """cfn-lint sees to AWS::Lambda::Function itself (E3505), not to SAM's."""
    for holder, key, function in polled(graph):
        queue = graph.named(holder.get(key), QUEUE)
        hidden = queue.properties.number("VisibilityTimeout") if queue else None
        default = 30 if queue and "VisibilityTimeout" not in queue.properties else None
        visible, runs = (hidden if hidden is not None else default), function.properties.number("Timeout")
        if queue and function.is_sam and visible is not None and (runs or 0) > visible:
            yield at(queue.properties, "VisibilityTimeout", f"{visible} s; {function.id} may take {runs} s")


@rule(
    "E9221",
    "An ARN is wanted here, and this is a name or a URL",
    symptom="The deployment fails: invalid ARN; or nothing happens, since a permission for that source never holds.",
    fix="Write !GetAtt X.Arn for !Ref X.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
)
def name_for_arn(graph: Graph) -> Iterator[Place]:
    """Roles, queues and functions above all: a Ref of them is no ARN."""
    for kind, way in _ARNS:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                for value in holder.texts(key):
                    kinds = (*NAMED_BY_REF, TOPIC) if "." in value else NAMED_BY_REF
                    if _NO_ARN.fullmatch(value) and graph.named(value, *kinds):
                        yield at(holder, key, value)


@rule(
    "E9222",
    "The service may not call the function",
    symptom="The function is never called, and nothing says so; with an upload to S3 the deployment fails: unable to "
    "validate the destination.",
    fix="Add an AWS::Lambda::Permission: lambda:InvokeFunction for the service, SourceArn of the rule, topic, bucket.",
    source=f"{_LAMBDA}/access-control-resource-based.html",
)
def caller_without_permission(graph: Graph) -> Iterator[Place]:
    """SAM grants it for its own events, and a rule may call in a role of its own."""
    for kind, way, service, source in _CALLERS if not graph.resources.connected else ():
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                function = graph.function(holder.get(key))
                origin = graph.named(resource.properties.get(source)) if source else resource
                by_role = "RoleArn" in holder or "RoleArn" in resource.properties
                by_sam = function is not None and service in _called_by(function)
                called = [p for p in _permissions(graph) if _of(p, holder.get(key), graph)]
                granted = (_granted(p, function, service, origin, graph) for p in called)
                if function and not by_role and not by_sam and not any(granted):
                    yield at(holder, key, f"{function.id}, {service}.amazonaws.com")


def _of(permission: Object, target: Any, graph: Graph) -> bool:
    """It is of the very alias that is called."""
    return same_target(permission.get("FunctionName"), target, graph.resources)


def _called_by(function: Function) -> set[str]:
    """The services that SAM lets call the function, by its events."""
    events = function.properties.object("Events").values()
    return {_SAM_EVENTS.get(event.text("Type"), "") for event in events if isinstance(event, Object)}


def _permissions(graph: Graph) -> Iterator[Object]:
    return (permission.properties for permission in graph.of("AWS::Lambda::Permission"))


def _granted(
    permission: Object, function: Function | None, service: str, origin: Resource | None, graph: Graph
) -> bool:
    named, principal = graph.function(permission.get("FunctionName")), permission.text("Principal")
    ours = named == function or (named is None and not known(permission.get("FunctionName")))
    asked = principal == "*" or principal.startswith(f"{service}.") or not known(principal)
    calls = permission.text("Action") in CALLS or not known(permission.get("Action"))
    return ours and asked and calls and not _for_another(permission, origin, graph)


def _for_another(permission: Object, origin: Resource | None, graph: Graph) -> bool:
    """Its SourceArn is of another resource of the template."""
    source = graph.named(permission.get("SourceArn"))
    service = re.match(r"arn:[^:]*:([a-z0-9-]+):", permission.text("SourceArn"))
    if service is not None and service[1] == "s3" and "/" in permission.text("SourceArn"):
        return True  # of an object, and no bucket
    foreign = service is not None and not permission.text("Principal").startswith((f"{service[1]}.", "$", "*"))
    return foreign or (source is not None and origin is not None and source.id != origin.id and "." not in origin.id)


@rule(
    "E9251",
    "The bucket of the function's event is not in this template",
    symptom="The deployment fails: S3 events must reference an S3 bucket in the same template.",
    fix="Make the AWS::S3::Bucket here and name it by !Ref, or let the bucket send to EventBridge and use an "
    "EventBridgeRule event.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-s3.html",
)
def bucket_elsewhere(graph: Graph) -> Iterator[Place]:
    """SAM itself says so, when it transforms the template."""
    for function in graph.of("AWS::Serverless::Function"):
        for event in function.properties.object("Events").values():
            if isinstance(event, Object) and event.get("Type") == "S3":
                bucket = event.object("Properties")
                if bucket.text("Bucket") and known(bucket.get("Bucket")):
                    yield at(bucket, "Bucket")


@rule(
    "I9227",
    "The bucket does not wait for the permission that its notifications need",
    symptom="The first deployment may fail: unable to validate the following destination configurations.",
    fix="Let the bucket depend on the AWS::Lambda::Permission (DependsOn), which then cannot refer to the bucket: use "
    "SourceAccount.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-s3-bucket-notificationconfiguration.html",
)
def notification_before_permission(graph: Graph) -> Iterator[Place]:
    """Informational: the permission is often there in time."""
    for bucket in graph.of("AWS::S3::Bucket"):
        waits = {*bucket.body.texts("DependsOn"), *symbols(str(bucket.properties))}
        for holder, key in below(bucket.properties, _UPLOADS):
            function = graph.function(holder.get(key))
            granted = [
                permission.id
                for permission in graph.of("AWS::Lambda::Permission")
                if function and _granted(permission.properties, function, "s3", bucket, graph)
            ]
            if granted and not waits & set(granted):
                yield at(bucket.body, "DependsOn", f"without {', '.join(granted)}")


@rule(
    "E9229",
    "So many messages at once need a batching window",
    symptom="The deployment fails: maximum batch window must be above 0 if maximum batch size is greater than 10.",
    fix="Set MaximumBatchingWindowInSeconds to 1 or more, or BatchSize to 10 or less.",
    source=f"{_LAMBDA}/services-sqs-configure.html",
)
def batch_without_window(graph: Graph) -> Iterator[Place]:
    for holder, key, _ in polled(graph):
        queue, window = graph.named(holder.get(key), QUEUE), holder.get("MaximumBatchingWindowInSeconds", 0)
        if queue and (holder.number("BatchSize") or 0) > 10 and window == 0:
            yield at(holder, "BatchSize")
