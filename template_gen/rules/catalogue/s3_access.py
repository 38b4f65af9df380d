"""CloudFront in front of a bucket: whether CloudFront may read it, and nobody else."""

import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Distribution, Graph, Kind, Origin, Resource
from template_gen.rules.graph.bucket import (
    CLOUDFRONT,
    cloudfront_readers,
    policies,
    public_readers,
    readable,
)
from template_gen.rules.graph.cdn import FORWARDS_HOST
from template_gen.rules.graph.function import Statement, statements
from template_gen.rules.graph.resources import Resources
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known, symbols

_OAC: Final = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"
)
_BLOCK: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
_CONDITION: Final = (
    "Condition: {StringEquals: {AWS:SourceArn: "
    "!Sub arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}}}"
)
_ACCOUNT: Final = re.compile(r"\$\{AWS::AccountId\}|\d{12}|.*[*?].*")
_ARN: Final = re.compile(r"arn:[^:]*:cloudfront:([^:]*):(\$\{[^}]*\}|[^:]*):distribution/(.+)")


def _private(graph: Graph) -> Iterator[tuple[Distribution, Origin, Resource]]:
    """Origins with an origin access control whose bucket is in the template, its policies readable."""
    for distribution in graph.distributions:
        for origin in distribution.origins:
            bucket = graph.bucket(origin)
            if bucket and origin.kind is Kind.BUCKET and has_oac(origin) and readable(bucket, graph.resources):
                yield distribution, origin, bucket


def has_oac(origin: Origin) -> bool:
    return bool(origin.body.get("OriginAccessControlId"))


def identity(origin: Origin) -> str:
    """The legacy origin access identity, "" when there is none."""
    return origin.body.object("S3OriginConfig").text("OriginAccessIdentity")


def has_identity(origin: Origin) -> bool:
    """There surely is one: a parameter that stands alone may be empty."""
    return bool(re.sub(r"\$\{[^}]*\}", "", identity(origin)))


@rule(
    "E9102",
    "The visitor's Host header is forwarded to the bucket",
    symptom="Every file answers 403 SignatureDoesNotMatch: CloudFront signs another host name than S3 sees; or 404 "
    "NoSuchBucket from a website endpoint.",
    fix="Remove OriginRequestPolicyId, or set it to 88a5eaf4-2fd4-4709-b370-b4c650ea3fcf (managed, CORS-S3Origin).",
    source=_OAC,
)
def bucket_host_forwarded(graph: Graph) -> Iterator[Place]:
    """A website endpoint takes the visitor's host for the bucket's name, which it may well be."""
    for distribution, behavior in graph.behaviors(Kind.BUCKET, Kind.WEBSITE):
        bucket = graph.bucket(behavior.origin)
        name = bucket.properties.text("BucketName") if bucket else "?"
        named = behavior.goes_to(Kind.WEBSITE) and (not known(name) or name in ("?", *distribution.aliases))
        if behavior.forwards_host and not named:
            keys = ("OriginRequestPolicyId", "ForwardedValues")
            key = next((key for key in keys if key in behavior.body), "CachePolicyId")
            yield at(behavior.body, key, FORWARDS_HOST.get(behavior.body.text(key)))


@rule(
    "E9130",
    "No bucket policy lets CloudFront read the bucket",
    symptom="Every file answers 403 AccessDenied.",
    fix=f"Add an AWS::S3::BucketPolicy with {{Effect: Allow, Principal: {{Service: {CLOUDFRONT}}}, Action: "
    f"s3:GetObject, Resource: !Sub ${{Bucket.Arn}}/*}}, and in it {_CONDITION}.",
    source=_OAC,
)
def no_bucket_policy(graph: Graph) -> Iterator[Place]:
    for _, origin, bucket in _private(graph):
        if not cloudfront_readers(bucket, graph.resources) and not public_readers(bucket, graph.resources):
            attached = policies(bucket, graph.resources)
            holder, key = (
                (attached[0].properties, "PolicyDocument") if attached else (origin.body, "OriginAccessControlId")
            )
            yield at(holder, key, f"bucket {bucket.id}")


@rule(
    "E9132",
    "The bucket policy is for another distribution",
    symptom="Every file answers 403 AccessDenied.",
    fix=f"Set {_CONDITION}, with your distribution's logical id and no region.",
    source=_OAC,
)
def policy_source_arn(graph: Graph) -> Iterator[Place]:
    """Or for another account: AWS:SourceAccount wants twelve digits, and a forgotten Fn::Sub makes none."""
    for distribution, _, bucket in _private(graph):
        found = [(one, _unmet(one, distribution, graph)) for one in cloudfront_readers(bucket, graph.resources)]
        if found and all(value for _, value in found):
            statement, value = found[0]
            yield at(statement.body, "Condition", value)


def _unmet(statement: Statement, distribution: Distribution, graph: Graph) -> str:
    """What a condition asks for and this distribution surely is not; "" when all may hold."""
    arns = list(statement.conditions("AWS:SourceArn"))
    accounts = [value for _, value in statement.conditions("AWS:SourceAccount")]
    if arns and all(excludes(operator, arn, distribution.id, graph.resources) for operator, arn in arns):
        return arns[0][1]
    clear = accounts and not graph.resources.unclear(accounts)
    return accounts[0] if clear and not any(map(_ACCOUNT.fullmatch, accounts)) else ""


def excludes(operator: str, value: str, distribution: str, resources: Resources) -> bool:
    """The condition can surely not hold for this distribution."""
    domain_name = f"${{{distribution}.DomainName}}"
    match = _ARN.fullmatch(value)
    if match is None:
        return "*" not in value and value != f"${{{distribution}.Arn}}" and not resources.unclear(value)
    region, account, name = match.groups()
    if not account:
        return True
    if "*" in name:
        return operator.startswith("StringEquals")
    other = symbols(name) not in ((distribution,), (f"{distribution}.Id",)) and all(s.isalnum() for s in symbols(name))
    return bool(region and known(region) and region != "*") or other or name == domain_name


@rule(
    "W9133",
    "CloudFront may read the bucket for anybody",
    symptom="Another AWS account can put this bucket behind a distribution of its own.",
    fix=f"Add {_CONDITION}, with your distribution's logical id.",
    source=_OAC,
)
def policy_unscoped(graph: Graph) -> Iterator[Place]:
    for _, _, bucket in _private(graph):
        for statement in cloudfront_readers(bucket, graph.resources):
            if CLOUDFRONT in statement.principals("Service") and not _scoped(statement):
                yield at(statement.body)


def _scoped(statement: Statement) -> bool:
    """Some condition is on where the request comes from, or may be."""
    tests = statement.body.get("Condition", Object())
    if not isinstance(tests, Object) or not all(isinstance(test, Object) for test in tests.values()):
        return True
    return any(
        name.lower().startswith(("aws:source", "aws:principal", "$")) for test in tests.values() for name in test
    )


@rule(
    "E9134",
    "CloudFront reads a private bucket without signing",
    symptom="Every file answers 403 AccessDenied.",
    fix="Add an AWS::CloudFront::OriginAccessControl, and write in the origin OriginAccessControlId: !GetAtt <its "
    'logical id>.Id, S3OriginConfig: {OriginAccessIdentity: ""}, DomainName: !GetAtt <bucket>.RegionalDomainName.',
    source=_OAC,
)
def no_access_control(graph: Graph) -> Iterator[Place]:
    """A website endpoint takes no signature at all: its bucket must be public, or the origin another one; but one that
    redirects everything reads nothing."""
    for origin in graph.origins(Kind.BUCKET, Kind.WEBSITE):
        bucket = graph.bucket(origin)
        website = bucket.properties.object("WebsiteConfiguration") if bucket else Object()
        unclear = bucket is not None and bucket.properties.unknown("WebsiteConfiguration")
        redirects = origin.kind is Kind.WEBSITE and (unclear or "RedirectAllRequestsTo" in website)
        signed = has_oac(origin) or identity(origin) or redirects
        if bucket and not signed and readable(bucket, graph.resources) and not _is_public(bucket, graph):
            yield at(origin.body, value=f"bucket {bucket.id}")


def _is_public(bucket: Resource, graph: Graph) -> bool:
    """Read by everybody, or by some condition of its own (an address, a Referer)."""
    opened = "AccessControl" in bucket.properties
    return opened or any(
        "*" in (*found.principals("AWS"), *found.principals("Service"))
        for policy in policies(bucket, graph.resources)
        for found in statements(policy.properties.get("PolicyDocument"))
        if found.allows
    )


@rule(
    "E9135",
    "The origin has both an access control and an access identity",
    symptom="The deployment fails: an origin cannot use both OriginAccessControlId and OriginAccessIdentity.",
    fix='Keep OriginAccessControlId and set S3OriginConfig.OriginAccessIdentity to "".',
    source=_OAC,
)
def both_access_kinds(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins():
        if has_oac(origin) and has_identity(origin):
            yield at(origin.body.object("S3OriginConfig"), "OriginAccessIdentity")


@rule(
    "E9136",
    "An origin access control for a bucket needs S3OriginConfig",
    symptom="The deployment fails: exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig is required.",
    fix='Add S3OriginConfig: {OriginAccessIdentity: ""} and remove CustomOriginConfig.',
    source=_OAC,
)
def access_control_needs_config(graph: Graph) -> Iterator[Place]:
    for origin in graph.origins(Kind.BUCKET):
        if has_oac(origin) and "S3OriginConfig" not in origin.body:
            yield at(origin.body, "CustomOriginConfig")


@rule(
    "E9138",
    "The origin access control does not sign for this origin",
    symptom="Every request answers 403: CloudFront sends it unsigned, or signed for another service.",
    fix="Set SigningBehavior to always, and OriginAccessControlOriginType to s3 (bucket) or lambda (function URL).",
    source=_OAC,
)
def access_control_mode(graph: Graph) -> Iterator[Place]:
    """no-override is left alone: CloudFront signs whatever the visitor did not sign."""
    for origin in graph.origins(Kind.BUCKET, Kind.FUNCTION_URL):
        control = graph.named(origin.body.get("OriginAccessControlId"), "AWS::CloudFront::OriginAccessControl")
        if control:
            config = control.properties.object("OriginAccessControlConfig")
            wanted = "s3" if origin.kind is Kind.BUCKET else "lambda"
            if config.get("SigningBehavior") == "never":
                yield at(config, "SigningBehavior")
            kind = config.get("OriginAccessControlOriginType", wanted)
            if known(kind) and kind != wanted:
                yield at(config, "OriginAccessControlOriginType")


@rule(
    "E9140",
    "The bucket is encrypted with a key that CloudFront may not use",
    symptom="Every file answers 403 AccessDenied from KMS.",
    fix=f"Use SSE-S3 (AES256), or an origin access control (no access identity) and a key whose policy lets "
    f"{CLOUDFRONT} kms:Decrypt.",
    source=_OAC,
)
def bucket_key(graph: Graph) -> Iterator[Place]:
    """A key from elsewhere may well allow it: only AWS's own key and keys of this template are judged, and of these
    none that a custom resource works on (the CDK lets one extend the key's policy)."""
    for identified, bucket in _encrypted(graph):
        for entry in bucket.properties.object("BucketEncryption").objects("ServerSideEncryptionConfiguration"):
            default = entry.object("ServerSideEncryptionByDefault")
            by_key = default.get("SSEAlgorithm") in ("aws:kms", "aws:kms:dsse")
            if by_key and (identified or _refuses(default.get("KMSMasterKeyID"), graph)):
                yield at(default, "SSEAlgorithm")


def _encrypted(graph: Graph) -> Iterator[tuple[bool, Resource]]:
    """Buckets that CloudFront signs its requests for, and whether by an access identity, which KMS never accepts."""
    yield from ((False, bucket) for _, _, bucket in _private(graph))
    for origin in graph.origins(Kind.BUCKET):
        bucket = graph.bucket(origin)
        if bucket and identity(origin) and not has_oac(origin):
            yield True, bucket


def _refuses(key: Any, graph: Graph) -> bool:
    if key is None or str(key).endswith("alias/aws/s3"):
        return True
    alias = graph.named(key, "AWS::KMS::Alias")
    made = graph.named(alias.properties.get("TargetKeyId") if alias else key, "AWS::KMS::Key")
    if made is None or graph.resources.unclear(made.properties.get("KeyPolicy")):
        return False
    changed_later = any(user.type.startswith("Custom::") for user in graph.resources.users(made.id))
    allowing = (found for found in statements(made.properties.get("KeyPolicy")) if found.allows)
    decrypting = (found for found in allowing if found.performs("kms:Decrypt"))
    return not changed_later and not any(CLOUDFRONT in found.principals("Service") for found in decrypting)
