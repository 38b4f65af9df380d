"""Wrong templates around APIs and functions: who is let in, who answers, references of another kind, documents, ARNs,
lifecycle policies."""

import json
from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, Wrong, att, ref, resource, sub
from tests.template_gen.rules.wrong_calls import API_NAME

INVOKE: Final = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
ADDRESS: Final = {"aws:SourceIp": ["203.0.113.0/24"]}
ANSWER: Final = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
PUSH: Final = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
HTTP_GET: Final = "Http.Body.paths./items.get.x-amazon-apigateway-integration"
OUTPUT: Final = "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/"
LIFECYCLE: Final = "Repository.LifecyclePolicy.LifecyclePolicyText"


def statement(effect: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": effect, **INVOKE, **({"Condition": condition} if condition else {})}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Api.Policy": {"Version": "2012-10-17", "Statement": list(statements)}}


def account(service: str, *policies: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [trust]},
                    ManagedPolicyArns=list(policies))  # fmt: skip
    return {"LogRole": role, "Account": resource("AWS::ApiGateway::Account", CloudWatchRoleArn=att("LogRole.Arn"))}


def authorizer(**properties: Any) -> dict[str, Any]:
    """A Lambda authorizer of plain-site's HTTP API, which its route asks for."""
    given = {"ApiId": ref("Api"), "Name": "guard", "AuthorizerType": "REQUEST", "AuthorizerUri": sub(ANSWER),
             "IdentitySource": ["$request.header.Authorization"], **properties}  # fmt: skip
    asked = {"Route.AuthorizationType": "CUSTOM", "Route.AuthorizerId": ref("Guard")}
    return {"Guard": resource("AWS::ApiGatewayV2::Authorizer", **given), **asked}


def token(**properties: Any) -> dict[str, Any]:
    """The same of rest-api's REST API, allowed to call the function."""
    given = {"RestApiId": ref("Api"), "Name": "guard", "Type": "TOKEN", "AuthorizerUri": sub(ANSWER),
             "IdentitySource": "method.request.header.Authorization", **properties}  # fmt: skip
    asked = {"Below.AuthorizationType": "CUSTOM", "Below.AuthorizerId": ref("Guard")}
    return {"Guard": resource("AWS::ApiGateway::Authorizer", **given), **asked}


def images(**change: Any) -> dict[str, Any]:
    """A lifecycle policy of two rules, the second of them changed."""
    kept = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}
    last = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}
    expire = {"action": {"type": "expire"}}
    rules = [
        {"rulePriority": 2, "selection": kept, **expire},
        {"rulePriority": 3, "selection": last, **expire, **change},
    ]
    return {LIFECYCLE: json.dumps({"rules": rules})}


AGED: Final = {"tagStatus": "tagged", "countType": "sinceImagePushed", "countNumber": 90}
GATES: Final = (
    Wrong("E9377", "rest-api", policy(statement("Deny", NotIpAddress=ADDRESS)), frozenset({"W9378"})),
    Wrong("W9378", "rest-api", policy(statement("Allow", IpAddress=ADDRESS))),
    Wrong("W9378", "rest-api", policy(statement("Allow"), statement("Deny", NotIpAddress=ADDRESS))),
    Wrong("E9379", "rest-api", account("lambda.amazonaws.com", PUSH)),
    Wrong("E9379", "rest-api", account("apigateway.amazonaws.com")),
    Wrong("W9380", "rest-api", {**account("apigateway.amazonaws.com", PUSH), "Stage.MethodSettings": [
        {"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "INFO"}]}),
    Wrong("E9381", "plain-site", authorizer()),
    Wrong("E9381", "plain-site", authorizer(AuthorizerPayloadFormatVersion="1.0", EnableSimpleResponses=True)),
    Wrong("E9235", "plain-site", authorizer(AuthorizerPayloadFormatVersion="2.0", AuthorizerUri=att("Function.Arn"))),
    Wrong("E9259", "rest-api", token(IdentitySource="$request.header.Authorization")),
    Wrong("E9205", "rest-api", {**token(), "Permission.SourceArn":
          sub("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/prod/*")}),
    Wrong("E9205", "plain-site", {"Permission.SourceArn":
          sub("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:a1b2c3d4e5/*")}),
    Wrong("E9223", "plain-site", {"Role.AssumeRolePolicyDocument.Statement.0.Principal.Service": "lambda.aws.com"}),
    Wrong("W9263", "rest-api", {"Key": resource("AWS::ApiGateway::ApiKey", Enabled=True)}),
)  # fmt: skip

PATHS: Final = (
    Wrong("E9208", "rest-api", {"Stage.DeploymentId": GONE}),
    Wrong("E9219", "rest-api", {"Deep": resource(
        "AWS::ApiGateway::Resource", RestApiId=ref("Api"), ParentId=ref("Everything"), PathPart="items")}),
    Wrong("W9335", "rest-api", {"/Outputs": {"Url": {"Value": sub(OUTPUT)}}}),
    Wrong("E9388", "plain-site", {
        "Name": API_NAME,
        "Mapping": resource("AWS::ApiGatewayV2::ApiMapping", ApiId=ref("Api"), DomainName=ref("Name"),
                            Stage=ref("Stage")),
        "Distribution.DistributionConfig.Origins.1.DomainName": att("Name.RegionalDomainName"),
    }),
    Wrong("E9351", "plain-site", {"Integration.ConnectionType": "VPC_LINK"}),
)  # fmt: skip

DOCUMENTS: Final = (
    Wrong("E9207", "documented", {f"{HTTP_GET}.payloadFormatVersion": GONE}),
    Wrong("E9215", "documented", {f"{HTTP_GET}.httpMethod": "GET"}),
    Wrong("E9351", "documented", {f"{HTTP_GET}.type": "aws"}),
    Wrong("E9358", "documented", {"Http.Body.swagger": "2.0", "Http.Body.openapi": GONE}),
    Wrong("E9385", "documented", {"Rest.Body.paths./things/{id}.delete": {"responses": {}}}),
)

OTHERS: Final = (
    Wrong("E9384", "jobs", {"TopicPermission.FunctionName": ref("Role")}),
    Wrong("E9384", "signed-in", {"Client.UserPoolId": ref("F")}),
    Wrong("E9384", "plain-site", {"Key": resource("AWS::CloudFront::PublicKey", PublicKeyConfig={
        "CallerReference": "a", "EncodedKey": "a", "Name": "a"}),
        "Distribution.DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups": [ref("Key")]}),
    Wrong("E9222", "jobs", {"News": resource("AWS::SNS::Topic", Subscription=[
        {"Protocol": "lambda", "Endpoint": att("Function.Arn")}])}),
    Wrong("E9387", "function-url", {"Function.FunctionUrlConfig.InvokeMode": "STREAM"}),
    Wrong("E9387", "workers", {"FromQueue.Events.Queue.Properties.FunctionResponseTypes": ["ReportBatchItemFailure"]}),
    Wrong("E9296", "workers", {"FromTopic.Policies": ["SQSSendMessagePolicy"]}),
    Wrong("E9221", "signed-in", {"Api.Auth.Authorizers.C": {"FunctionArn": ref("F")}}),
    Wrong("E9221", "failover", {"Redirects.FunctionConfig.KeyValueStoreAssociations.0.KeyValueStoreARN": ref("Store")}),
    Wrong("E9295", "workers", {"FromTopic.Policies": [{"SSMParameterReadPolicy": {"ParameterName": "/shop/db"}}]}),
)  # fmt: skip


def granted(action: str, arn: str) -> dict[str, Any]:
    allowed = {"Effect": "Allow", "Action": action, "Resource": sub(f"arn:aws:{arn}")}
    return {"Role.Policies.0.PolicyDocument.Statement.1": allowed}


PLACE: Final = "${AWS::Region}:${AWS::AccountId}"
ARNS: Final = (
    Wrong("E9352", "plain-site", granted("ssm:GetParameter", f"ssm:{PLACE}:parameter//shop/db")),
    Wrong("E9352", "plain-site", granted("ssm:GetParameter", f"ssm:{PLACE}:parameters/shop/db")),
    Wrong("E9352", "plain-site", granted("secretsmanager:GetSecretValue", f"secretsmanager:{PLACE}:secret:shop/db")),
)

IMAGES: Final = (
    Wrong("E9386", "registry", images(rulePriority=2)),
    Wrong("E9386", "registry", images(rulePriority=1)),
    Wrong("E9386", "registry", images(selection={**AGED, "countUnit": "days"})),
    Wrong("E9386", "registry", images(selection={**AGED, "tagPatternList": ["v*"]})),
    Wrong("E9386", "registry", images(action=None)),
    Wrong("E9386", "registry", {LIFECYCLE: '{"rules": [{"rulePriority": 1, }]}'}),
)

WRONG: Final = (*GATES, *PATHS, *DOCUMENTS, *OTHERS, *ARNS, *IMAGES)
