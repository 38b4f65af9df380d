"""Wrong templates of CloudFront's own settings: origin groups, policies, code and functions at the edge; web ACLs."""

from typing import Any, Final

from tests.template_gen.rules.wrong import (
    API,
    CACHE,
    CONFIG,
    GONE,
    HEADERS,
    PAGE,
    PLAIN_API,
    Wrong,
    att,
    ref,
    resource,
)
from tests.template_gen.rules.wrong_edge import CODE

GROUPS: Final = f"{CONFIG}.OriginGroups"
FUNCTION: Final = f"{CONFIG}.DefaultCacheBehavior.FunctionAssociations.0.FunctionARN"
REDIRECT: Final = "function handler(event) { return {statusCode: 301, headers: {location: {value: '/'}}} }"
EDGE: Final = "Cdn.DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations"
VIEWER: Final = {f"{EDGE}.0.EventType": "viewer-response"}


def groups(*members: str, codes: tuple[int, ...] = (500,), count: int = 2) -> dict[str, Any]:
    group = {
        "Id": "group",
        "FailoverCriteria": {"StatusCodes": {"Quantity": len(codes), "Items": list(codes)}},
        "Members": {"Quantity": count, "Items": [{"OriginId": member} for member in members]},
    }
    return {"Quantity": 1, "Items": [group]}


def headers_policy(**config: Any) -> dict[str, Any]:
    return {
        "Headers": resource(
            "AWS::CloudFront::ResponseHeadersPolicy", ResponseHeadersPolicyConfig={"Name": "headers", **config}
        ),
        f"{PAGE}.ResponseHeadersPolicyId": ref("Headers"),
    }


ORIGIN_GROUPS: Final = (
    Wrong("E9361", "site", {GROUPS: groups("frontend", "spare"), f"{PAGE}.TargetOriginId": "group"}),
    Wrong("E9361", "site", {GROUPS: groups("frontend", "api", count=3), f"{PAGE}.TargetOriginId": "group"}),
    Wrong("E9361", "site", {GROUPS: groups("frontend", "api", codes=(500, 501)), f"{PAGE}.TargetOriginId": "group"}),
    Wrong("E9361", "site", {GROUPS: groups("api", "frontend"), f"{API}.TargetOriginId": "group"}),
    Wrong("E9362", "edge-function", {"Cdn.DistributionConfig.Origins.1": {
        "Id": "server", "DomainName": "spare.example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
    }}),
)  # fmt: skip

POLICIES: Final = (
    Wrong("E9363", "plain-site", {f"{PLAIN_API}.CachePolicyId": GONE, f"{PLAIN_API}.ForwardedValues": {
        "QueryString": True, "Headers": ["Authorization"]}}),
    Wrong("E9364", "plain-site", {f"{CACHE}.MinTTL": 5, f"{CACHE}.MaxTTL": 1, f"{CACHE}.DefaultTTL": 5},
          frozenset({"E9103"})),
    Wrong("E9364", "static-legacy", {"Cdn.DistributionConfig.DefaultCacheBehavior.DefaultTTL": 86400,
                                     "Cdn.DistributionConfig.DefaultCacheBehavior.MaxTTL": 60}),
    Wrong("E9365", "plain-site", {f"{HEADERS}.Headers": GONE}),
    Wrong("E9365", "static-legacy", {"Cdn.DistributionConfig.DefaultCacheBehavior.ForwardedValues.Cookies": {
        "Forward": "whitelist"}}),
    Wrong("E9365", "site", {f"{CONFIG}.Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist"}}}),
    Wrong("E9366", "site", headers_policy(CustomHeadersConfig={"Items": [
        {"Header": "Strict-Transport-Security", "Value": "max-age=1", "Override": True}]})),
    Wrong("E9366", "site", headers_policy(CorsConfig={
        "AccessControlAllowCredentials": True, "AccessControlAllowHeaders": {"Items": ["*"]},
        "AccessControlAllowMethods": {"Items": ["GET"]}, "OriginOverride": True,
        "AccessControlAllowOrigins": {"Items": ["https://example.com"]}})),
    Wrong("E9105", "site", {f"{API}.CachedMethods": ["GET", "HEAD", "POST"]}),
)  # fmt: skip

CODES: Final = (
    Wrong("E9254", "site", {CODE: "import cf from 'cloudfront'; function handler(event) { return event.request }",
                            "Rewrite.FunctionConfig.Runtime": "cloudfront-js-1.0"}),
    Wrong("E9254", "site", {CODE: "function handler(event) { if (process.env.X) { } return event.request }"}),
    Wrong("E9254", "site", {CODE: "function handler(event) { fetch('https://a.b'); return event.request }"}),
    Wrong("E9254", "site", {"Store": resource("AWS::CloudFront::KeyValueStore", Name="store"),
                            "Rewrite.FunctionConfig.KeyValueStoreAssociations": [
                                {"KeyValueStoreARN": att("Store.Arn")}],
                            "Rewrite.FunctionConfig.Runtime": "cloudfront-js-1.0"}),
    Wrong("E9256", "site", {FUNCTION: "rewrite"}),
    Wrong("E9367", "site", {CODE: REDIRECT.replace("301", "'301'")}),
    Wrong("E9367", "site", {CODE: REDIRECT.replace("location", "Location")}),
    Wrong("E9367", "site", {CODE: REDIRECT.replace("{value: '/'}", "'/'")}),
    Wrong("E9367", "site", {CODE: "function handler(event) { const r = event.request; "
                                  "r.uri = r.headers['Accept-Language'].value; return r }"}),
)  # fmt: skip

AT_THE_EDGE: Final = (
    Wrong("E9150", "edge-function", {**VIEWER, "Headers.Timeout": 10}),
    Wrong("E9150", "edge-function", {**VIEWER, "Headers.MemorySize": 512}),
    Wrong("E9150", "edge-function", {f"{EDGE}.0.IncludeBody": True}),
    Wrong("W9143", "static-legacy", {"Cdn.DistributionConfig.CustomErrorResponses": [
        {"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}]}),
)  # fmt: skip


def web_acl(default: str = "Allow", **change: Any) -> dict[str, Any]:
    metrics = {"CloudWatchMetricsEnabled": True, "MetricName": "acl", "SampledRequestsEnabled": True}
    group = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
    common = {"Name": "common", "Priority": 0, "OverrideAction": {"None": {}}, "Statement": group,
              "VisibilityConfig": metrics}  # fmt: skip
    rate = {"Name": "rate", "Priority": 1, "Action": {"Block": {}}, "VisibilityConfig": metrics,
            "Statement": {"RateBasedStatement": {"Limit": 500, "AggregateKeyType": "IP"}}}  # fmt: skip
    acl = resource("AWS::WAFv2::WebACL", Scope="CLOUDFRONT", DefaultAction={default: {}}, VisibilityConfig=metrics,
                   Rules=[common, {**rate, **change}])  # fmt: skip
    return {"Acl": acl, f"{CONFIG}.WebACLId": att("Acl.Arn")}


WEB_ACLS: Final = (
    Wrong("E9382", "site", web_acl("Block")),
    Wrong("E9383", "site", web_acl(Priority=0)),
    Wrong("E9383", "site", web_acl(Name="common")),
    Wrong("E9383", "site", {**web_acl(), "Acl.Rules.0.Action": {"Block": {}}, "Acl.Rules.0.OverrideAction": GONE}),
    Wrong("E9383", "site", {**web_acl(), "Acl.Rules.1.OverrideAction": {"None": {}}, "Acl.Rules.1.Action": GONE}),
)

WRONG: Final = (*ORIGIN_GROUPS, *POLICIES, *CODES, *AT_THE_EDGE, *WEB_ACLS)
