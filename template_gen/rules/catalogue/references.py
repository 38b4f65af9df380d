"""References: where a resource of one kind is named, and another one stands."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, symbols

_REFERENCE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_CONFIG: Final = "DistributionConfig"
_FUNCTION: Final = (
    "AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version",
    "AWS::Lambda::Url",  # a Ref of it is the function's ARN
)  # fmt: skip
_REST: Final = ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
_HTTP: Final = ("AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi", "AWS::Serverless::WebSocketApi")
_V1: Final = "AWS::ApiGateway::"
_V2: Final = "AWS::ApiGatewayV2::"
_POOL: Final = ("AWS::Cognito::UserPool",)
# Type, way to the reference, the types that it may be of.
_WANTED: Final = (
    *(
        ("AWS::CloudFront::Distribution", f"{_CONFIG}.{behavior}.TrustedKeyGroups", ("AWS::CloudFront::KeyGroup",))
        for behavior in ("DefaultCacheBehavior", "CacheBehaviors")
    ),
    ("AWS::CloudFront::KeyGroup", "KeyGroupConfig.Items", ("AWS::CloudFront::PublicKey",)),
    ("AWS::Lambda::Permission", "FunctionName", _FUNCTION),
    ("AWS::Lambda::Url", "TargetFunctionArn", _FUNCTION),
    ("AWS::Lambda::EventSourceMapping", "FunctionName", _FUNCTION),
    ("AWS::Lambda::Function", "Layers", ("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion")),
    ("AWS::Serverless::Function", "Layers", ("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion")),
    *((f"{_V1}{kind}", "RestApiId", _REST) for kind in ("Method", "Resource", "Deployment", "Stage", "Authorizer")),
    *((f"{_V2}{kind}", "ApiId", _HTTP) for kind in ("Route", "Integration", "Stage", "Authorizer")),
    (f"{_V2}ApiMapping", "ApiId", (*_HTTP, *_REST)),
    (f"{_V1}BasePathMapping", "RestApiId", _REST),
    (f"{_V1}Stage", "DeploymentId", (f"{_V1}Deployment",)),
    (f"{_V1}Method", "AuthorizerId", (f"{_V1}Authorizer",)),
    (f"{_V2}Route", "AuthorizerId", (f"{_V2}Authorizer",)),
    (f"{_V1}UsagePlanKey", "KeyId", (f"{_V1}ApiKey",)),
    (f"{_V1}UsagePlanKey", "UsagePlanId", (f"{_V1}UsagePlan",)),
    ("AWS::Cognito::UserPoolClient", "UserPoolId", _POOL),
    ("AWS::Cognito::UserPoolDomain", "UserPoolId", _POOL),
    ("AWS::S3::BucketPolicy", "Bucket", ("AWS::S3::Bucket",)),
)
# What may stand for a resource of any kind: its value is made elsewhere.
_STANDS_FOR: Final = ("AWS::CloudFormation::", "Custom::", "AWS::SSM::", "AWS::Serverless::Application")


@rule(
    "E9384",
    "The reference is to a resource of another kind",
    symptom="The deployment fails: the id does not exist or is not valid; a permission lets nothing call the function.",
    fix="Write !Ref of the resource that is meant: a key group for TrustedKeyGroups, a function for FunctionName, an "
    "API for ApiId, a user pool for UserPoolId.",
    source=f"{_REFERENCE}/intrinsic-function-reference-ref.html",
)
def of_another_kind(graph: Graph) -> Iterator[Place]:
    for kind, way, wanted in _WANTED:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                for value in holder.texts(key):
                    named = graph.named(value) if len(symbols(value)) == 1 and value.startswith("${") else None
                    if named and named.type not in wanted and not named.type.startswith(_STANDS_FOR):
                        yield at(holder, key, f"{named.id}, {named.type}")
