"""Wrong templates of API Gateway: integrations, authorizers, stages, domain names, CORS."""

from typing import Any, Final

from tests.template_gen.rules.wrong import Wrong, att, ref, resource, sub
from tests.template_gen.rules.wrong_calls import API_NAME

INVOKE: Final = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
CERTIFICATE: Final = "arn:aws:acm:%s:111111111111:certificate/1"
MOCK: Final = {"Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode": 200}'}}


def rest_name(key: str, region: str = "us-east-1", **more: Any) -> dict[str, Any]:
    name = resource("AWS::ApiGateway::DomainName", DomainName="api.example.com", **{key: CERTIFICATE % region}, **more)
    return {"Name": name, "Mapping": mapping(ref("Stage"))}


def mapping(stage: object) -> dict[str, Any]:
    return resource("AWS::ApiGateway::BasePathMapping", DomainName=ref("Name"), RestApiId=ref("Api"), Stage=stage)


REGIONAL: Final[dict[str, Any]] = {"EndpointConfiguration": {"Types": ["REGIONAL"]}}
OF_HTTP: Final = resource("AWS::ApiGatewayV2::ApiMapping", DomainName=ref("Name"), ApiId=ref("Api"), Stage="live")
DOCUMENTED: Final = resource("AWS::ApiGateway::RestApi", Body={"openapi": "3.0.1", "paths": {"/": {"get": {
    "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": att("Function.Arn")},
}}}})  # fmt: skip

INTEGRATIONS: Final = (
    Wrong("E9235", "rest-api", {"Root.Integration.Uri": att("Function.Arn")}),
    Wrong("E9235", "rest-api", {"Root.Integration.Uri": sub(INVOKE + "${Function.Arn}")}),
    Wrong("E9235", "rest-api", {"Root.Integration.Uri": sub(INVOKE + "${Function}/invocations")}),
    Wrong("E9235", "rest-api", {"Documented": DOCUMENTED}, frozenset({"E9205"})),
    Wrong("E9236", "rest-api", {"Api.EndpointConfiguration": {"Types": ["PRIVATE"]}}, frozenset({"E9272"})),
    Wrong("E9208", "plain-site", {"Route.Target": sub("/integrations/${Integration}")}),
    Wrong("E9208", "plain-site", {"Route.Target": sub("integration/${Integration}")}),
    Wrong("E9219", "plain-site", {"Route.RouteKey": "ANY /api/{proxy+}/items"}),
    Wrong("E9219", "rest-api", {"Everything.PathPart": "items/{id}"}),
)

AUTHORIZERS: Final = (
    Wrong("E9239", "rest-api", {"Root.AuthorizationType": "COGNITO_USER_POOLS"}),
    Wrong("E9239", "plain-site", {"Route.AuthorizationType": "JWT"}),
    Wrong("E9205", "plain-site", {
        "Check": resource("AWS::Lambda::Function", Handler="a.b", Runtime="python3.13", Role=att("Role.Arn"),
                          Code={"ZipFile": "def b(event, context): return {}"}),
        "Authorizer": resource("AWS::ApiGatewayV2::Authorizer", ApiId=ref("Api"), AuthorizerType="REQUEST",
                               Name="check", AuthorizerPayloadFormatVersion="2.0",
                               AuthorizerUri=sub(INVOKE + "${Check.Arn}/invocations"))},
          frozenset({"W9260"})),
)  # fmt: skip

STAGES: Final = (
    Wrong("E9241", "rest-api", {"Deployment.StageName": "prod"}),
    Wrong("E9242", "rest-api", {**rest_name("RegionalCertificateArn", **REGIONAL), "Mapping": mapping("live")}),
    Wrong("W9243", "rest-api", {**rest_name("RegionalCertificateArn", **REGIONAL), "Mapping": mapping("prod")}),
    Wrong("W9243", "plain-site", {"Name": API_NAME, "Mapping": OF_HTTP}),
    Wrong("W9243", "rest-api", {"Plan": resource("AWS::ApiGateway::UsagePlan", ApiStages=[
        {"ApiId": ref("Api"), "Stage": "prod"}])}),
)  # fmt: skip

NAMES: Final = (
    Wrong("E9237", "rest-api", rest_name("RegionalCertificateArn")),
    Wrong("E9237", "rest-api", rest_name("CertificateArn", **REGIONAL)),
    Wrong("E9174", "rest-api", rest_name("RegionalCertificateArn", "eu-west-1", **REGIONAL)),
    Wrong("E9174", "rest-api", rest_name("CertificateArn", "eu-west-1")),
    Wrong("W9238", "plain-site", {"Name": API_NAME}),
)

AUTH: Final = {
    "DefaultAuthorizer": "Pool",
    "Authorizers": {"Pool": {"UserPoolArn": "arn:aws:cognito-idp:us-east-1:1:x"}},
}
CORS: Final = "Api.CorsConfiguration"
SHOP: Final = "https://shop.example.com"
BROWSERS: Final = (
    Wrong("E9240", "workers", {"Shop": resource("AWS::Serverless::Api", StageName="v1", Cors=f"'{SHOP}'", Auth=AUTH)}),
    Wrong("E9240", "rest-api", {"Preflight": resource(
        "AWS::ApiGateway::Method", RestApiId=ref("Api"), ResourceId=ref("Everything"), HttpMethod="OPTIONS",
        AuthorizationType="AWS_IAM", Integration=MOCK), "Deployment:DependsOn": ["Root", "Below", "Preflight"]}),
    Wrong("E9244", "site", {CORS: {"AllowOrigins": [f"{SHOP}/"]}}),
    Wrong("E9244", "site", {CORS: {"AllowOrigins": ["shop.example.com"]}}),
    Wrong("E9244", "workers", {"Shop": resource("AWS::Serverless::Api", StageName="v1", Cors={
        "AllowOrigin": f"'{SHOP}/'"})}),
    Wrong("E9244", "jobs", {"Uploads.CorsConfiguration": {"CorsRules": [
        {"AllowedMethods": ["PUT"], "AllowedOrigins": [f"{SHOP}/"]}]}}),
    Wrong("W9245", "plain-site", {
        CORS: {"AllowOrigins": [SHOP], "AllowMethods": ["GET", "POST"]},
        "Change": resource("AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="PUT /api/items",
                           Target=sub("integrations/${Integration}"))}),
    Wrong("I9246", "plain-site", {
        CORS: {"AllowOrigins": [SHOP], "AllowHeaders": ["content-type"]},
        "Route.AuthorizationType": "AWS_IAM"}),
)  # fmt: skip

WRONG: Final = (*INTEGRATIONS, *AUTHORIZERS, *STAGES, *NAMES, *BROWSERS)
