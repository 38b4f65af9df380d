"""Wrong templates of what CloudFront reads: policies that name nobody or nothing, ACLs, logs, code at the edge."""

from typing import Any, Final

from tests.template_gen.rules.wrong import API, CONFIG, GONE, HEADERS, ORIGINS, READ, Wrong, att, ref, resource, sub

CERTIFICATE: Final = "Certificate"
LOGS: Final = resource("AWS::S3::Bucket", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
OPEN: Final = {"BlockPublicAcls": False, "IgnorePublicAcls": False}
NOTHING: Final = {
    "CookiesConfig": {"CookieBehavior": "none"},
    "HeadersConfig": {"HeaderBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}


def condition(**test: Any) -> dict[str, Any]:
    return {f"{READ}.Condition": {"StringEquals": {f"AWS:{key}": value for key, value in test.items()}}}


def public_acl(block: dict[str, bool]) -> dict[str, Any]:
    return {
        "Bucket.AccessControl": "PublicRead",
        "Bucket.OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "Bucket.PublicAccessBlockConfiguration": block,
    }


def key_for(action: str) -> dict[str, Any]:
    """A key that lets CloudFront do this much."""
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": action}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("Key.Arn")}
    return {
        "Key": resource("AWS::KMS::Key", KeyPolicy={"Statement": [{**statement, "Resource": "*"}]}),
        "Bucket.BucketEncryption.ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": default}],
    }


API_REQUESTS: Final = (
    Wrong("W9117", "site", {f"{API}.OriginRequestPolicyId": "59781a5b-3903-41f3-afcb-af62929ccde1"}),
    Wrong("W9117", "site", {f"{API}.OriginRequestPolicyId": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"}),
    Wrong("W9117", "plain-site", {HEADERS.rpartition(".")[0]: {"Name": "none", **NOTHING}}),
    Wrong("E9113", "site", {f"{ORIGINS}.1.CustomOriginConfig": GONE, f"{ORIGINS}.1.S3OriginConfig": {}}),
)

POLICIES: Final = (
    Wrong("E9131", "site", {f"{READ}.Resource": sub("${Bucket.Arn}/")}),
    Wrong("E9132", "site", condition(SourceArn=sub("arn:aws:cloudfront::${AWS::AccountId}:${Distribution}"))),
    Wrong("E9132", "site", condition(SourceArn=ref("Distribution"))),
    Wrong("E9132", "site", condition(SourceArn=att("AccessControl.Id"))),
    Wrong("E9132", "site", condition(SourceAccount="${AWS::AccountId}")),
    Wrong("E9132", "site", condition(SourceAccount=ref("Distribution"))),
    Wrong("E9140", "site", key_for("kms:GenerateDataKey*")),
    Wrong("E9144", "site", public_acl({**OPEN, "BlockPublicAcls": True})),
    Wrong("W9145", "site", public_acl(OPEN)),
    Wrong("E9146", "site", {"Logs": LOGS, f"{CONFIG}.Logging": {"Bucket": ref("Logs")}}),
    Wrong("E9146", "site", {"Logs": LOGS, f"{CONFIG}.Logging": {"Bucket": att("Logs.Arn")}}),
    Wrong("E9162", "site", {f"{CERTIFICATE}.DomainName": sub("*.${Domain}")}),
    Wrong(
        "E9141",
        "free-plan",
        {f"{CONFIG}.DefaultRootObject": GONE, f"{CONFIG}.Aliases": ["shop.example.com"]},
        frozenset({"E9161"}),
    ),
)

EDGE: Final = (
    Wrong("E9150", "edge-function", {"Headers.Layers": ["arn:aws:lambda:us-east-1:111111111111:layer:sdk:1"]}),
    Wrong("E9150", "edge-function", {"Headers.VpcConfig": {"SubnetIds": ["subnet-11111111"]}}),
    Wrong("E9150", "edge-function", {"Headers.DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:1:dead"}}),
    Wrong("E9150", "edge-function", {"Headers.EphemeralStorage": {"Size": 1024}}),
    Wrong("E9150", "edge-function", {"Headers.Timeout": 60}),
    Wrong("E9150", "edge-function", {"Headers.Runtime": "java21"}),
    Wrong("E9150", "edge-function", {
        "Cdn.DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations.1.LambdaFunctionARN":
        "arn:aws:lambda:us-east-1:111111111111:function:auth:live"}),
)  # fmt: skip

WRONG: Final = (*API_REQUESTS, *POLICIES, *EDGE)
