"""Wrong templates between CloudFront and an API, a bucket, a function URL."""

from typing import Final

from tests.template_gen.rules.wrong import (
    ALL_VIEWER,
    API,
    CACHE,
    CACHED,
    CONFIG,
    FALLBACK,
    GONE,
    HEADERS,
    OAC,
    ORIGINS,
    PAGE,
    PLAIN_API,
    READ,
    Wrong,
    att,
    ref,
    resource,
    sub,
)  # fmt: skip

REWRITE: Final = {"EventType": "viewer-request", "FunctionARN": att("Rewrite.FunctionARN")}
EVERYBODY: Final = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": sub("${Bucket.Arn}/*")}
EDGE: Final = f"{PAGE}.LambdaFunctionAssociations"
EDGE_ROLE: Final = "arn:aws:iam::111111111111:role/edge"

API_BEHAVIORS: Final = (
    Wrong("E9101", "site", {f"{API}.OriginRequestPolicyId": ALL_VIEWER}),
    Wrong("E9101", "site", {f"{API}.OriginRequestPolicyId": "33f36d7e-f396-46d9-90e0-52428a34d9dc"}),
    Wrong("E9101", "plain-site", {f"{HEADERS}.Headers": ["Accept", "Host"]}),
    Wrong("E9101", "plain-site", {f"{HEADERS}": {"HeaderBehavior": "allViewer"}}),
    Wrong("E9101", "plain-site", {HEADERS: {"HeaderBehavior": "allExcept", "Headers": ["Cookie"]}}),
    Wrong("E9101", "function-url", {f"{PAGE}.OriginRequestPolicyId": ALL_VIEWER}),
    Wrong("E9101", "site", {f"{API}.CachePolicyId": GONE, f"{API}.OriginRequestPolicyId": GONE,
                            f"{API}.ForwardedValues": {"QueryString": True, "Headers": ["*"]}}),
    Wrong("E9101", "site", {f"{API}.OriginRequestPolicyId": "bf0718e1-ba1e-49d1-88b1-f726733018ae"}),
    Wrong("E9101", "site", {f"{API}.CachePolicyId": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
                            f"{API}.OriginRequestPolicyId": GONE}),
    Wrong("E9103", "site", {f"{API}.CachePolicyId": CACHED}),
    Wrong("E9103", "plain-site", {f"{CACHE}.MinTTL": 1, f"{CACHE}.MaxTTL": 60, f"{CACHE}.DefaultTTL": 1}),
    Wrong("E9103", "plain-site", {f"{CACHE}.MaxTTL": 60, f"{CACHE}.DefaultTTL": 5}),
    Wrong("E9103", "site", {f"{API}.CachePolicyId": GONE, f"{API}.OriginRequestPolicyId": GONE,
                            f"{API}.DefaultTTL": 60, f"{API}.ForwardedValues": {"QueryString": True}}),
    Wrong("E9103", "site", {f"{API}.CachePolicyId": GONE, f"{API}.OriginRequestPolicyId": GONE,
                            f"{API}.ForwardedValues": {"QueryString": True}}),
    Wrong("E9103", "site", {f"{API}.CachePolicyId": GONE, f"{API}.OriginRequestPolicyId": GONE, f"{API}.MinTTL": 1,
                            f"{API}.ForwardedValues": {"QueryString": True, "Headers": ["Authorization"]}}),
    Wrong("E9104", "site", {f"{API}.AllowedMethods": GONE}),
    Wrong("E9104", "plain-site", {f"{PLAIN_API}.AllowedMethods": ["GET", "HEAD", "OPTIONS"]}),
    Wrong("E9104", "rest-api", {f"{PAGE}.AllowedMethods": GONE}),
    Wrong("E9104", "site", {f"{API}.AllowedMethods": GONE,
                            f"{ORIGINS}.1.DomainName": "abc123.execute-api.us-east-1.amazonaws.com"}),
    Wrong("E9105", "site", {f"{PAGE}.AllowedMethods": ["GET", "HEAD", "POST"]}),
    Wrong("W9108", "plain-site", {"Route.RouteKey": "GET /items"}),
    Wrong("W9108", "plain-site", {"Route.RouteKey": "GET /{item}"}),
    Wrong("W9109", "plain-site", {
        f"{CONFIG}.CacheBehaviors.1": {"PathPattern": "/api", "TargetOriginId": "frontend", "CachePolicyId": CACHED,
                                       "ViewerProtocolPolicy": "redirect-to-https", "Compress": True},
        "Bare": resource("AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="GET /api",
                         Target=sub("integrations/${Integration}"))}),
    Wrong("W9109", "plain-site", {"Bare": resource("AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="GET /api",
                                                   Target=sub("integrations/${Integration}"))}),
    Wrong("W9117", "site", {f"{API}.OriginRequestPolicyId": GONE}),
    Wrong("W9117", "plain-site", {f"{PLAIN_API}.OriginRequestPolicyId": GONE}),
    Wrong("I9124", "site", {f"{API}.ViewerProtocolPolicy": "redirect-to-https"}),
    Wrong("W9128", "site", {f"{API}.FunctionAssociations": [REWRITE]}),
    Wrong("E9120", "site", {f"{CONFIG}.CacheBehaviors.0.PathPattern": "*"}),
    Wrong("E9120", "site", {f"{CONFIG}.CacheBehaviors.0.PathPattern": "api/*"}),
    Wrong("E9120", "site", {f"{CONFIG}.CacheBehaviors.1.PathPattern": "*"}),
    Wrong("E9121", "site", {f"{CONFIG}.CacheBehaviors.0.PathPattern": "/api/*"}),
    Wrong("E9123", "free-plan", {f"{PAGE}.CachePolicyId": GONE}),
    Wrong("W9315", "site", {f"{API}.ViewerProtocolPolicy": "allow-all"}),
    Wrong("W9315", "site", {f"{PAGE}.ViewerProtocolPolicy": "allow-all"}),
)  # fmt: skip

API_ORIGINS: Final = (
    Wrong("E9106", "site", {f"{ORIGINS}.1.OriginPath": "/prod"}),
    Wrong("E9106", "site", {"Api.StageName": "v1"}),
    Wrong("E9106", "plain-site", {f"{ORIGINS}.1.OriginPath": "/prod"}),
    Wrong("E9106", "rest-api", {f"{ORIGINS}.0.OriginPath": GONE}),
    Wrong("E9107", "plain-site", {f"{ORIGINS}.1.OriginPath": "/live/"}),
    Wrong("E9107", "free-plan", {f"{ORIGINS}.0.OriginPath": "dist"}),
    Wrong("E9110", "site", {f"{CONFIG}.CustomErrorResponses": FALLBACK}),
    Wrong("E9111", "site", {f"{CONFIG}.CustomErrorResponses": [{"ErrorCode": 500, "ResponsePagePath": "/500.html"}]}),
    Wrong("E9111", "site", {f"{CONFIG}.CustomErrorResponses": [
        {"ErrorCode": 500, "ResponseCode": 500, "ResponsePagePath": "500.html"}]}),
    Wrong("E9112", "site", {f"{ORIGINS}.1.CustomOriginConfig.OriginProtocolPolicy": "http-only"}),
    Wrong("E9113", "site", {f"{ORIGINS}.1.CustomOriginConfig": GONE}),
    Wrong("E9114", "site", {f"{ORIGINS}.1.DomainName": att("Api.ApiEndpoint")}),
    Wrong("E9114", "function-url", {f"{ORIGINS}.0.DomainName": att("FunctionUrl.FunctionUrl")}),
    Wrong("E9114", "site", {f"{ORIGINS}.1.DomainName": sub("https://${Api}.execute-api.us-east-1.amazonaws.com")}),
    Wrong("E9115", "site", {"Api.DisableExecuteApiEndpoint": True}),
    Wrong("I9116", "site", {f"{CONFIG}.WebACLId": "arn:aws:wafv2:us-east-1:111111111111:global/webacl/site/1"}),
    Wrong("E9118", "plain-site", {f"{HEADERS}.Headers": ["Accept", "Authorization"]}),
    Wrong("E9119", "plain-site",
          {f"{CACHE}.ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.CookieBehavior": "all"}),
    Wrong("E9122", "site", {f"{API}.TargetOriginId": "backend"}),
    Wrong("W9125", "function-url", {"Function.Timeout": 60}),
    Wrong("W9125", "site", {f"{ORIGINS}.1.CustomOriginConfig.OriginReadTimeout": 10}),
    Wrong("I9126", "site", {"Api.CorsConfiguration": {"AllowOrigins": ["https://example.com"]}}),
    Wrong("E9127", "site", {"Api.CorsConfiguration": {"AllowOrigins": ["*"], "AllowCredentials": True}}),
)  # fmt: skip

BUCKETS: Final = (
    Wrong("E9102", "site", {f"{PAGE}.OriginRequestPolicyId": ALL_VIEWER}),
    Wrong("E9130", "site", {"BucketPolicy": GONE}),
    Wrong("E9130", "site", {f"{READ}.Principal": {"Service": "lambda.amazonaws.com"}}),
    Wrong("E9130", "site", {f"{READ}.Action": "s3:PutObject"}),
    Wrong("E9131", "site", {f"{READ}.Resource": att("Bucket.Arn")}),
    Wrong("E9132", "site", {f"{READ}.Condition": {"StringEquals": {
        "AWS:SourceArn": sub("arn:aws:cloudfront:us-east-1:${AWS::AccountId}:distribution/${Distribution}")}}}),
    Wrong("E9132", "site", {f"{READ}.Condition": {"StringEquals": {
        "AWS:SourceArn": "arn:aws:cloudfront::111111111111:distribution/E2QWRUHAPOMQZL"}}}),
    Wrong("E9132", "site", {f"{READ}.Condition": {"StringEquals": {
        "AWS:SourceArn": sub("arn:aws:cloudfront::${AWS::AccountId}:distribution/*")}}}),
    Wrong("E9132", "plain-site", {f"{READ}.Condition": {"ArnLike": {
        "aws:SourceArn": "arn:aws:cloudfront::111111111111:distribution/E2QWRUHAPOMQZL"}}}),
    Wrong("W9133", "site", {f"{READ}.Condition": GONE}),
    Wrong("W9133", "site", {f"{READ}.Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
    Wrong("E9134", "site", {f"{ORIGINS}.0.OriginAccessControlId": GONE}),
    Wrong("E9135", "site",
          {f"{ORIGINS}.0.S3OriginConfig.OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}),
    Wrong("E9136", "site", {f"{ORIGINS}.0.S3OriginConfig": GONE,
                            f"{ORIGINS}.0.CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}),
    Wrong("E9137", "free-plan", {f"{ORIGINS}.0.DomainName": {"Fn::Select": [
        2, {"Fn::Split": ["/", att("Bucket.WebsiteURL")]}]}}),
    Wrong("E9138", "site", {f"{OAC}.SigningBehavior": "never"}),
    Wrong("E9138", "site", {f"{OAC}.OriginAccessControlOriginType": "lambda"}),
    Wrong("E9138", "function-url", {f"{OAC}.OriginAccessControlOriginType": "s3"}),
    Wrong("W9139", "site", {f"{ORIGINS}.0.DomainName": att("Bucket.DomainName")}),
    Wrong("E9140", "site", {"Bucket.BucketEncryption.ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}),
    Wrong("E9140", "site", {
        "Key": resource("AWS::KMS::Key", KeyPolicy={"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}]}),
        "Bucket.BucketEncryption.ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("Key.Arn")}}]}),
    Wrong("E9141", "site", {f"{CONFIG}.DefaultRootObject": "/index.html"}),
    Wrong("E9141", "plain-site", {f"{CONFIG}.DefaultRootObject": GONE}),
    Wrong("E9141", "plain-site", {f"{CONFIG}.DefaultRootObject": GONE, f"{PAGE}.FunctionAssociations": [REWRITE],
                                  "Rewrite": resource("AWS::CloudFront::Function", Name=ref("AWS::StackName"),
                                                      AutoPublish=True,
                                                      FunctionCode="function handler(e) { return e.request }")}),
    Wrong("I9142", "site", {f"{PAGE}.FunctionAssociations": GONE}),
    Wrong("W9143", "site", {f"{CONFIG}.CustomErrorResponses": [
        {"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}]}),
    Wrong("E9144", "plain-site", {"BucketPolicy.PolicyDocument.Statement.1": EVERYBODY}, frozenset({"W9145"})),
    Wrong("W9145", "plain-site", {"BucketPolicy.PolicyDocument.Statement.1": EVERYBODY,
                                  "Bucket.PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}}),
    Wrong("E9146", "site", {"AccessLogs": resource("AWS::S3::Bucket"),
                            f"{CONFIG}.Logging": {"Bucket": att("AccessLogs.DomainName")}}),
    Wrong("I9147", "site", {"Bucket.VersioningConfiguration": {"Status": "Enabled"}}),
    Wrong("E9148", "site", {"Rewrite.AutoPublish": GONE}),
    Wrong("E9148", "site", {"Rewrite.AutoPublish": False}),
    Wrong("E9149", "site", {f"{PAGE}.FunctionAssociations.1": REWRITE}),
    Wrong("E9149", "site", {EDGE: [{"EventType": "viewer-response", "LambdaFunctionARN":
          "arn:aws:lambda:us-east-1:111111111111:function:edge:3"}]}),
    Wrong("E9150", "free-plan", {EDGE: [{"EventType": "origin-request", "LambdaFunctionARN":
          "arn:aws:lambda:eu-west-1:111111111111:function:edge:3"}], "Plan": GONE}),
    Wrong("E9150", "plain-site", {EDGE: [{"EventType": "origin-request", "LambdaFunctionARN": att("Edge.Arn")}],
          "Edge": resource("AWS::Lambda::Function", Role=EDGE_ROLE, Runtime="nodejs22.x", Handler="index.handler",
                           Code={"ZipFile": "exports.handler = async e => e"})}),
)  # fmt: skip

URLS: Final = (
    Wrong("W9151", "function-url", {"Function.FunctionUrlConfig.AuthType": "NONE"}),
    Wrong("E9152", "function-url", {"MayInvoke": GONE}),
    Wrong("E9152", "function-url", {"MayInvokeUrl": GONE}),
    Wrong("E9152", "function-url", {
        "MayInvoke.SourceArn": sub("arn:aws:cloudfront::${AWS::AccountId}:distribution/E123")}),
    Wrong("I9153", "function-url",
          {f"{PAGE}.AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]}),
    Wrong("E9154", "function-url", {f"{ORIGINS}.0.OriginAccessControlId": GONE}),
)  # fmt: skip

WRONG: Final = (*API_BEHAVIORS, *API_ORIGINS, *BUCKETS, *URLS)
