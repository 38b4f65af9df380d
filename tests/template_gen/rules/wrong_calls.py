"""Wrong templates of what calls functions, by which role, on whose permission, under which name."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, ORIGINS, Wrong, att, ref, resource, sub

EXECUTE: Final = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:"
TRUST: Final = "AssumeRolePolicyDocument.Statement.0.Principal.Service"
RULES_ROLE: Final = "Role.Policies.0.PolicyDocument.Statement"
API_NAME: Final = resource(
    "AWS::ApiGatewayV2::DomainName",
    DomainName="api.example.com",
    DomainNameConfigurations=[
        {"EndpointType": "REGIONAL", "CertificateArn": "arn:aws:acm:us-east-1:111111111111:certificate/1"}
    ],
)


def source(arn: str) -> dict[str, Any]:
    return {"Permission.SourceArn": sub(EXECUTE + arn)}


def record(name: str, kind: str, **target: Any) -> dict[str, Any]:
    return resource("AWS::Route53::RecordSet", HostedZoneId="Z1UJRXOUMOOFQ8", Name=name, Type=kind, **target)


LIVE: Final = {
    "Version": resource("AWS::Lambda::Version", FunctionName=ref("Function")),
    "Live": resource("AWS::Lambda::Alias", Name="live", FunctionName=ref("Function"),
                     FunctionVersion=att("Version.Version")),
}  # fmt: skip
PERMISSIONS: Final = (
    Wrong("E9205", "plain-site", {"Integration.IntegrationUri": ref("Live"), **LIVE}),
    Wrong("E9222", "jobs", {"Hourly.Targets.0.Arn": ref("Live"), **LIVE}),
    Wrong("E9152", "function-url", {"Function.AutoPublishAlias": "live"}),
    Wrong("E9205", "plain-site", source("${Stage}/*")),
    Wrong("E9205", "plain-site", source("${Api}/prod/*")),
    Wrong("E9205", "plain-site", source("${Api}/*/GET/api/*")),
    Wrong("E9205", "plain-site", source("${Api}/*/*/items")),
    Wrong("E9205", "rest-api", source("${Api}/*/GET/*")),
    Wrong("E9222", "jobs", {"HourlyPermission": GONE}),
    Wrong("E9222", "jobs", {"HourlyPermission.Principal": "scheduler.amazonaws.com"}),
    Wrong("E9222", "jobs", {"HourlyPermission.SourceArn": ref("Topic")}),
    Wrong("E9222", "jobs", {"TopicPermission": GONE}),
    Wrong("E9222", "jobs", {"UploadsPermission": GONE, "Uploads:DependsOn": GONE}),
    Wrong("E9226", "jobs", {"QueuePolicy": GONE}),
    Wrong("E9226", "jobs", {"QueuePolicy.PolicyDocument.Statement.0.Action": "sqs:ReceiveMessage"}),
    Wrong("I9227", "jobs", {"Uploads:DependsOn": GONE}),
)  # fmt: skip

ROLES: Final = (
    Wrong("E9199", "plain-site", {f"{RULES_ROLE}.0.Resource": ref("Uploads")}),
    Wrong("E9199", "jobs", {f"{RULES_ROLE}.0.Resource": [ref("Queue"), att("Queue.Arn")]},
          frozenset({"E9289"})),
    Wrong("E9221", "jobs", {"Function.Role": ref("Role")}),
    Wrong("E9221", "jobs", {"Function.DeadLetterConfig.TargetArn": ref("Dead")}),
    Wrong("E9221", "jobs", {"Queue.RedrivePolicy.deadLetterTargetArn": ref("Dead")}),
    Wrong("E9221", "jobs", {"FromTopic.Endpoint": ref("Function")}),
    Wrong("E9221", "workers", {"FromQueue.Events.Queue.Properties.Queue": ref("Queue")}),
    Wrong("E9223", "jobs", {f"Role.{TRUST}": "ec2.amazonaws.com"}),
    Wrong("E9223", "jobs", {f"ScheduleRole.{TRUST}": "events.amazonaws.com"}),
    Wrong("E9224", "jobs", {"ScheduleRole.Policies.0.PolicyDocument.Statement.0.Action": "lambda:GetFunction"}),
    Wrong("E9224", "jobs", {"ScheduleRole.Policies": GONE}),
    Wrong("E9225", "jobs", {f"{RULES_ROLE}.0.Action": "sqs:SendMessage"}),
    Wrong("E9225", "jobs", {f"{RULES_ROLE}.1": GONE}),
)  # fmt: skip

SOURCES: Final = (
    Wrong("E9220", "workers", {"Queue.VisibilityTimeout": 30}),
    Wrong("E9220", "workers", {"Queue.VisibilityTimeout": GONE}),
    Wrong("E9229", "jobs", {"FromQueue.BatchSize": 100}),
    Wrong("E9229", "workers", {"FromQueue.Events.Queue.Properties.BatchSize": 11}),
    Wrong("E9230", "jobs", {"Schedule.ScheduleExpression": "cron(0 3 * * *)"}),
    Wrong("E9230", "jobs", {"Schedule.ScheduleExpression": "rate(an hour)"}),
    Wrong(
        "E9230", "workers", {"Nightly.Events.Old": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minutes)"}}}
    ),
    Wrong("E9230", "workers", {"Nightly.Events.Night.Properties.ScheduleExpression": "cron(0 3 * * * *)"}),
    Wrong("W9228", "jobs", {"Table.TimeToLiveSpecification.AttributeName": "id"}),
)

NAMES: Final = (
    Wrong("E9158", "plain-site", {"Record": record("api.example.com", "CNAME", TTL="60", ResourceRecords=[
        sub("${Api}.execute-api.${AWS::Region}.amazonaws.com")])}),
    Wrong("E9158", "function-url", {"Record": record("api.example.com", "CNAME", TTL="60", ResourceRecords=[
        {"Fn::Select": [2, {"Fn::Split": ["/", att("FunctionUrl.FunctionUrl")]}]}])}),
    Wrong("E9231", "free-plan", {"Record": record("www", "CNAME", TTL="60", ResourceRecords=["example.net"])}),
    Wrong("E9231", "free-plan", {"Record": resource(
        "AWS::Route53::RecordSet", HostedZoneName="example.com.", Name="www.example.org", Type="CNAME", TTL="60",
        ResourceRecords=["example.net"])}),
    Wrong("I9159", "site", {"Records.RecordSets.1": GONE}),
    Wrong("E9166", "plain-site", {"Name": API_NAME, "Record": record("www.example.com", "A", AliasTarget={
        "DNSName": att("Name.RegionalDomainName"), "HostedZoneId": att("Name.RegionalHostedZoneId")})},
          frozenset({"W9238"})),
)  # fmt: skip

APIS: Final = (
    Wrong("E9114", "site", {f"{ORIGINS}.1.DomainName": {"Fn::Select": [
        1, {"Fn::Split": ["/", att("Api.ApiEndpoint")]}]}}),
    Wrong("W9182", "rest-api", {"Function.Timeout": 60}),
    Wrong("E9203", "site", {"Function.Events.Old": {"Type": "Api", "Properties": {"Path": "/old", "Method": "get"}}}),
    Wrong("E9208", "plain-site", {"Route.Target": ref("Integration")}),
    Wrong("W9216", "rest-api", {"Deployment:DependsOn": "Root"}),
    Wrong("E9217", "workers", {"Shop": resource("AWS::Serverless::Api", StageName="v1", Cors="*")}),
    Wrong("E9217", "workers", {"Shop": resource("AWS::Serverless::Api", StageName="v1", Cors={"AllowOrigin": "*"})}),
    Wrong("E9219", "plain-site", {"Other": resource(
        "AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="any /x", Target=sub("integrations/${Integration}"))}),
    Wrong("E9219", "http-api", {"Function.Events.List.Properties.Path": "items"}),
    Wrong("E9232", "http-api", {"Function.Handler": "app:handler"}),
    Wrong("E9232", "jobs", {"Function.Handler": "src/app.py"}),
)  # fmt: skip

SHOP: Final = "Cdn.DistributionConfig.Origins.0.S3OriginConfig.OriginAccessIdentity"
READ: Final = "BucketPolicy.PolicyDocument.Statement.0"
PUBLIC: Final = "PagesPolicy.PolicyDocument.Statement.0"
BLOCK: Final = "Pages.PublicAccessBlockConfiguration"
BUCKETS: Final = (
    Wrong("E9150", "edge-function", {f"Role.{TRUST}": "lambda.amazonaws.com"}),
    Wrong("E9131", "site", {f"{READ}.Resource": sub("${Bucket}/*")}),
    Wrong("E9131", "site", {f"{READ}.Resource": sub("arn:aws:s3:::${AWS::StackName}-site/*")}),
    Wrong("E9131", "static-website", {f"{PUBLIC}.Resource": att("Pages.Arn")}),
    Wrong("E9132", "site", {f"{READ}.Condition": {"StringEquals": {"AWS:SourceArn": sub(
        "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution.DomainName}")}}}),
    Wrong("E9134", "static-website", {"PagesPolicy": GONE}),
    Wrong("E9144", "static-website", {f"{BLOCK}.BlockPublicPolicy": True}),
    Wrong("E9144", "static-website", {f"{BLOCK}.RestrictPublicBuckets": True}),
    Wrong("E9144", "static-website", {BLOCK: GONE}),
    Wrong("E9155", "static-website", {f"{ORIGINS}.0.CustomOriginConfig.OriginProtocolPolicy": "https-only"}),
    Wrong("E9155", "static-website", {f"{ORIGINS}.0.CustomOriginConfig.OriginProtocolPolicy": "match-viewer"}),
    Wrong("E9155", "static-website", {f"{ORIGINS}.0.CustomOriginConfig": GONE,
                                      f"{ORIGINS}.0.S3OriginConfig": {"OriginAccessIdentity": ""}}),
    Wrong("E9156", "static-legacy", {SHOP: ref("Identity")}),
    Wrong("E9156", "static-legacy", {
        "ShopPolicy.PolicyDocument.Statement.0.Principal.CanonicalUser": ref("Identity")}),
    Wrong("E9157", "static-legacy", {"ShopPolicy": GONE}),
)  # fmt: skip

WRONG: Final = (*PERMISSIONS, *ROLES, *SOURCES, *NAMES, *APIS, *BUCKETS)
