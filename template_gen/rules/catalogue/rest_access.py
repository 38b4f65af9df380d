"""REST APIs: whom a resource policy lets in at all, and the account's role for logs; how Lambda authorizers answer."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Kind, Object, Protocol, Resource
from template_gen.rules.graph.api import api_id
from template_gen.rules.graph.function import may_do, of_role, statements, trusts
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_REST: Final = ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
_ACCOUNT: Final = "AWS::ApiGateway::Account"
_LOGGED: Final = ("AWS::ApiGateway::Stage", "AWS::Serverless::Api")
_INVOKE: Final = "execute-api:Invoke"
_ADDRESS: Final = "aws:sourceip"


@rule(
    "E9377",
    "The resource policy lets nobody in",
    symptom="Every request answers 403: User: anonymous is not authorized to perform: execute-api:Invoke.",
    fix="Add a statement {Effect: Allow, Principal: '*', Action: execute-api:Invoke, Resource: 'execute-api:/*'} to "
    "those that deny, or remove the Policy.",
    source=f"{_GATEWAY}/apigateway-authorization-flow.html",
)
def policy_allows_nobody(graph: Graph) -> Iterator[Place]:
    """Where requests are signed, the caller's own policies may allow them."""
    for api in graph.of(*_REST):
        policy = api.properties.get("Policy")
        if not isinstance(policy, Object) or graph.resources.unclear(policy) or policy.unknown("Statement"):
            continue
        found = list(statements(policy))
        if found and not any(one.allows and one.performs(_INVOKE) for one in found) and not _signed(api, graph):
            yield at(api.properties, "Policy", "no statement allows execute-api:Invoke")


def _signed(api: Resource, graph: Graph) -> bool:
    methods = (one.properties for one in graph.of("AWS::ApiGateway::Method") if api_id(one.properties) == api.id)
    documented = any(one.id == api.id and one.document for one in graph.apis)
    return documented or any(one.get("AuthorizationType") == "AWS_IAM" for one in methods)


@rule(
    "W9378",
    "The API answers some addresses only, and CloudFront's are others",
    symptom="Every request through CloudFront answers 403 (anonymous is not authorized): the API sees CloudFront's "
    "address, not the visitor's.",
    fix="Restrict addresses in the distribution (by a web ACL, or a CloudFront Function), and let CloudFront send a "
    "secret header that the API checks.",
    source=f"{_GATEWAY}/apigateway-resource-policies-examples.html",
)
def policy_by_address(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.API):
        api = graph.api(origin)
        auth = api.properties.object("Auth").object("ResourcePolicy") if api else Object()
        if auth.get("IpRangeWhitelist"):
            yield at(auth, "IpRangeWhitelist", f"origin {origin.id}")
        found = list(statements(api.properties.get("Policy"))) if api else []
        allowed = [one for one in found if one.allows and one.performs(_INVOKE)]
        asked = bool(allowed) and all(_by_address(one.body, "") for one in allowed)
        denied = any(one.body.get("Effect") == "Deny" and _by_address(one.body, "Not") for one in found)
        if api and (asked or denied):
            yield at(api.properties, "Policy", f"aws:SourceIp, origin {origin.id}")


def _by_address(statement: Object, negation: str) -> bool:
    """Its condition is on the caller's address: on one of a list, or (with `Not`) on one out of it."""
    tests = statement.object("Condition")
    names = (name for operator in tests if operator.endswith(f"{negation}IpAddress") for name in tests.object(operator))
    return any(name.lower() == _ADDRESS for name in names)


@rule(
    "E9379",
    "API Gateway may not write logs with this role",
    symptom="The deployment fails: the role ARN does not have required permissions configured, or cannot be assumed.",
    fix="Let the role trust apigateway.amazonaws.com and give it arn:aws:iam::aws:policy/service-role/"
    "AmazonAPIGatewayPushToCloudWatchLogs.",
    source=f"{_GATEWAY}/set-up-logging.html#set-up-access-logging-permissions",
)
def account_role(graph: Graph) -> Iterator[Place]:
    for account in graph.of(_ACCOUNT):
        role = graph.named(account.properties.get("CloudWatchRoleArn"), "AWS::IAM::Role")
        if role and not trusts(role, "apigateway", graph.resources):
            yield at(role.properties, "AssumeRolePolicyDocument", f"{account.id} needs apigateway.amazonaws.com")
        elif role and not may_do(of_role(role, graph.resources), "logs:PutLogEvents", role, graph.resources):
            yield at(role.properties, "ManagedPolicyArns", f"role of {account.id}")


@rule(
    "W9380",
    "The stage logs before the account may",
    symptom="The first deployment may fail: CloudWatch Logs role ARN must be set in account settings.",
    fix="Let the stage (SAM: the API) depend on the AWS::ApiGateway::Account: DependsOn.",
    source=f"{_GATEWAY}/set-up-logging.html",
)
def logs_before_account(graph: Graph) -> Iterator[Place]:
    """Only where the template sets the account's role itself; in other accounts it is set once for all."""
    accounts = {account.id for account in graph.of(_ACCOUNT)}
    for stage in graph.of(*_LOGGED) if accounts else ():
        levels = {one.text("LoggingLevel") for one in stage.properties.objects("MethodSettings")}
        logs = bool(levels & {"INFO", "ERROR"}) or "AccessLogSetting" in stage.properties
        if logs and not accounts & graph.resources.before(stage):
            yield at(stage.body, "DependsOn", f"without {', '.join(sorted(accounts))}")


@rule(
    "E9381",
    "The authorizer does not say how it answers",
    symptom="The deployment fails: AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer, "
    "EnableSimpleResponses is not supported with 1.0, or the type is not one of an HTTP API.",
    fix='Set AuthorizerType: REQUEST, AuthorizerPayloadFormatVersion: "2.0" and EnableSimpleResponses: true.',
    source=f"{_GATEWAY}/http-api-lambda-authorizer.html",
)
def authorizer_answer(graph: Graph) -> Iterator[Place]:
    http = {api.id for api in graph.apis if api.protocol is Protocol.HTTP}
    for found in graph.of("AWS::ApiGatewayV2::Authorizer"):
        given, version = found.properties, str(found.properties.get("AuthorizerPayloadFormatVersion", ""))
        if api_id(given) not in http or given.get("AuthorizerType") == "JWT":
            continue
        if given.get("AuthorizerType") == "TOKEN":
            yield at(given, "AuthorizerType")
        elif not version:
            yield at(given, "AuthorizerType", "no AuthorizerPayloadFormatVersion")
        elif version == "1.0" and given.flag("EnableSimpleResponses"):
            yield at(given, "EnableSimpleResponses", f"true, with version {version}")
