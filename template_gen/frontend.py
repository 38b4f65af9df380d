"""The frontend: files in a private bucket that only the distribution reads.

The files come from the repository, so nothing here is retained. A CloudFront Function rewrites paths on this behavior
only: error pages of the distribution (the usual trick for single page apps) would rewrite the API's errors, too.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, cloudfront, s3

from template_gen import policies
from template_gen.buckets import IN_EVERY_BUCKET, private
from template_gen.edge_functions import edge_function, frontend_code
from template_gen.options import Frontend
from template_gen.site import Site
from template_gen.suppressions import suppress
from template_gen.template import Template

MANAGED_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ORIGIN_ID = "frontend"


@dataclass(frozen=True, slots=True)
class Files:
    """The bucket as CloudFront sees it: an origin, the function in front of it, and the page for a missing file."""

    bucket: s3.Bucket
    origin: cloudfront.Origin
    rewrite: cloudfront.Function
    error_pages: dict[str, Any]


def add_frontend(template: Template, site: Site) -> Files | None:
    if site.frontend is Frontend.NONE:
        return None
    template.section("Frontend: files in a private bucket")
    bucket = template.add(_bucket())
    control = template.add(
        cloudfront.OriginAccessControl(
            "FrontendAccess",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                Name=Sub("${AWS::StackName}-${AWS::Region}-frontend"),
                OriginAccessControlOriginType="s3",
                SigningBehavior="always",
                SigningProtocol="sigv4",
            ),
        )
    )
    rewrite = template.add(edge_function("FrontendRequests", "frontend", frontend_code(site)))
    return Files(bucket, _origin(bucket, control), rewrite, _error_pages(site))


def allow_distribution(template: Template, files: Files | None, distribution: cloudfront.Distribution) -> None:
    """The bucket policy; it comes after the distribution, whose ARN is its condition."""
    if files is None:
        return
    statements = [
        policies.refuse_plain_http(files.bucket),
        policies.read_objects_as_cloudfront(files.bucket, distribution),
    ]
    if not files.error_pages:
        statements.append(policies.list_objects_as_cloudfront(files.bucket, distribution))
    template.add(
        s3.BucketPolicy("FrontendBucketPolicy", Bucket=Ref(files.bucket), PolicyDocument=policies.document(*statements))
    )


def _bucket() -> s3.Bucket:
    return s3.Bucket(
        "FrontendBucket",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **private(),
        **suppress(
            {
                "CKV_AWS_18 S3_BUCKET_LOGGING_ENABLED": "CloudFront is the only reader; access logs would show "
                "nothing and cost storage",
                "CKV_AWS_21 S3_BUCKET_VERSIONING_ENABLED": "the files are built from the repository, which has their "
                "versions",
                **IN_EVERY_BUCKET,
            }
        ),
    )


def _origin(bucket: s3.Bucket, control: cloudfront.OriginAccessControl) -> cloudfront.Origin:
    return cloudfront.Origin(
        Id=ORIGIN_ID,
        DomainName=GetAtt(bucket, "RegionalDomainName"),
        OriginAccessControlId=GetAtt(control, "Id"),
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )


def _error_pages(site: Site) -> dict[str, Any]:
    """PAGES answers `/404.html` for a missing file, which S3 reports as 403 to a reader that may not list.

    Error pages belong to the whole distribution. Mapping 403 and not 404 leaves the API's own 404 as it is.
    """
    if site.frontend is not Frontend.PAGES:
        return {}
    missing = cloudfront.CustomErrorResponse(
        ErrorCode=403, ResponseCode=404, ResponsePagePath="/404.html", ErrorCachingMinTTL=10
    )
    return {"CustomErrorResponses": [missing]}
