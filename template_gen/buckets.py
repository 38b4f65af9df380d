"""Buckets for visitors' files: private, versioned, kept when the stack is deleted.

A request through Lambda carries at most 6 MB, or a file of 4.5 MB. With a presigned URL from the app, a browser uploads
up to 5 GB directly to the bucket, which then answers CORS preflights.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, s3

from template_gen import policies
from template_gen.checks import environment_name
from template_gen.names import site_url
from template_gen.options import Bucket
from template_gen.site import Site
from template_gen.stores import Access
from template_gen.suppressions import suppress
from template_gen.template import Template

KEPT_VERSIONS_DAYS = 30
UNFINISHED_UPLOADS_DAYS = 7


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets by their name in the `Site`, and the access that the website's code gets."""

    resources: dict[str, s3.Bucket]
    access: Access


def add_buckets(template: Template, site: Site) -> Buckets:
    if site.buckets:
        template.section("Buckets: private, kept when the stack is deleted")
    resources = {bucket.name: template.add(_bucket(bucket, site), _why(bucket, site)) for bucket in site.buckets}
    for resource in resources.values():
        template.add(_policy(resource))
    return Buckets(resources, _access(resources))


def private() -> dict[str, Any]:
    """Properties of every bucket: encrypted, without ACLs, closed to the public whatever a policy says."""
    encryption = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    return {
        "BucketEncryption": s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=encryption)]
        ),
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
    }


IN_EVERY_BUCKET = {
    "S3_BUCKET_REPLICATION_ENABLED": "S3 keeps everything in three data centers; a second region would be paid twice",
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": "not even its owner could delete a locked object",
    "S3_BUCKET_NO_PUBLIC_RW_ACL": "BucketOwnerEnforced: no ACL has an effect",
}


def _bucket(bucket: Bucket, site: Site) -> s3.Bucket:
    return s3.Bucket(
        f"{bucket.name}Bucket",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        **private(),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=_lifecycle(bucket)),
        **_cors(bucket, site),
        **suppress(
            {
                "CKV_AWS_18 S3_BUCKET_LOGGING_ENABLED": "access logs hold visitors' addresses and cost storage; the "
                "function logs what it does",
                **IN_EVERY_BUCKET,
            }
        ),
    )


def _lifecycle(bucket: Bucket) -> list[s3.LifecycleRule]:
    """Without this, versioning keeps, and AWS bills, everything that was ever overwritten or deleted."""
    tidy = s3.LifecycleRule(
        Id="tidy",
        Status="Enabled",
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=KEPT_VERSIONS_DAYS),
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=UNFINISHED_UPLOADS_DAYS),
    )
    if bucket.expire_days is None:
        return [tidy]
    return [tidy, s3.LifecycleRule(Id="expire", Status="Enabled", ExpirationInDays=bucket.expire_days)]


def _cors(bucket: Bucket, site: Site) -> dict[str, Any]:
    if not bucket.browser_uploads:
        return {}
    origin = "*" if site.domain is None else site_url(site.domain)
    rule = s3.CorsRules(AllowedMethods=["PUT"], AllowedOrigins=[origin], AllowedHeaders=["*"], MaxAge=3600)
    return {"CorsConfiguration": s3.CorsConfiguration(CorsRules=[rule])}


def _why(bucket: Bucket, site: Site) -> str:
    if bucket.browser_uploads and site.domain is None:
        return (
            "Any origin is allowed, because the distribution's name is not known before it exists; what authorizes an "
            "upload is its presigned URL."
        )
    return ""


def _policy(bucket: s3.Bucket) -> s3.BucketPolicy:
    document = policies.document(policies.refuse_plain_http(bucket))
    return s3.BucketPolicy(f"{bucket.title}Policy", Bucket=Ref(bucket), PolicyDocument=document)


def _access(resources: dict[str, s3.Bucket]) -> Access:
    if not resources:
        return Access()
    names = {environment_name(name, "BUCKET"): Ref(resource) for name, resource in resources.items()}
    return Access(names, (policies.use_objects(tuple(resources.values())),))
