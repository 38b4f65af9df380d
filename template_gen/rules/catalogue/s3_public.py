"""Buckets that are read otherwise: by everybody, through a website endpoint, or by an origin access identity."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.catalogue.s3_access import has_oac, identity
from template_gen.rules.graph import Graph, Kind, Resource
from template_gen.rules.graph.bucket import (
    CLOUDFRONT,
    IDENTITY,
    public_readers,
    readable,
    readers,
    shared_readers,
)
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_OAC: Final = f"{_GUIDE}/private-content-restricting-access-to-s3.html"
_IDENTITY_ARN: Final = r"arn:[^:]*(\$\{[^}]*\})?:iam::cloudfront:user/CloudFront Origin Access Identity .+"
_BLOCK: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"


@rule(
    "E9137",
    "An origin access control cannot sign for a website endpoint",
    symptom="The deployment fails, or every file answers 403: the website endpoint takes no signed requests.",
    fix="Use the bucket's RegionalDomainName with S3OriginConfig.",
    source=_OAC,
)
def access_control_on_website(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.WEBSITE):
        if has_oac(origin):
            yield at(origin.body, "OriginAccessControlId")


@rule(
    "E9155",
    "The website endpoint is not asked over plain HTTP",
    symptom="Every page answers 504, because a website endpoint has no port 443; or the deployment fails, where the "
    "origin has S3OriginConfig: the origin's name does not refer to a valid S3 bucket.",
    fix="Give the origin a CustomOriginConfig with OriginProtocolPolicy http-only, or use the RegionalDomainName.",
    source=f"{_GUIDE}/DownloadDistS3AndCustomOrigins.html#concept_S3Origin_website",
)
def website_over_tls(graph: Graph) -> Iterator[Place]:
    """match-viewer only fails where visitors come by https, which is everywhere but with allow-all."""
    for distribution in graph.distributions:
        for origin in (found for found in distribution.origins if found.kind is Kind.WEBSITE):
            viewers = {b.body.text("ViewerProtocolPolicy") for b in distribution.behaviors if b.origin == origin}
            policy = origin.custom.get("OriginProtocolPolicy")
            if policy == "https-only" or (policy == "match-viewer" and viewers & {"https-only", "redirect-to-https"}):
                yield at(origin.custom, "OriginProtocolPolicy")
            elif "S3OriginConfig" in origin.body and not has_oac(origin):
                yield at(origin.body, "S3OriginConfig")


@rule(
    "E9156",
    "The origin access identity is not written as it must be",
    symptom="The deployment fails: InvalidOriginAccessIdentity, or an invalid principal in the bucket's policy.",
    fix="Write origin-access-identity/cloudfront/${Identity} in the origin, and in the policy CanonicalUser: the "
    "identity's S3CanonicalUserId.",
    source=_OAC,
)
def identity_form(graph: Graph) -> Iterator[Place]:
    """What a Ref of the identity gives is neither of the two."""
    refs = {f"${{{found.id}}}" for found in graph.of(IDENTITY)}
    for origin in graph.origins():
        if identity(origin) in refs:
            yield at(origin.body.object("S3OriginConfig"), "OriginAccessIdentity")
    for policy in graph.of("AWS::S3::BucketPolicy"):
        for statement in policy.properties.object("PolicyDocument").objects("Statement"):
            principal = statement.object("Principal")
            yield from (at(principal, key) for key in ("CanonicalUser", "AWS") if refs & set(principal.texts(key)))
            yield from (at(principal, "AWS", arn) for arn in principal.texts("AWS") if _no_identity(arn))


def _no_identity(arn: str) -> bool:
    """The ARN of an identity has cloudfront where others have an account."""
    return "CloudFront Origin Access Identity" in arn and not re.fullmatch(_IDENTITY_ARN, arn)


@rule(
    "E9157",
    "No bucket policy lets the origin access identity read the bucket",
    symptom="Every file answers 403 AccessDenied.",
    fix="Add an AWS::S3::BucketPolicy that allows the identity's S3CanonicalUserId (as CanonicalUser) s3:GetObject on "
    "the bucket's ARN followed by /*; or use an origin access control.",
    source=_OAC,
)
def identity_without_policy(graph: Graph) -> Iterator[Place]:
    """Only an identity of the same template: one from elsewhere may be allowed elsewhere."""
    for origin in graph.origins(Kind.BUCKET):
        bucket, made = graph.bucket(origin), graph.named(identity(origin), IDENTITY)
        judged = bucket and made and readable(bucket, graph.resources) and "AccessControl" not in bucket.properties
        if bucket and judged and not any(readers(bucket, graph.resources)):
            yield at(origin.body.object("S3OriginConfig"), "OriginAccessIdentity")


@rule(
    "E9144",
    "The bucket policy is public, but public policies are blocked",
    symptom="The deployment fails: AccessDenied on s3:PutBucketPolicy, because public policies are blocked (with an "
    "ACL: Bucket cannot have public ACLs set with BlockPublicAccess enabled). With RestrictPublicBuckets alone it "
    "succeeds, and every file answers 403.",
    fix="Remove the statement for everybody; behind CloudFront the bucket stays private. A website endpoint needs "
    "BlockPublicPolicy and RestrictPublicBuckets false.",
    source=_BLOCK,
)
def public_policy_blocked(graph: Graph) -> Iterator[Place]:
    """Buckets without a PublicAccessBlockConfiguration block public policies too, since April 2023. A condition on the
    Referer or on TLS does not make a policy less public for S3. That a public AccessControl needs OwnershipControls
    first is cfn-lint's own to find (E3045)."""
    for bucket in graph.of("AWS::S3::Bucket"):
        block = bucket.properties.object("PublicAccessBlockConfiguration")
        keys = ("BlockPublicPolicy", "RestrictPublicBuckets")
        blocked = "PublicAccessBlockConfiguration" not in bucket.properties or any(map(block.flag, keys))
        for statement in shared_readers(bucket, graph.resources) if blocked else ():
            yield at(statement.body, "Principal")
        acls_blocked = "PublicAccessBlockConfiguration" not in bucket.properties or block.flag("BlockPublicAcls")
        if _has_public_acl(bucket) and acls_blocked:
            yield at(bucket.properties, "AccessControl")


def _has_public_acl(bucket: Resource) -> bool:
    public = bucket.properties.text("AccessControl") in ("PublicRead", "PublicReadWrite")
    return public and "OwnershipControls" in bucket.properties


@rule(
    "W9145",
    "The bucket behind CloudFront is open to everybody",
    symptom="Files can be fetched past CloudFront: past its web ACL, its cache and its certificate.",
    fix=f"Remove the statement for everybody (and a public AccessControl) and allow {CLOUDFRONT} only.",
    source=_OAC,
)
def public_bypass(graph: Graph) -> Iterator[Place]:
    """A website endpoint must be public, so it is left alone."""
    buckets = {bucket.id: bucket for origin in graph.origins(Kind.BUCKET) if (bucket := graph.bucket(origin))}
    for bucket in buckets.values():
        for statement in public_readers(bucket, graph.resources):
            yield at(statement.body, "Principal")
        block = bucket.properties.object("PublicAccessBlockConfiguration")
        if _has_public_acl(bucket) and block.flag("BlockPublicAcls") is block.flag("IgnorePublicAcls") is False:
            yield at(bucket.properties, "AccessControl")
