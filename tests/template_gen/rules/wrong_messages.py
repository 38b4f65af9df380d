"""Wrong templates of queues, topics, streams and alarms, of grants that miss what they mean, and of aliases by name."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, Wrong, att, ref, resource, sub

STATEMENTS: Final = "Role.Policies.0.PolicyDocument.Statement"
REQUESTS: Final = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"
BUCKET: Final = "arn:aws:s3:::other-uploads"
TO_TOPIC: Final = {"Id": "topic", "Arn": ref("Topic")}


def alarm(namespace: str, metric: str, *actions: Any, **dimensions: Any) -> dict[str, Any]:
    pairs = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return resource("AWS::CloudWatch::Alarm", Namespace=namespace, MetricName=metric, Dimensions=pairs, Period=60,
                    ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=1, Statistic="Sum",
                    AlarmActions=[*actions, "arn:aws:sns:us-east-1:111111111111:me"])  # fmt: skip


def may(place: str, *actions: str, on: object) -> dict[str, Any]:
    return {place: {"Effect": "Allow", "Action": list(actions), "Resource": on}}


KEYS: Final = {
    "Table.AttributeDefinitions.1": {"AttributeName": "day", "AttributeType": "S"},
    "Table.GlobalSecondaryIndexes": [{
        "IndexName": "by-day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"}}],
}  # fmt: skip

MESSAGES: Final = (
    Wrong("E9226", "jobs", {"Hourly.Targets.1": TO_TOPIC}),
    Wrong("E9226", "jobs", {"Uploads.NotificationConfiguration": {
        "TopicConfigurations": [{"Event": "s3:ObjectCreated:*", "Topic": ref("Topic")}]}}),
    Wrong("E9247", "jobs", {"Queue.KmsMasterKeyId": "alias/aws/sqs"}),
    Wrong("E9247", "jobs", {"Topic.KmsMasterKeyId": "alias/aws/sns",
                            "Alarm": alarm("AWS/Lambda", "Errors", ref("Topic"), FunctionName=ref("Function"))}),
    Wrong("E9248", "workers", {"Table": resource(
        "AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}]),
        "FromStream.Events.Stream": {"Type": "DynamoDB", "Properties": {"Stream": att("Table.StreamArn"),
                                                                        "StartingPosition": "LATEST"}}}),
    Wrong("E9248", "jobs", {"FromTable.EventSourceArn": att("Table.Arn")}),
    Wrong("E9225", "jobs", {f"{STATEMENTS}.0.Action": ["sqs:ReceiveMessage", "sqs:SendMessage"]}),
    Wrong("E9222", "jobs", {"HourlyPermission.SourceArn": sub("arn:aws:s3:::${AWS::StackName}")}),
    Wrong("E9222", "jobs", {"UploadsPermission": GONE, "Uploads": resource("AWS::S3::Bucket"),
                            "Notifications": resource(
        "Custom::S3BucketNotifications", ServiceToken="arn:aws:lambda:us-east-1:111111111111:function:handler",
        BucketName=ref("Uploads"), NotificationConfiguration={"LambdaFunctionConfigurations": [
            {"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": att("Function.Arn")}]})}),
    Wrong("E9205", "rest-api", {"Permission.SourceArn": sub(REQUESTS + "/${Stage}/GET/items")}),
    Wrong("E9251", "workers", {"FromBucket.Events.Bucket.Properties.Bucket": "my-uploads"}),
)  # fmt: skip

GRANTS: Final = (
    Wrong("E9249", "jobs", may(f"{STATEMENTS}.2", "s3:GetObject", "s3:PutObject", on=BUCKET)),
    Wrong("E9249", "jobs", may(f"{STATEMENTS}.2", "s3:GetObject", "s3:ListBucket", on=BUCKET)),
    Wrong("E9249", "jobs", may(f"{STATEMENTS}.2", "s3:ListBucket", on=f"{BUCKET}/*")),
    Wrong("W9250", "jobs", {**KEYS, **may(f"{STATEMENTS}.2", "dynamodb:Query", on=att("Table.Arn"))}),
)

ALIASES: Final = (
    Wrong("E9205", "plain-site", {"Permission.FunctionName": sub("${Function.Arn}:live")}),
    Wrong("E9205", "plain-site", {"Integration.IntegrationUri": sub("${Function.Arn}:live")}),
    Wrong("E9221", "plain-site", {"Integration.IntegrationUri": ref("Function")}),
)

SECRETS: Final = (
    Wrong("E9191", "site", {"Function.Environment.Variables.STRIPE": "sk_live_51Habcdefghij"}),
    Wrong("E9191", "site", {"Function.Environment.Variables.ID": "AKIAIOSFODNN7EXAMPLE"}),
    Wrong("E9191", "site", {"Function.Environment.Variables.SECRET_KEY_BASE": "0a1b2c3d4e5f"}),
    Wrong("E9198", "plain-site", {"Function.PackageType": "Image", "Function.ImageConfig": {"Command": ["app.py"]}}),
)

WATCHING: Final = (
    Wrong("E9318", "plain-site", {"Other": alarm("AWS/ApiGateway", "5XXError", ApiId=ref("Api"))}),
    Wrong("E9318", "plain-site", {"Other": alarm("AWS/ApiGateway", "5xx", ApiName="site")}),
    Wrong("W9308", "plain-site", {"FunctionAlarm.Dimensions.0.Value": att("Function.Arn")}),
    Wrong("E9301", "registry", {"Acl": resource(
        "AWS::WAFv2::WebACL", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig={
            "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "site"})},
          region="eu-west-1"),
    Wrong("E9211", "plain-site", {"Association": resource(
        "AWS::WAFv2::WebACLAssociation",
        ResourceArn=sub("arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"),
        WebACLArn="arn:aws:wafv2:us-east-1:111111111111:global/webacl/site/1")}),
)  # fmt: skip

WRONG: Final = (*MESSAGES, *GRANTS, *ALIASES, *SECRETS, *WATCHING)
