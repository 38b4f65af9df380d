"""What a bucket's policies say: who may read it, and under which conditions."""

import re
from collections.abc import Iterator

from template_gen.rules.graph.function import Statement, statements
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, known

CLOUDFRONT = "cloudfront.amazonaws.com"
IDENTITY = "AWS::CloudFront::CloudFrontOriginAccessIdentity"
# Conditions that everybody can meet; S3 calls a policy with no others public.
_OPEN = {"aws:referer", "aws:useragent", "aws:securetransport", "aws:multifactorauthpresent"}
_BUCKET_ARN = re.compile(r"arn:[^:]*:s3:::([^/]*)(/?.*)")


def names(bucket: Resource) -> tuple[str, ...]:
    """The texts that mean the bucket: a reference to it, and its literal name."""
    return tuple(name for name in (f"${{{bucket.id}}}", bucket.properties.text("BucketName")) if name)


def policies(bucket: Resource, resources: Resources) -> list[Resource]:
    """The bucket policies attached to it."""
    every = resources.of("AWS::S3::BucketPolicy")
    return [policy for policy in every if policy.properties.text("Bucket") in names(bucket)]


def readable(bucket: Resource, resources: Resources) -> bool:
    """What the template says about access to the bucket can be read: which policies are its own, what they allow."""
    for policy in resources.of("AWS::S3::BucketPolicy"):
        attached, document = policy.properties.get("Bucket"), policy.properties.get("PolicyDocument")
        if attached in names(bucket):
            if not (isinstance(document, Object) and _clear(document, resources)):
                return False
        elif resources.unclear(attached):
            return False
    return True


def _clear(document: Object, resources: Resources) -> bool:
    if document.unknown("Statement"):
        return False
    keys = ("Effect", "Action", "Principal")
    return not any(resources.unclear(body.get(key)) for body in document.objects("Statement") for key in keys)


def readers(bucket: Resource, resources: Resources) -> Iterator[Statement]:
    """The statements that allow reading objects of the bucket."""
    for policy in policies(bucket, resources):
        for statement in statements(policy.properties.get("PolicyDocument")):
            if statement.allows and statement.performs("s3:GetObject"):
                yield statement


def cloudfront_readers(bucket: Resource, resources: Resources) -> list[Statement]:
    """Those of them that are for CloudFront itself (as an access control needs it), or for whom a condition names."""
    return [
        found
        for found in readers(bucket, resources)
        if CLOUDFRONT in found.principals("Service") or ("Condition" in found.body and _for_all(found))
    ]


def public_readers(bucket: Resource, resources: Resources) -> list[Statement]:
    """Those of them that are for everybody, without any condition."""
    return [found for found in readers(bucket, resources) if _for_all(found) and "Condition" not in found.body]


def shared_readers(bucket: Resource, resources: Resources) -> list[Statement]:
    """Those that S3 calls public: for everybody, on no other condition than a Referer or the like."""
    return [found for found in readers(bucket, resources) if _for_all(found) and _condition_keys(found) <= _OPEN]


def _for_all(statement: Statement) -> bool:
    return "*" in (*statement.principals("AWS"), *statement.principals("Service"))


def _condition_keys(statement: Statement) -> set[str]:
    """What the statement's conditions are on, in lower case; "?" for one that only the deployment knows."""
    condition = statement.body.get("Condition", Object())
    if not isinstance(condition, Object):
        return {"?"}
    return {key.lower() for tests in condition.values() for key in (tests if isinstance(tests, Object) else "?")}


def visitors(bucket: Resource, resources: Resources) -> list[Statement]:
    """The statements that let a site's visitors read, however: as CloudFront, by an access identity, as everybody."""
    return [
        found
        for found in readers(bucket, resources)
        if CLOUDFRONT in found.principals("Service") or _for_all(found) or _by_identity(found, resources)
    ]


def _by_identity(statement: Statement, resources: Resources) -> bool:
    named = (*statement.principals("CanonicalUser"), *statement.principals("AWS"))
    return any(resources.named(value, IDENTITY) for value in named)


def names_objects(arn: str, bucket: Resource, resources: Resources) -> bool:
    """The Resource of a statement means objects of this bucket (more than one), or may."""
    if arn == "*" or resources.unclear(arn):
        return True
    found = _BUCKET_ARN.fullmatch(arn)
    if found is None:
        return False
    several = "*" in found[2] or "?" in found[2] or not known(found[2])
    return "*" in found[1] or (found[1] in names(bucket) and several)
