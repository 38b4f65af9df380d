"""This repository's website (website.py) in Python CDK, the way its own documentation writes such a site.

The same resources as templates/website.yaml with the same values. It runs in an environment of its own, which has
aws-cdk-lib; nothing imports it.
"""

import aws_cdk as cdk  # type: ignore[import-not-found]
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

FRONTEND_REQUESTS = """
function handler(event) {
  const request = event.request;
  if (!/\\.[^\\/]+$/.test(request.uri)) {
    request.uri = '/index.html';
  }
  return request;
}
"""
API_REQUESTS = """
function handler(event) {
  const request = event.request;
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
"""


def registry(app: cdk.App) -> ecr.Repository:
    stack = cdk.Stack(app, "Registry")
    repository = ecr.Repository(stack, "Repository", image_tag_mutability=ecr.TagMutability.IMMUTABLE)
    repository.add_lifecycle_rule(max_image_count=10)
    return repository


def website(app: cdk.App, repository: ecr.Repository) -> None:
    stack = cdk.Stack(app, "Website")
    digest = cdk.CfnParameter(stack, "ImageDigest", default="sha256:" + "0" * 64).value_as_string
    table = activities(stack)
    function = lambda_.DockerImageFunction(
        stack,
        "Function",
        code=lambda_.DockerImageCode.from_ecr(repository, tag_or_digest=digest),
        architecture=lambda_.Architecture.ARM_64,
        memory_size=1024,
        timeout=cdk.Duration.seconds(29),
        environment={"ACTIVITIES_TABLE": table.table_name},
        log_group=logs.LogGroup(stack, "FunctionLogs", retention=logs.RetentionDays.TWO_WEEKS),
    )
    table.grant_read_write_data(function)
    distribution = edge(stack, api(stack, function))
    cdk.CfnOutput(stack, "Url", value=f"https://{distribution.domain_name}")


def activities(stack: cdk.Stack) -> dynamodb.Table:
    return dynamodb.Table(
        stack,
        "Activities",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="expires",
    )


def api(stack: cdk.Stack, function: lambda_.IFunction) -> apigateway.HttpApi:
    found = apigateway.HttpApi(
        stack,
        "Api",
        create_default_stage=False,
        default_integration=integrations.HttpLambdaIntegration("Function", function),
    )
    found.add_stage("Stage", auto_deploy=True, throttle=apigateway.ThrottleSettings(rate_limit=50, burst_limit=100))
    return found


def edge(stack: cdk.Stack, found: apigateway.HttpApi) -> cloudfront.Distribution:
    bucket = s3.Bucket(
        stack,
        "FrontendBucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=s3.BucketEncryption.S3_MANAGED,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    headers = security_headers(stack)
    to_api = cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(f"{found.api_id}.execute-api.{stack.region}.{stack.url_suffix}"),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        response_headers_policy=headers,
        function_associations=[viewer_request(stack, "ApiRequests", API_REQUESTS)],
    )
    return cloudfront.Distribution(
        stack,
        "Distribution",
        default_root_object="index.html",
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            response_headers_policy=headers,
            function_associations=[viewer_request(stack, "FrontendRequests", FRONTEND_REQUESTS)],
        ),
        additional_behaviors={"/api": to_api, "/api/*": to_api},
    )


def viewer_request(stack: cdk.Stack, name: str, code: str) -> cloudfront.FunctionAssociation:
    function = cloudfront.Function(
        stack,
        name,
        code=cloudfront.FunctionCode.from_inline(code),
        runtime=cloudfront.FunctionRuntime.JS_2_0,
    )
    return cloudfront.FunctionAssociation(event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=function)


def security_headers(stack: cdk.Stack) -> cloudfront.ResponseHeadersPolicy:
    return cloudfront.ResponseHeadersPolicy(
        stack,
        "SecurityHeaders",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=False
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=cdk.Duration.days(365), override=True
            ),
        ),
    )


app = cdk.App()
website(app, registry(app))
app.synth()
