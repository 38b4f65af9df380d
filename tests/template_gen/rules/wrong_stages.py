"""Wrong templates whose mistake is in a parameter, a mapping or one branch of a condition; and a load balancer's."""

from typing import Final

from tests.template_gen.rules.wrong import ALL_VIEWER, CACHED, GONE, Wrong, att, ref, sub

CDN: Final = "Cdn.DistributionConfig"
WHOLE: Final = "/Resources.Cdn.Properties.DistributionConfig"
API: Final = f"{CDN}.CacheBehaviors.0"
STATEMENT: Final = "PagesPolicy.PolicyDocument.Statement.0"
BUCKET: Final = "${AWS::StackName}-${AWS::AccountId}-pages"
EVERY: Final = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]


def if_prod(then: object, otherwise: object) -> dict[str, object]:
    return {"Fn::If": ["IsProd", then, otherwise]}


STAGES: Final = (
    Wrong("E9101", "stages", {"/Mappings.Policies.Request.Api": ALL_VIEWER}),
    Wrong("E9103", "stages", {"/Mappings.Policies.Cache.None": CACHED}),
    Wrong("E9104", "stages", {f"{API}.AllowedMethods": if_prod(["GET", "HEAD"], EVERY)}),
    Wrong("E9106", "stages", {f"{WHOLE}.Origins.1.Fn::If.2.OriginPath": "/prod"}),
    Wrong("E9106", "stages", {f"{WHOLE}.Origins.1.Fn::If.1.OriginPath": GONE}),
    Wrong("W9108", "stages", {"Handler.Events.Any.Properties.Path": "/v1/{proxy+}"}),
    Wrong("E9122", "stages", {f"{API}.TargetOriginId": if_prod("api", "backend")}),
    Wrong("E9127", "stages", {"/Parameters.Origins.Default": "*"}),
    Wrong("E9131", "stages", {f"{STATEMENT}.Resource": sub(f"arn:aws:s3:::{BUCKET}")}),
    Wrong("E9137", "stages", {f"{CDN}.Origins.0.DomainName": sub(
        f"{BUCKET}.s3-website-${{AWS::Region}}.amazonaws.com")}),
    Wrong("E9138", "stages", {"Oac.OriginAccessControlConfig.SigningBehavior": if_prod("always", "never")}),
    Wrong("E9161", "stages", {f"{CDN}.ViewerCertificate": {"CloudFrontDefaultCertificate": True}}),
    Wrong("W9164", "stages", {f"{WHOLE}.ViewerCertificate.Fn::If.1.MinimumProtocolVersion": if_prod(
        "TLSv1.2_2021", "TLSv1")}),
    Wrong("E9166", "stages", {f"{CDN}.Aliases": GONE}),
    Wrong("W9176", "stages", {"/Parameters.Tag.Default": "latest"}),
    Wrong("W9182", "stages", {"/Parameters.Timeout.Default": 90}),
    Wrong("W9184", "stages", {"/Mappings.Sizes.prod.Memory": 128}),
    Wrong("W9195", "stages", {"Handler.Policies": [{"S3CrudPolicy": {"BucketName": ref("Pages")}}]}),
    Wrong("E9210", "stages", {"/Mappings.Sizes.prod.Throttle": 0}),
)  # fmt: skip

BALANCER: Final = (
    Wrong("E9102", "balancer", {f"{API}.OriginRequestPolicyId": ALL_VIEWER}),
    Wrong("E9114", "balancer", {f"{CDN}.Origins.0.DomainName": sub("http://${Lb.DNSName}")}),
    Wrong("E9114", "balancer", {f"{CDN}.Origins.0.DomainName": ref("Lb")}),
    Wrong("E9120", "balancer", {f"{API}.PathPattern": "*"}),
    Wrong("E9131", "balancer", {"StaticPolicy.PolicyDocument.Statement.Resource": att("Static.Arn")}),
    Wrong("E9222", "balancer", {"TgAllow.Principal": "apigateway.amazonaws.com"}),
)  # fmt: skip

WRONG: Final = (*STAGES, *BALANCER)
