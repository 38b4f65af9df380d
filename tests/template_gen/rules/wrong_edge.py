"""Wrong templates of CloudFront: policies, headers, code at the edge, origins without behaviors."""

from typing import Any, Final

from tests.template_gen.rules.wrong import (
    ALL_VIEWER,
    API,
    CACHED,
    CONFIG,
    GONE,
    ORIGINS,
    PAGE,
    READ,
    Wrong,
    att,
    ref,
    resource,
    sub,
)  # fmt: skip

CODE: Final = "Rewrite.FunctionCode"
EVENT: Final = f"{PAGE}.FunctionAssociations.0"
URL: Final = "Distribution.DistributionConfig.Origins.0"
ADD_HEADERS: Final = "function handler(event) { event.response.headers.x = {value: 'y'}; return event.response }"
DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def headers(*names: str) -> list[dict[str, str]]:
    return [{"HeaderName": name, "HeaderValue": "{{resolve:ssm:/site/origin}}"} for name in names]


def deny(**statement: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": sub("${Bucket.Arn}/*"), **statement}


POLICIES: Final = (
    Wrong("E9252", "site", {f"{API}.OriginRequestPolicyId": DISABLED}),
    Wrong("E9252", "site", {f"{PAGE}.CachePolicyId": "Managed-CachingOptimized"}),
    Wrong("E9252", "site", {f"{PAGE}.CachePolicyId": CACHED.replace("f89d", "f98d")}),
    Wrong("E9252", "plain-site", {f"{PAGE}.CachePolicyId": ref("RequestPolicy")}),
    Wrong("E9252", "site", {f"{PAGE}.ResponseHeadersPolicyId": ALL_VIEWER}),
    Wrong("E9253", "site", {f"{ORIGINS}.1.OriginCustomHeaders": headers("Host")}),
    Wrong("E9253", "site", {f"{ORIGINS}.1.OriginCustomHeaders": headers("x-amz-secret")}),
    Wrong("E9253", "site", {f"{ORIGINS}.1.OriginCustomHeaders": headers("x-origin", "X-Origin")}),
    Wrong("W9348", "site", {f"{ORIGINS}.1.OriginCustomHeaders": [{"HeaderName": "X-Secret", "HeaderValue": "hush"}]}),
)

CODES: Final = (
    Wrong("E9254", "site", {CODE: "exports.handler = async (event) => { return event.request }"}),
    Wrong("E9254", "site", {CODE: "function handler(event) { return event.Records[0].cf.request }"}),
    Wrong("E9254", "site", {CODE: "function rewrite(event) { return event.request }"}),
    Wrong("E9254", "site", {CODE: "function handler(event) { event.request.uri = '/' }"}),
    Wrong("E9254", "site", {CODE: "function handler(event) { const r = event.request; return r }",
                            "Rewrite.FunctionConfig.Runtime": "cloudfront-js-1.0"}),
    Wrong("E9255", "site", {f"{EVENT}.EventType": "viewer-response"}),
    Wrong("E9255", "site", {CODE: ADD_HEADERS}),
    Wrong("E9256", "site", {f"{EVENT}.FunctionARN": att("Function.Arn")}),
    Wrong("E9256", "edge-function", {
        "Rewrite": resource("AWS::CloudFront::Function", Name="rewrite", AutoPublish=True,
                            FunctionCode="function handler(event) { return event.request }"),
        "Cdn.DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations.0.LambdaFunctionARN":
            att("Rewrite.FunctionARN")}),
)  # fmt: skip

BEHAVIORS: Final = (
    Wrong("E9329", "site", {f"{ORIGINS}.1.DomainName": sub("${Api}.executeapi.${AWS::Region}.amazonaws.com")}),
    Wrong("E9329", "site", {f"{ORIGINS}.1.DomainName": sub("${Api}.execute-api.amazonaws.com")}),
    Wrong("E9329", "site", {f"{ORIGINS}.1.DomainName": sub(
        "${AWS::StackName}.execute-api.${AWS::Region}.amazonaws.com")}),
    Wrong("W9330", "plain-site", {f"{CONFIG}.CacheBehaviors": GONE}),
    Wrong("W9330", "plain-site", {f"{CONFIG}.CacheBehaviors.0.TargetOriginId": "frontend"}),
    Wrong("E9331", "site", {f"{API}.PathPattern": "/api/{proxy+}"}),
    Wrong("E9331", "site", {f"{API}.PathPattern": "^/api/.*$"}),
    Wrong("E9331", "site", {f"{API}.PathPattern": "https://example.com/api/*"}),
    Wrong("W9332", "function-url", {f"{CONFIG}.DefaultRootObject": "index.html"}),
    Wrong("E9333", "function-url", {f"{URL}.OriginPath": "/prod"}),
    Wrong("W9334", "function-url", {"MayInvokeUrl.SourceArn": GONE}),
    Wrong("W9349", "site", {f"{CONFIG}.Enabled": False}),
    Wrong("E9354", "site", {f"{ORIGINS}.0.OriginAccessControlId": sub("${AWS::StackName}-frontend")}),
    Wrong("E9354", "site", {f"{ORIGINS}.0.OriginAccessControlId": ref("Rewrite")}),
    Wrong("E9354", "site", {f"{ORIGINS}.1.OriginAccessControlId": ref("AccessControl")}),
    Wrong("E9106", "plain-site", {f"{ORIGINS}.1.OriginPath": "/live/live"}, frozenset({"W9108"})),
    Wrong("E9106", "plain-site", {f"{ORIGINS}.1.OriginPath": "/live/api"}),
    Wrong("E9107", "site", {f"{ORIGINS}.0.OriginPath": "/index.html"}),
    Wrong("E9111", "site", {f"{CONFIG}.CustomErrorResponses": [{"ErrorCode": 503, "ErrorCachingMinTTL": 0}] * 2}),
    Wrong("E9112", "site", {f"{ORIGINS}.1.CustomOriginConfig.HTTPSPort": 8443}),
    Wrong("E9112", "site", {f"{ORIGINS}.1.CustomOriginConfig.OriginSSLProtocols": ["TLSv1", "SSLv3"]}),
    Wrong("E9141", "site", {f"{CONFIG}.DefaultRootObject": "pages/"}),
    Wrong("E9301", "site", {f"{CONFIG}.WebACLId": "my-web-acl"}),
)  # fmt: skip

BUCKETS: Final = (
    Wrong("E9102", "static-website", {f"{PAGE}.OriginRequestPolicyId": ALL_VIEWER, "Pages.BucketName": "pages"}),
    Wrong("E9131", "site", {f"{READ}.Resource": sub("${Bucket.Arn}/index.html")}),
    Wrong("E9132", "site", {f"{READ}.Condition.StringEquals": {"AWS:SourceArn": sub(
        "arn:aws:cloudfront:::distribution/${Distribution}")}}),
    Wrong("W9143", "site", {
        f"{CONFIG}.CustomErrorResponses": [{"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}],
        "BucketPolicy.PolicyDocument.Statement.1": {
            "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:ListBucket",
            "Resource": sub("${Bucket.Arn}/*")}}),
    Wrong("E9299", "site", {"BucketPolicy.PolicyDocument.Statement.1": deny(
        Condition={"Bool": {"aws:SecureTransport": "true"}})}),
    Wrong("E9299", "site", {"BucketPolicy.PolicyDocument.Statement.1": deny(
        Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})}),
    Wrong("E9299", "plain-site", {"BucketPolicy.PolicyDocument.Statement.1": {
        "Effect": "Deny", "NotPrincipal": {"AWS": att("Role.Arn")}, "Action": "s3:GetObject",
        "Resource": sub("${Bucket.Arn}/*")}}),
    Wrong("E9300", "site", {f"{READ}.Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}),
    Wrong("E9300", "site", {f"{READ}.Condition": {"StringNotEquals": {"AWS:SourceArn": sub(
        "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}")}}}),
    Wrong("W9324", "plain-site", {f"{READ}.Action": "s3:*", f"{PAGE}.AllowedMethods": [
        "GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]}),
    Wrong("W9325", "static-legacy", {"OldPolicy.PolicyDocument.Statement.1": {
        "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": sub("${Old.Arn}/*")}}),
    Wrong("E9326", "static-website", {"Pages.WebsiteConfiguration.IndexDocument": "/index.html"}),
    Wrong("E9326", "static-website", {"Pages.WebsiteConfiguration": {
        "RedirectAllRequestsTo": {"HostName": "https://www.example.com"}}}),
    Wrong("E9326", "static-website", {"Pages.WebsiteConfiguration.RoutingRules": [
        {"RoutingRuleCondition": {"KeyPrefixEquals": "/old/"}, "RedirectRule": {"ReplaceKeyPrefixWith": "new/"}}]}),
    Wrong("E9327", "static-website", {
        "Pages.WebsiteConfiguration": {"RedirectAllRequestsTo": {"HostName": "example.com"}},
        f"{CONFIG}.Aliases": ["example.com"]}, frozenset({"E9161"})),
    Wrong("E9328", "static-website", {f"{ORIGINS}.0.OriginCustomHeaders": GONE}),
    Wrong("E9328", "static-website", {f"{ORIGINS}.0.OriginCustomHeaders.0.HeaderValue": "another-text"}),
)  # fmt: skip

WRONG: Final = (*POLICIES, *CODES, *BEHAVIORS, *BUCKETS)
