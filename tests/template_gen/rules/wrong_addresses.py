"""Wrong templates of function URLs and of DNS records: who may call, and where a name leads."""

from typing import Any, Final

from tests.template_gen.rules.wrong import RECORD, Wrong, att, ref, resource, sub
from tests.template_gen.rules.wrong_calls import API_NAME, record

CLOUDFRONT: Final = "Z2FDTNDATAQYW2"


REST_NAME: Final = resource(
    "AWS::ApiGateway::DomainName",
    DomainName="api.example.com",
    EndpointConfiguration={"Types": ["REGIONAL"]},
    RegionalCertificateArn="arn:aws:acm:us-east-1:111111111111:certificate/1",
)


def permission(action: str, **more: Any) -> dict[str, Any]:
    return resource("AWS::Lambda::Permission", FunctionName=ref("Function"), Action=action, Principal="*", **more)


URL: Final = {"Url": resource("AWS::Lambda::Url", TargetFunctionArn=att("Function.Arn"), AuthType="NONE")}
MAY_CALL: Final = permission("lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
MAY_INVOKE: Final = permission("lambda:InvokeFunction", InvokedViaFunctionUrl=True)
URLS: Final = (
    Wrong("E9233", "jobs", URL),
    Wrong("E9233", "jobs", {**URL, "MayCall": MAY_CALL}),
    Wrong("E9233", "jobs", {**URL, "MayInvoke": MAY_INVOKE}),
    Wrong(
        "E9233",
        "jobs",
        {**URL, "MayCall": permission("lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM"), "Also": MAY_INVOKE},
        frozenset({"W9334"}),
    ),
    Wrong("E9152", "function-url", {"MayInvokeUrl.FunctionUrlAuthType": "NONE"}),
)


def api_record(name: str, zone: object) -> dict[str, Any]:
    target = {"DNSName": att(f"Name.{name}"), "HostedZoneId": zone}
    return {"Name": API_NAME, "Record": record("api.example.com", "A", AliasTarget=target)}


RECORDS: Final = (
    Wrong("E9234", "plain-site", {"Record": record("a.example.com", "A", TTL="60", ResourceRecords=[
        att("Distribution.DomainName")])}, frozenset({"E9166"})),
    Wrong("E9234", "plain-site", {"Record": record("a.example.com", "AAAA", TTL="60", ResourceRecords=[
        sub("${Bucket}.s3-website-us-east-1.amazonaws.com")])}),
    Wrong("E9234", "plain-site", {"Record": record("a.example.com", "CNAME", TTL="60", ResourceRecords=[
        sub("https://${Distribution.DomainName}")])}, frozenset({"E9166"})),
    Wrong("E9234", "plain-site", {"Record": record("a.example.com", "A", AliasTarget={
        "DNSName": att("Bucket.WebsiteURL"), "HostedZoneId": "Z3AQBSTGFYJSTF"})}),
    Wrong("E9167", "rest-api", {**api_record("RegionalDomainName", att("Name.DistributionHostedZoneId")),
                                "Name": REST_NAME}, frozenset({"W9238"})),
    Wrong("E9167", "plain-site", api_record("RegionalDomainName", "Z1UJRXOUMOOFQ8"), frozenset({"W9238"})),
    Wrong("E9167", "plain-site", {"Record": record("a.example.com", "A", AliasTarget={
        "DNSName": "s3-website-us-east-1.amazonaws.com", "HostedZoneId": CLOUDFRONT})}),
    Wrong("E9167", "balancer", {"Record": record("a.example.com", "A", AliasTarget={
        "DNSName": att("Lb.DNSName"), "HostedZoneId": CLOUDFRONT})}),
    Wrong("E9167", "site", {f"{RECORD}.AliasTarget.HostedZoneId": "Z2FDTNDATAQYW"}),
)  # fmt: skip

WRONG: Final = (*URLS, *RECORDS)
