"""What a bucket's policies say: who may read it, and under which conditions."""

from collections.abc import Iterator

from template_gen.rules.graph.function import Statement, statements
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object

CLOUDFRONT = "cloudfront.amazonaws.com"


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
        if CLOUDFRONT in found.principals("Service")
        or ("Condition" in found.body and "*" in (*found.principals("AWS"), *found.principals("Service")))
    ]


def public_readers(bucket: Resource, resources: Resources) -> list[Statement]:
    """Those of them that are for everybody, without any condition."""
    return [
        found
        for found in readers(bucket, resources)
        if "*" in (*found.principals("AWS"), *found.principals("Service")) and "Condition" not in found.body
    ]
