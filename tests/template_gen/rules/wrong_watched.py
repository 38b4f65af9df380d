"""Wrong templates of what nobody sees run: alarms, schedules, patterns, uploads, queues and roles."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, Wrong, att, ref, resource, sub

STATEMENTS: Final = "Role.Policies.0.PolicyDocument.Statement"
NIGHT: Final = "Nightly.Events.Night.Properties"
BUCKET: Final = "FromBucket.Events.Bucket.Properties"
UPLOADS: Final = "Uploads.NotificationConfiguration.LambdaConfigurations"
TO_QUEUE: Final = {"Event": "s3:ObjectRemoved:*", "Queue": att("Queue.Arn")}
FILTERS: Final = "FromQueue.FilterCriteria"
BATCH: Final = "Fetch.Dimensions.0"


def alarm(metric: str, namespace: str = "AWS/Lambda", **changed: Any) -> dict[str, Any]:
    settings = {"Dimensions": [{"Name": "FunctionName", "Value": ref("Function")}], "Statistic": "Sum", "Period": 60,
                "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "AlarmActions": [ref("Topic")]}  # fmt: skip
    return {"Alarm": resource("AWS::CloudWatch::Alarm", Namespace=namespace, MetricName=metric, **settings | changed)}


def by(name: str, value: Any) -> list[dict[str, Any]]:
    return [{"Name": name, "Value": value}]


def rule(**properties: Any) -> dict[str, Any]:
    return {"Rule": resource("AWS::Events::Rule", Targets=[{"Id": "topic", "Arn": "arn:aws:sns:us-east-1:1:elsewhere"}],
                             **properties)}  # fmt: skip


ALARMS: Final = (
    Wrong("E9319", "jobs", alarm("Errors", Dimensions=by("Function", ref("Function")))),
    Wrong("E9319", "jobs", alarm("Errors", Dimensions=by("FunctionName", ref("Role")))),
    Wrong("E9319", "jobs", alarm("ApproximateNumberOfMessagesVisible", "AWS/SQS",
                                 Dimensions=by("QueueName", ref("Dead")))),
    Wrong("E9319", "jobs", alarm("ThrottledRequests", "AWS/DynamoDB", Dimensions=by("TableName", att("Table.Arn")))),
    Wrong("E9320", "jobs", alarm("Error")),
    Wrong("E9320", "jobs", alarm("Errors", "aws/lambda")),
    Wrong("W9321", "jobs", alarm("Errors", ComparisonOperator="LessThanThreshold")),
    Wrong("W9321", "jobs", alarm("Errors", Statistic="SampleCount")),
    Wrong("W9322", "jobs", alarm("NumberOfMessagesSent", "AWS/SQS", Dimensions=by("QueueName", att("Dead.QueueName")))),
    Wrong("E9323", "jobs", alarm("Errors", DatapointsToAlarm=3)),
    Wrong("E9221", "jobs", alarm("Errors", AlarmActions=[att("Topic.TopicName")])),
)  # fmt: skip

SCHEDULES: Final = (
    Wrong("E9230", "workers", {f"{NIGHT}.ScheduleExpression": "cron(0 24 * * ? *)"}),
    Wrong("E9230", "workers", {f"{NIGHT}.ScheduleExpression": "cron(0 3 ? * 0 *)"}),
    Wrong("E9230", "jobs", {"Schedule.ScheduleExpression": "at(2030-01-01T00:00:00Z)"}),
    Wrong("E9230", "jobs", {"Hourly.ScheduleExpression": "cron(0 24 * * ? *)"}),
    Wrong("W9280", "workers", {f"{NIGHT}.ScheduleExpression": "cron(* 3 * * ? *)"}),
    Wrong("E9281", "workers", {f"{NIGHT}.ScheduleExpressionTimezone": "Europe/Londn"}),
    Wrong("E9281", "jobs", {"Schedule.ScheduleExpressionTimezone": "CEST"}),
    Wrong("E9346", "jobs", {"Schedule.FlexibleTimeWindow.Mode": "FLEXIBLE"}),
    Wrong("E9286", "jobs", {"Schedule.Target.Input": "{job: weekly}"}),
    Wrong("E9286", "workers", {f"{NIGHT}.Input": "weekly"}),
)

PATTERNS: Final = (
    Wrong("E9282", "jobs", rule(EventPattern={"source": ["aws.ec2"], "detailType": ["x"]})),
    Wrong("E9282", "workers", {"FromBus.Events.Bus.Properties.Pattern.source": "aws.ec2"}),
    Wrong("E9283", "jobs", rule(EventPattern={"source": ["aws.s3"], "detail": {
        "bucket": {"name": [ref("Uploads")]}}})),
    Wrong("E9284", "jobs", {"Hourly.EventBusName": "orders"}),
    Wrong("E9284", "jobs", {"Bus": resource("AWS::Events::EventBus", Name="orders"),
                            **rule(EventBusName=ref("Bus"), EventPattern={"source": ["aws.s3"]})}),
    Wrong("E9285", "jobs", {FILTERS: {"Filters": [{"Pattern": '{"body": {"kind": "order"}}'}]}}),
    Wrong("E9285", "workers", {"FromQueue.Events.Queue.Properties.FilterCriteria": {
        "Filters": [{"Pattern": "kind = order"}]}}),
)  # fmt: skip

FILES: Final = (
    Wrong("E9276", "jobs", {f"{UPLOADS}.0.Event": "s3:ObjectCreate:*"}),
    Wrong("E9276", "workers", {f"{BUCKET}.Events": "s3:ObjectCreated"}),
    Wrong("E9277", "jobs", {f"{UPLOADS}.0.Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": "*.jpg"}]}}}),
    Wrong("E9277", "workers", {f"{BUCKET}.Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "/in/"}]}}}),
    Wrong("E9278", "jobs", {f"{UPLOADS}.1": {"Event": "s3:ObjectCreated:Put", "Function": att("Function.Arn")}}),
    Wrong("W9279", "workers", {"FromBucket.Policies": [{"S3WritePolicy": {"BucketName": ref("BucketName")}}]}),
    Wrong("W9279", "jobs", {f"{STATEMENTS}.2": {"Effect": "Allow", "Action": "s3:PutObject",
                                                "Resource": sub("${Uploads.Arn}/*")}}),
    Wrong("E9222", "jobs", {"UploadsPermission.SourceArn": "arn:aws:s3:::uploads/*"}),
)  # fmt: skip

QUEUES: Final = (
    Wrong("E9226", "jobs", {"QueuePolicy.PolicyDocument.Statement.0.Resource": att("Dead.Arn")}),
    Wrong("E9226", "jobs", {"Other": resource("AWS::SNS::Topic"), "QueuePolicy.PolicyDocument.Statement.0.Condition": {
        "ArnEquals": {"aws:SourceArn": ref("Other")}}}),
    Wrong("W9291", "jobs", {"QueuePolicy.PolicyDocument.Statement.1": {
        "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": att("Queue.Arn")}}),
    Wrong("E9287", "jobs", {"FromTable.StartingPosition": GONE}),
    Wrong("E9287", "jobs", {"FromQueue.StartingPosition": "LATEST"}),
    Wrong("E9288", "workers", {"FromQueue.Events.Queue.Properties.ScalingConfig": {"MaximumConcurrency": 1}}),
    Wrong("E9289", "jobs", {f"{STATEMENTS}.0.Action": [
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]}),
    Wrong("E9289", "jobs", {"FromTable.DestinationConfig": {"OnFailure": {"Destination": ref("Topic")}}}),
    Wrong("W9290", "jobs", {"Dead.MessageRetentionPeriod": 3600}),
    Wrong("E9225", "jobs", {f"{STATEMENTS}.1.Resource": att("Table.Arn")}),
    Wrong("E9221", "jobs", {"HourlyPermission.SourceArn": ref("Hourly")}),
    Wrong("E9221", "workers", {"FromStream.Events.Stream.Properties.DestinationConfig": {
        "OnFailure": {"Type": "SQS", "Destination": ref("Dead")}}}),
)  # fmt: skip

ROLES: Final = (
    Wrong("W9292", "jobs", {"Role.ManagedPolicyArns": GONE}),
    Wrong("E9293", "jobs", {"Role.ManagedPolicyArns.0": "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"}),
    Wrong("E9293", "rest-api", {
        "Role.ManagedPolicyArns.0": "arn:aws:iam::111111111111:policy/service-role/AWSLambdaBasicExecutionRole"}),
    Wrong("E9294", "jobs", {f"{STATEMENTS}.2": {"Effect": "Allow", "Action": "dynamodb:GetItem",
                                                "Resource": sub("${Table.Arn}/index/*")}}),
    Wrong("W9298", "workers", {"FromBucket.Role": "arn:aws:iam::111111111111:role/worker"}),
    Wrong("E9295", "workers", {"FromTopic.Policies": [{"SQSSendMessagePolicy": {"QueueName": att("Queue.Arn")}}]}),
    Wrong("E9295", "workers", {"FromTopic.Policies": [{"SQSSendMessagePolicy": {"QueueName": ref("Queue")}}]}),
    Wrong("E9295", "site", {"Function.LoggingConfig.LogGroup": att("Logs.Arn")}),
    Wrong("E9296", "workers", {"FromTopic.Policies": [{"S3ReadWritePolicy": {"BucketName": ref("BucketName")}}]}),
    Wrong("W9297", "workers", {
        "FromTopic.Policies": [{"SQSSendMessagePolicy": {"QueueName": att("Queue.QueueName")}}],
        "FromTopic.Environment": {"Variables": {"QUEUE_URL": att("Queue.Arn")}}}),
    Wrong("W9297", "workers", {
        "FromTopic.Policies": [{"SNSPublishMessagePolicy": {"TopicName": att("Topic.TopicName")}}],
        "FromTopic.Environment": {"Variables": {"TOPIC_ARN": att("Topic.TopicName")}}}),
    Wrong("E9352", "jobs", {f"{STATEMENTS}.2": {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": sub(
        "arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:/site/token")}}),
    Wrong("E9352", "jobs", {f"{STATEMENTS}.2": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": sub(
        "arn:aws:s3:${AWS::Region}:${AWS::AccountId}:other/*")}}),
    Wrong("W9195", "plain-site", {"Role.Policies.0.PolicyDocument.Statement.0.Effect": "Deny"}),
    Wrong("E9350", "jobs", {
        "Table.AttributeDefinitions.1": {"AttributeName": "day", "AttributeType": "S"},
        "Table.GlobalSecondaryIndexes": [{"IndexName": "by-day", "Projection": {"ProjectionType": "INCLUDE"},
                                          "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}]}]}),
)  # fmt: skip

WRONG: Final = (*ALARMS, *SCHEDULES, *PATTERNS, *FILES, *QUEUES, *ROLES)
