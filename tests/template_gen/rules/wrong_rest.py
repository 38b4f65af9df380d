"""Wrong templates of names, functions, images, APIs and what runs beside them."""

import json
from typing import Any, Final

from tests.template_gen.rules.wrong import (
    CONFIG,
    GONE,
    PAGE,
    RECORD,
    Wrong,
    att,
    ref,
    resource,
    sub,
)  # fmt: skip

VIEWER: Final = f"{CONFIG}.ViewerCertificate"
OPTIONS: Final = "Certificate.DomainValidationOptions"
ZONE: Final = resource("AWS::Route53::HostedZone", Name=ref("Domain"))
REGION_EU: Final = "arn:aws:acm:eu-west-1:111111111111:certificate/1"
TO_SITE: Final = {"DNSName": att("Distribution.DomainName"), "HostedZoneId": "Z2FDTNDATAQYW2"}
VARIABLES: Final = "Function.Environment.Variables"
REPOSITORY_URI: Final = "111111111111.dkr.ecr.us-east-1.amazonaws.com/site"


def lifecycle(**selection: Any) -> str:
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


NAMES: Final = (
    Wrong("E9160", "site", {f"{VIEWER}.AcmCertificateArn": REGION_EU}),
    Wrong("E9160", "site", {"Function.Description": "elsewhere"}, region="eu-west-1"),
    Wrong("E9161", "free-plan", {f"{CONFIG}.Aliases": ["example.com"]}),
    Wrong("E9162", "site", {"Certificate.SubjectAlternativeNames": GONE}),
    Wrong("E9162", "site", {"Certificate.SubjectAlternativeNames": ["*.other.org"]}, frozenset({"E9171"})),
    Wrong("W9163", "site", {f"{VIEWER}.SslSupportMethod": "vip"}),
    Wrong("W9164", "site", {f"{VIEWER}.MinimumProtocolVersion": "TLSv1"}),
    Wrong("W9164", "site", {f"{VIEWER}.MinimumProtocolVersion": GONE}),
    Wrong("E9165", "site", {"Records.RecordSets.3": GONE, "Records.RecordSets.2": GONE}),
    Wrong("E9165", "site", {"Records": GONE}),
    Wrong("E9165", "site", {"Records.RecordSets.2": GONE}),
    Wrong("E9166", "site", {"Records.RecordSets.4": {"Name": sub("blog.${Domain}"), "Type": "A",
                                                     "AliasTarget": TO_SITE}}),
    Wrong("E9167", "site", {f"{RECORD}.AliasTarget.HostedZoneId": "Z35SXDOTRQ7X7K"}),
    Wrong("E9167", "site", {f"{RECORD}.AliasTarget.HostedZoneId": ref("Zone")}),
    Wrong("E9167", "plain-site", {
        "Name": resource("AWS::ApiGatewayV2::DomainName", DomainName="api.example.com"),
        "Record": resource("AWS::Route53::RecordSet", HostedZoneId="Z1", Name="api.example.com", Type="A",
        AliasTarget={"DNSName": att("Name.RegionalDomainName"), "HostedZoneId": "Z2FDTNDATAQYW2"})},
          frozenset({"W9238"})),
    Wrong("E9168", "site", {"Apex": resource("AWS::Route53::RecordSet", HostedZoneName=sub("${Domain}."), TTL="300",
                                             Name=ref("Domain"), Type="CNAME", ResourceRecords=["x.example.net"])}),
    Wrong("E9168", "site", {"Apex": resource("AWS::Route53::RecordSet", HostedZoneId=ref("Zone"), TTL="300",
                                             Name=ref("Domain"), Type="CNAME", ResourceRecords=["x.example.net"])}),
    Wrong("E9168", "registry", {"Apex": resource("AWS::Route53::RecordSet", HostedZoneId="Z1", TTL="300",
                                                 Name="example.com.", Type="CNAME", ResourceRecords=["x.example"])}),
    Wrong("W9169", "site", {f"{CONFIG}.IPV6Enabled": False}),
    Wrong("E9170", "site", {"Certificate.ValidationMethod": GONE}),
    Wrong("E9171", "site", {f"{OPTIONS}.1": GONE}),
    Wrong("E9171", "site", {OPTIONS: GONE}),
    Wrong("E9171", "registry", {
        "Parameters": {"HostedZoneId": {"Type": "String"}},
        "Certificate": resource("AWS::CertificateManager::Certificate", DomainName="example.com",
                                ValidationMethod="DNS")}),
    Wrong("E9172", "site", {"Own": {**ZONE, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
                            f"{OPTIONS}.0.HostedZoneId": ref("Own"), f"{OPTIONS}.1.HostedZoneId": ref("Own")}),
    Wrong("W9173", "site", {"Own": ZONE, "Records.HostedZoneId": ref("Own")}),
    Wrong("W9173", "free-plan", {"Own": resource("AWS::Route53::HostedZone", Name="example.com")}),
    Wrong("E9174", "rest-api", {"Name": resource("AWS::ApiGatewayV2::DomainName", DomainName="api.example.com",
          DomainNameConfigurations=[{"CertificateArn": REGION_EU, "EndpointType": "REGIONAL"}])},
          frozenset({"W9238"}), region="us-west-2"),
    Wrong("E9174", "site", {"Api.Domain": {"DomainName": "api.example.com", "CertificateArn": REGION_EU}}),
)  # fmt: skip

FUNCTIONS: Final = (
    Wrong("W9182", "site", {"Function.Timeout": 60}),
    Wrong("E9183", "site", {"Function.Timeout": 3}),
    Wrong("E9183", "plain-site", {"Function.Timeout": GONE}),
    Wrong("W9184", "site", {"Function.MemorySize": 256}),
    Wrong("W9184", "plain-site", {"Function.MemorySize": GONE}),
    Wrong("E9186", "site", {"Function.SnapStart": {"ApplyOn": "PublishedVersions"}, "Function.AutoPublishAlias": "live",
                            "Function.EphemeralStorage": {"Size": 1024}}),
    Wrong("E9186", "plain-site", {
        "Function.SnapStart": {"ApplyOn": "PublishedVersions"},
        "Version": resource("AWS::Lambda::Version", FunctionName=ref("Function")),
        "Live": resource("AWS::Lambda::Alias", FunctionName=ref("Function"), FunctionVersion=att("Version.Version"),
                         Name="live", ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1})}),
    Wrong("I9187", "site", {"Function.SnapStart": {"ApplyOn": "PublishedVersions"},
                            "Function.AutoPublishAlias": "live"}),
    Wrong("I9188", "site", {"Function.AutoPublishAlias": "live", "Function.ProvisionedConcurrencyConfig":
                            {"ProvisionedConcurrentExecutions": 1}}),
    Wrong("W9189", "site", {"Function.ReservedConcurrentExecutions": 5}),
    Wrong("W9190", "site", {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Subnet": resource("AWS::EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24"),
        "Function.VpcConfig": {"SubnetIds": [ref("Subnet")], "SecurityGroupIds": ["sg-0123456789abcdef0"]}}),
    Wrong("E9191", "site", {f"{VARIABLES}.API_TOKEN": "hunter2-hunter2"}),
    Wrong("E9191", "site", {f"{VARIABLES}.KEY": "{{resolve:secretsmanager:site:SecretString:key}}"}),
    Wrong("E9191", "site", {f"{VARIABLES}.dbPassword": "correct horse"}),
    Wrong("E9191", "site", {f"{VARIABLES}.SECRET_KEY_VALUE": "correct horse"}),
    Wrong("E9191", "site", {f"{VARIABLES}.DB_PASSWORD": "12345678"}),
    Wrong("E9191", "site", {f"{VARIABLES}.DATABASE": "postgres://app:horse@db.example.net/site"}),
    Wrong("E9192", "site", {f"{VARIABLES}.TEXT": "x" * 4100}),
    Wrong("I9193", "site", {"Logs.RetentionInDays": GONE}),
    Wrong("I9193", "site", {"Function.LoggingConfig": GONE}),
    Wrong("W9194", "site", {"Function.Policies": "AdministratorAccess"}),
    Wrong("W9194", "plain-site", {"Role.Policies.0.PolicyDocument.Statement.0.Action": "*",
                                  "Role.Policies.0.PolicyDocument.Statement.0.Resource": "*"}),
    Wrong("W9195", "site", {"Function.Policies": GONE}),
    Wrong("W9195", "plain-site", {"Role.Policies": GONE}),
    Wrong("W9195", "site", {f"{VARIABLES}.FILES": ref("Bucket")}),
    Wrong("W9195", "site", {"Jobs": resource("AWS::SQS::Queue"), f"{VARIABLES}.QUEUE_URL": ref("Jobs")}),
    Wrong("W9195", "site", {"Value": resource("AWS::SSM::Parameter", Type="String", Value="x"),
                            f"{VARIABLES}.VALUE_NAME": ref("Value")}),
)  # fmt: skip

DATA: Final = (
    Wrong("I9196", "plain-site", {"Uploads:DeletionPolicy": GONE}),
    Wrong("I9197", "site", {"Function.FunctionName": "site"}),
    Wrong("I9197", "plain-site", {"AccessControl.OriginAccessControlConfig.Name": "frontend"}),
)

IMAGES: Final = (
    Wrong("E9175", "plain-site", {
        "Repository": {**resource("AWS::ECR::Repository", LifecyclePolicy={}), "DeletionPolicy": "Retain"},
        "Function.Code.ImageUri": sub("${Repository.RepositoryUri}:v1")}),
    Wrong("E9175", "plain-site", {
        "Repository": {**resource("AWS::ECR::Repository", LifecyclePolicy={}, RepositoryName="site"),
                       "DeletionPolicy": "Retain"},
        "Function.Code.ImageUri": f"{REPOSITORY_URI}:v1"}),
    Wrong("W9176", "plain-site", {"Function.Code.ImageUri": f"{REPOSITORY_URI}:latest"}),
    Wrong("W9176", "plain-site", {"Function.Code.ImageUri": f"{REPOSITORY_URI}:prod"}),
    Wrong("W9176", "site", {"Function.ImageUri": REPOSITORY_URI}),
    Wrong("E9177", "plain-site", {"Function.Code.ImageUri": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/site:v1"}),
    Wrong("E9177", "plain-site", {"Function.Code.ImageUri": "public.ecr.aws/lambda/python:3.13"}),
    Wrong("E9177", "plain-site", {"Function.Code.ImageUri": "python:3.13"}),
    Wrong("W9178", "registry", {"Repository.LifecyclePolicy": GONE}),
    Wrong("E9179", "registry", {"Repository.LifecyclePolicy.LifecyclePolicyText": lifecycle(
        tagStatus="any", countType="imageCountMoreThan", countNumber=1)}),
    Wrong("E9179", "registry", {"Repository.LifecyclePolicy.LifecyclePolicyText": lifecycle(
        tagStatus="any", countType="sinceImagePushed", countUnit="days", countNumber=7)}),
    Wrong("W9180", "registry", {"Repository:DeletionPolicy": GONE}),
    Wrong("W9181", "plain-site", {"Function.Architectures": GONE}),
    Wrong("E9198", "site", {"Function.ImageConfig": {"Command": ["app.main:app"]}}),
)  # fmt: skip

APIS: Final = (
    Wrong("W9201", "rest-api", {"Root": GONE, "Deployment:DependsOn": "Below"}),
    Wrong("E9202", "rest-api", {"Everything.PathPart": "{proxy}"}),
    Wrong("E9202", "plain-site", {"Route.RouteKey": "ANY /api/{proxy}"}),
    Wrong("E9203", "site", {"Function.Events.Everything.Properties.ApiId": GONE}),
    Wrong("E9204", "plain-site", {"Stage.AutoDeploy": GONE}),
    Wrong("E9205", "plain-site", {"Permission": GONE}),
    Wrong("E9205", "rest-api", {"Permission": GONE}),
    Wrong("E9205", "plain-site", {"Permission.Action": "lambda:GetFunction"}),
    Wrong("E9205", "plain-site", {"Permission.SourceArn": sub("arn:aws:apigateway:${AWS::Region}::/apis/${Api}")}),
    Wrong("E9205", "plain-site", {
        "Permission.SourceArn": sub("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}")}),
    Wrong("I9206", "plain-site", {"Permission.SourceArn": GONE}),
    Wrong("E9207", "plain-site", {"Integration.PayloadFormatVersion": GONE}),
    Wrong("E9208", "plain-site", {"Stage": GONE}),
    Wrong("E9208", "rest-api", {"Stage": GONE}),
    Wrong("E9208", "plain-site", {"Bare": resource("AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="GET /a")}),
    Wrong("I9209", "site", {"Api.DefaultRouteSettings": GONE}),
    Wrong("E9210", "site", {"Api.DefaultRouteSettings.ThrottlingBurstLimit": 0}),
    Wrong("E9210", "plain-site", {"Stage.DefaultRouteSettings.ThrottlingRateLimit": 0}),
    Wrong("E9211", "plain-site", {"Association": resource("AWS::WAFv2::WebACLAssociation",
          WebACLArn="arn:aws:wafv2:us-east-1:111111111111:regional/webacl/site/1",
          ResourceArn=sub("arn:aws:apigateway:${AWS::Region}::/apis/${Api}/stages/live"))}),
    Wrong("I9212", "rest-api", {"Api.BinaryMediaTypes": GONE}),
    Wrong("I9213", "site", {"Rest": resource("AWS::Serverless::Api", StageName="v1")}),
    Wrong("E9214", "rest-api", {"Deployment:DependsOn": GONE}),
    Wrong("E9215", "rest-api", {"Root.Integration.IntegrationHttpMethod": "GET"}),
)  # fmt: skip

OPERATIONS: Final = (
    Wrong("E9301", "free-plan", {"WebAcl.Scope": "REGIONAL"}),
    Wrong("E9301", "free-plan", {f"{CONFIG}.WebACLId": att("WebAcl.Id")}),
    Wrong("E9301", "free-plan", {"WebAcl.Description": "elsewhere"}, region="eu-west-1"),
    Wrong("I9302", "free-plan", {"Plan": GONE}),
    Wrong("E9303", "free-plan", {"Plan.ResourceArns.1": GONE}),
    Wrong("E9304", "free-plan", {f"{CONFIG}.WebACLId": GONE}),
    Wrong("E9304", "free-plan", {f"{PAGE}.CachePolicyId": ref("Own"), "Own": resource(
        "AWS::CloudFront::CachePolicy", CachePolicyConfig={"Name": "own", "MinTTL": 1, "MaxTTL": 9, "DefaultTTL": 5,
        "ParametersInCacheKeyAndForwardedToOrigin": {"EnableAcceptEncodingGzip": True,
        "CookiesConfig": {"CookieBehavior": "none"}, "HeadersConfig": {"HeaderBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"}}})}),
    Wrong("E9304", "free-plan", {f"{CONFIG}.CacheBehaviors": [
        {"PathPattern": f"/{name}", "TargetOriginId": "frontend", "ViewerProtocolPolicy": "redirect-to-https",
         "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"} for name in "abcde"]}),
    Wrong("E9305", "free-plan", {"Second": resource("AWS::CloudFront::Distribution", DistributionConfig={
        "Enabled": True, "WebACLId": att("WebAcl.Arn"),
        "Origins": [{"Id": "x", "DomainName": "example.com",
                     "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}],
        "DefaultCacheBehavior": {"TargetOriginId": "x", "ViewerProtocolPolicy": "https-only",
                                 "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}})}),
    Wrong("E9307", "plain-site", {"Alarm.Dimensions.1": GONE}),
    Wrong("W9308", "plain-site", {"FunctionAlarm.Dimensions.0.Value": "Function"}),
    Wrong("I9309", "plain-site", {f"Alarm{number}": resource(
        "AWS::CloudWatch::Alarm", Namespace="AWS/Lambda", MetricName="Errors", EvaluationPeriods=1, Threshold=number,
        ComparisonOperator="GreaterThanThreshold", Period=60, Statistic="Sum") for number in range(9)}),
    Wrong("I9310", "site", {"Secret": resource("AWS::SecretsManager::Secret")}),
    Wrong("I9310", "site", {"Api.DefaultRouteSettings.DetailedMetricsEnabled": True}),
    Wrong("I9310", "site", {"Table.ProvisionedThroughput": {"ReadCapacityUnits": 50, "WriteCapacityUnits": 5}}),
    Wrong("I9317", "plain-site", {"Second": resource(
        "AWS::CloudWatch::Alarm", Namespace="AWS/Lambda", MetricName="Errors", EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", Period=60, Statistic="Sum")}),
    Wrong("I9311", "site", {"Budget": GONE}),
    Wrong("I9312", "site", {"Outputs": {"Url": {"Value": ref("Domain"), "Export": {"Name": "url"}}}}),
    Wrong("I9313", "site", {f"{CONFIG}.HttpVersion": GONE}),
    Wrong("I9314", "site", {f"{PAGE}.Compress": GONE}),
    Wrong("I9314", "site", {f"{PAGE}.CachePolicyId": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"}),
)  # fmt: skip

WRONG: Final = (*NAMES, *FUNCTIONS, *DATA, *IMAGES, *APIS, *OPERATIONS)
