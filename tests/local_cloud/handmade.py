"""A deployed site as plain values: what the engine answers for a website, and how to tick a wrong box."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from local_cloud.edge import Edge, Headers, Invoke, Request, Response
from local_cloud.services import Services

STACK = "arn:aws:cloudformation:us-east-1:111111111111:stack/website/0a1b2c3d"
SITE, API, BUCKET, FUNCTION = "E1GROAT", "a1b2c3d4e5", "website-frontend", "website-function"
API_DOMAIN = f"{API}.execute-api.us-east-1.amazonaws.com"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:111111111111:function:{FUNCTION}"
SITE_ARN = f"arn:aws:cloudfront::111111111111:distribution/{SITE}"
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

REWRITE = """\
function handler(event) {
  const request = event.request;
  if (request.uri.endsWith('/')) { request.uri += 'index.html'; }
  return request;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    type: str
    physical_id: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    logical_id: str = "Resource"
    stack_id: str = STACK


Site = Mapping[str, Resource]
API_BEHAVIOR = {
    "TargetOriginId": "api",
    "ViewerProtocolPolicy": "https-only",
    "AllowedMethods": ALL_METHODS,
    "CachePolicyId": CACHING_DISABLED,
    "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
}


def site() -> Site:
    """A bucket and an HTTP API behind one distribution, all boxes ticked right."""
    return {
        "distribution": _distribution(),
        "access": Resource(
            type="AWS::CloudFront::OriginAccessControl",
            physical_id="EOAC",
            properties={
                "OriginAccessControlConfig": {"SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
            },
        ),
        "bucket": Resource(type="AWS::S3::Bucket", physical_id=BUCKET, properties={}),
        "bucket policy": Resource(
            type="AWS::S3::BucketPolicy",
            physical_id=BUCKET,
            properties={"Bucket": BUCKET, "PolicyDocument": {"Statement": [_reads(), _lists()]}},
        ),
        "api": Resource(type="AWS::ApiGatewayV2::Api", physical_id=API, properties={"Body": _openapi()}),
        "stage": Resource(
            type="AWS::ApiGatewayV2::Stage",
            physical_id="$default",
            properties={"ApiId": API, "StageName": "$default", "AutoDeploy": True},
        ),
        "permission": Resource(
            type="AWS::Lambda::Permission",
            physical_id="website-permission",
            properties={
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "FunctionName": FUNCTION,
                "SourceArn": f"arn:aws:execute-api:us-east-1:111111111111:{API}/*",
            },
        ),
    }


def ticked(before: Site, name: str, *path: str | int, value: Any) -> Site:
    """The site with one box ticked otherwise: a value deep in a resource's properties."""
    properties = copy.deepcopy(dict(before[name].properties))
    place: Any = properties
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return {**before, name: replace(before[name], properties=properties)}


def without(before: Site, *names: str) -> Site:
    return {name: resource for name, resource in before.items() if name not in names}


def added(before: Site, name: str, resource: Resource) -> Site:
    return {**before, name: resource}


def running(before: Site, image: str) -> Site:
    """The site with its function, which runs this image."""
    function = Resource(
        type="AWS::Lambda::Function",
        physical_id=FUNCTION,
        properties={"Code": {"ImageUri": image}, "Timeout": 20, "MemorySize": 512},
        attributes={"Arn": FUNCTION_ARN},
    )
    return added(before, "function", function)


def deployed(site: Site) -> Callable[[str], Sequence[Resource]]:
    """What the engine's method of that name would answer."""
    return lambda type: [resource for resource in site.values() if resource.type == type]


def echo(function: str, event: Mapping[str, Any], *, seconds: float = 0) -> Any:
    """A function that answers with the event it got."""
    return event


@dataclass(frozen=True, slots=True)
class Visitor:
    """Asks the site as a browser would."""

    edge: Edge

    def ask(self, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Response:
        path, _, query = target.partition("?")
        viewer = Headers((("Host", "127.0.0.1:8080"), ("User-Agent", "visitor"), *headers))
        return self.edge.handle(SITE, Request(method=method, path=path, query=query, headers=viewer, body=body))

    def get(self, target: str, *headers: tuple[str, str]) -> Response:
        return self.ask("GET", target, *headers)


def visitor(site: Site, services: Services, invoke: Invoke = echo) -> Visitor:
    return Visitor(Edge(deployed(site), services=services, invoke=invoke))


def _distribution() -> Resource:
    frontend = {
        "Id": "frontend",
        "DomainName": f"{BUCKET}.s3.us-east-1.amazonaws.com",
        "OriginAccessControlId": "EOAC",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    api = {"Id": "api", "DomainName": API_DOMAIN, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
    config = {
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "DefaultCacheBehavior": {
            "TargetOriginId": "frontend",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_OPTIMIZED,
            "Compress": True,
        },
        "CacheBehaviors": [{"PathPattern": "/api", **API_BEHAVIOR}, {"PathPattern": "/api/*", **API_BEHAVIOR}],
        "Origins": [frontend, api],
    }
    return Resource(
        type="AWS::CloudFront::Distribution",
        physical_id=SITE,
        properties={"DistributionConfig": config},
        attributes={"DomainName": "d111111abcdef8.cloudfront.net"},
    )


def _reads() -> Mapping[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["s3:GetObject"],
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": SITE_ARN}},
    }


def _lists() -> Mapping[str, Any]:
    return {**_reads(), "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}


def _openapi() -> Mapping[str, Any]:
    """As SAM writes it for an HttpApi event without path and method."""
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION_ARN}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": uri}
    method = {"isDefaultRoute": True, "x-amazon-apigateway-integration": integration, "responses": {}}
    return {"openapi": "3.0.1", "paths": {"/$default": {"x-amazon-apigateway-any-method": method}}}
