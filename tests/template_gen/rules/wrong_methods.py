"""Wrong templates of APIs method by method, of their addresses and domain names, and of functions' settings."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, RECORD, Wrong, att, ref, resource, sub

MOCK: Final = {"Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode": 200}'}}
ORIGIN: Final = "method.response.header.Access-Control-Allow-Origin"
ITEMS: Final = "Http.Body.paths./items.get"
THING: Final = "Rest.Body.paths./things/{id}.get"
PREFLIGHT: Final = "Rest.Body.paths./things/{id}.options.x-amazon-apigateway-integration"
SCHEME: Final = "Http.Body.components.securitySchemes.jwt.x-amazon-apigateway-authorizer"


def preflight(integration: dict[str, Any], **answer: Any) -> dict[str, Any]:
    method = resource("AWS::ApiGateway::Method", RestApiId=ref("Api"), ResourceId=ref("Everything"),
                      HttpMethod="OPTIONS", AuthorizationType="NONE", Integration=integration,
                      MethodResponses=[{"StatusCode": "200", **answer}])  # fmt: skip
    return {"Preflight": method, "Deployment:DependsOn": ["Root", "Below", "Preflight"]}


def named(**properties: Any) -> dict[str, Any]:
    return {"Name": resource("AWS::ApiGatewayV2::DomainName", DomainName="api.example.com", **properties)}


def record(target: str) -> dict[str, Any]:
    return {"Record": resource("AWS::Route53::RecordSet", HostedZoneId="Z1", Name="api.example.com", Type="A",
                               AliasTarget={"DNSName": att(f"Name.{target}"),
                                            "HostedZoneId": att("Name.RegionalHostedZoneId")})}  # fmt: skip


def certificate(name: str, **option: str) -> dict[str, Any]:
    options = [{"DomainName": name, **option}]
    return {"Own": resource("AWS::CertificateManager::Certificate", DomainName=name, ValidationMethod="DNS",
                            DomainValidationOptions=options)}  # fmt: skip


def mapping(key: str = "") -> dict[str, Any]:
    path = {"ApiMappingKey": key} if key else {}
    return {"Mapping": resource("AWS::ApiGatewayV2::ApiMapping", ApiId=ref("Api"), DomainName=ref("Name"),
                                Stage=ref("Stage"), **path)}  # fmt: skip


METHODS: Final = (
    Wrong("E9269", "rest-api", preflight({"Type": "MOCK"})),
    Wrong("E9269", "rest-api", preflight({**MOCK, "RequestTemplates": {"application/json": "{status: 200}"}})),
    Wrong("E9270", "rest-api", preflight({**MOCK, "IntegrationResponses": [
        {"StatusCode": "200", "ResponseParameters": {ORIGIN: "'*'"}}]})),
    Wrong("E9217", "rest-api", preflight({**MOCK, "IntegrationResponses": [
        {"StatusCode": "200", "ResponseParameters": {ORIGIN: "*"}}]}, ResponseParameters={ORIGIN: True})),
    Wrong("E9271", "rest-api", {"Everything.ParentId": ref("Api")}),
    Wrong("E9272", "workers", {"Shop": resource(
        "AWS::Serverless::Api", StageName="v1", EndpointConfiguration={"Type": "PRIVATE"})}),
    Wrong("E9273", "rest-api", {"Root.Integration.Type": "HTTP_PROXY"}, frozenset()),
    Wrong("E9273", "plain-site", {"Integration.IntegrationType": "HTTP_PROXY"}),
    Wrong("W9274", "plain-site", {"Stage.AccessLogSettings": {"DestinationArn": att("Logs.Arn"),
                                                              "Format": "$context.status"}}),
    Wrong("E9221", "plain-site", {"Stage.AccessLogSettings": {"DestinationArn": ref("Logs"),
                                                              "Format": "$context.requestId"}}),
    Wrong("E9275", "plain-site", {"Again": resource(
        "AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="ANY /api/{proxy+}",
        Target=sub("integrations/${Integration}"))}),
    Wrong("E9275", "http-api", {"Function.Events.Again": {"Type": "HttpApi", "Properties": {
        "ApiId": ref("Api"), "Path": "/items", "Method": "get"}}}),
    Wrong("E9351", "signed-in", {"Api.GatewayResponses": {"DEFAULT_4xx": {"StatusCode": 400}}}),
    Wrong("E9351", "rest-api", {"Stage.MethodSettings": [{"ResourcePath": "items", "HttpMethod": "GET"}]}),
    Wrong("E9351", "plain-site", {"Integration.TimeoutInMillis": 60000}),
    Wrong("E9351", "plain-site", {"Integration.IntegrationType": "AWS"}),
    Wrong("W9164", "rest-api", {"Name": resource(
        "AWS::ApiGateway::DomainName", DomainName="api.example.com", SecurityPolicy="TLS_1_0"),
        "Outputs": {"Name": {"Value": ref("Name")}}}),
    Wrong("E9353", "signed-in", {"F.Events.C": {"Type": "Api", "Properties": {
        "RestApiId": ref("H"), "Path": "/c", "Method": "get"}}}),
    Wrong("W9356", "http-api", {"Function.Events.More": {"Type": "HttpApi", "Properties": {
        "Path": "/more", "Method": "GET"}}}),
    Wrong("W9356", "http-api", {"Function.Events.More": {"Type": "Api", "Properties": {
        "Path": "/more", "Method": "GET"}}}),
    Wrong("E9207", "plain-site", {"Integration.PayloadFormatVersion": "3.0"}),
    Wrong("E9207", "http-api", {"Function.Events.List.Properties.PayloadFormatVersion": "2"}),
    Wrong("E9208", "plain-site", {"Route.Target": sub("integrations/${Function}")}),
    Wrong("E9210", "rest-api", {"Stage.MethodSettings": [
        {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingBurstLimit": 0}]}),
    Wrong("E9219", "http-api", {"Function.Events.List.Properties.Path": "/items/:id"}),
    Wrong("E9219", "http-api", {"Function.Events.List.Properties.Method": "GET,POST"}),
    Wrong("E9219", "rest-api", {"Everything.PathPart": ":id"}),
    Wrong("E9235", "rest-api", {"Root.Integration.Uri": sub(
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-01/functions/${Function.Arn}/invocations")}),
)  # fmt: skip

DOCUMENTS: Final = (
    Wrong("E9257", "documented", {f"{SCHEME}.jwtConfiguration.issuer": "id.example.com"}),
    Wrong("E9258", "documented", {f"{SCHEME}.jwtConfiguration.audience": []}),
    Wrong("E9259", "documented", {f"{SCHEME}.identitySource": "method.request.header.Authorization"}),
    Wrong("E9207", "documented", {f"{ITEMS}.x-amazon-apigateway-integration.payloadFormatVersion": "3.0"}),
    Wrong("E9215", "documented", {f"{THING}.x-amazon-apigateway-integration.httpMethod": "GET"}),
    Wrong("E9273", "documented", {f"{THING}.x-amazon-apigateway-integration.type": "http_proxy"}),
    Wrong("E9269", "documented", {f"{PREFLIGHT}.requestTemplates": GONE}),
    Wrong("E9270", "documented", {"Rest.Body.paths./things/{id}.options.responses": {"200": {}}}),
    Wrong("E9217", "documented", {f"{PREFLIGHT}.responses.default.responseParameters": {ORIGIN: "*"}}),
    Wrong("E9358", "documented", {"Http.Body.paths.items": {"get": {}}}, frozenset({"E9385"})),
    Wrong("E9358", "documented", {"Http.Body.paths./items.any": {}}),
    Wrong("E9359", "documented", {f"{ITEMS}.security": [{"cognito": []}]}),
    Wrong("W9360", "documented", {f"{ITEMS}.security": GONE}),
    Wrong("E9219", "sockets", {"Typo": resource("AWS::ApiGatewayV2::Route", ApiId=ref("Ws"), RouteKey="$connected")}),
)  # fmt: skip

ADDRESSES: Final = (
    Wrong("W9335", "rest-api", {"Outputs": {"Url": {"Value": sub(
        "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/Prod/")}}}),
    Wrong("W9335", "site", {"Outputs": {"Url": {"Value": sub(
        "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod")}}}),
    Wrong("W9336", "http-api", {"Api.DisableExecuteApiEndpoint": True,
                                "Outputs": {"Url": {"Value": att("Api.ApiEndpoint")}}}),
    Wrong("E9337", "rest-api", {
        "Name": resource("AWS::ApiGateway::DomainName", DomainName="api.example.com",
                         EndpointConfiguration={"Types": ["REGIONAL"]}),
        "Mapping": resource("AWS::ApiGateway::BasePathMapping", DomainName=ref("Name"), RestApiId=ref("Api"),
                            Stage=ref("Stage")), **record("DistributionDomainName")}),
    Wrong("E9338", "plain-site", {**named(), **mapping("/v1")}),
    Wrong("W9355", "plain-site", {**named(DomainNameConfigurations=[{"CertificateArn": ref("Own")}]), **mapping(),
                                  **certificate("api.example.com", HostedZoneId="Z1")}),
    Wrong("E9162", "plain-site", {
        **named(DomainNameConfigurations=[{"CertificateArn": ref("Own")}]), **mapping(),
        **certificate("www.example.com", HostedZoneId="Z1"), **record("RegionalDomainName")}),
    Wrong("E9341", "site", {
        "Distribution.DistributionConfig.ViewerCertificate.IamCertificateId": ref("Certificate"),
        "Distribution.DistributionConfig.ViewerCertificate.AcmCertificateArn": GONE}),
    Wrong("E9339", "site", {f"{RECORD}.AliasTarget.EvaluateTargetHealth": True}),
    Wrong("W9340", "plain-site", {"Record": resource(
        "AWS::Route53::RecordSet", HostedZoneName="example.com", Name=sub("${AWS::StackName}.example.com"),
        Type="CNAME", TTL="60", ResourceRecords=["example.net"])}),
)  # fmt: skip

SETTINGS: Final = (
    Wrong("E9232", "http-api", {"Function.Handler": "handler"}),
    Wrong("E9232", "http-api", {"Function.Handler": "src/app.py.handler"}),
    Wrong("W9342", "workers", {"FromQueue.ReservedConcurrentExecutions": 0}),
    Wrong("E9343", "http-api", {"Function.DeploymentPreference": {"Type": "AllAtOnce"}}),
    Wrong("E9343", "http-api", {"Function.ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}),
    Wrong("E9344", "hello-image", {"HelloFunction.PackageType": GONE}),
    Wrong("E9344", "plain-site", {"Function.PackageType": "Zip"}),
    Wrong("E9345", "site", {"Function.LoggingConfig.ApplicationLogLevel": "WARN"}),
)

WRONG: Final = (*METHODS, *DOCUMENTS, *ADDRESSES, *SETTINGS)
