"""Website endpoints of S3, who reaches them by which name, and files of a website that do not stay."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Kind, Resource
from template_gen.rules.graph.bucket import policies, readable, shared_readers, visitors
from template_gen.rules.graph.dns import Record, aliases, plain, records
from template_gen.rules.resolver import evaluate
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, differ, known, walk

_S3: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
_BUCKET: Final = "AWS::S3::Bucket"


@rule(
    "E9326",
    "The website's settings are not written as S3 wants them",
    symptom="The deployment fails: the IndexDocument Suffix is not well formed; or redirects lead to "
    "https://https://..., and prefixes with a slash before them never match.",
    fix="Write IndexDocument: index.html, HostName: www.example.com without https://, KeyPrefixEquals: old/ without a "
    "slash before it.",
    source=f"{_S3}/how-to-page-redirect.html",
)
def website_form(graph: Graph) -> Iterator[Place]:
    for bucket in graph.of(_BUCKET):
        website = bucket.properties.object("WebsiteConfiguration")
        if "/" in website.text("IndexDocument"):
            yield at(website, "IndexDocument")
        routed = list(website.objects("RoutingRules"))
        for redirect in (website.object("RedirectAllRequestsTo"), *(one.object("RedirectRule") for one in routed)):
            if "/" in redirect.text("HostName"):
                yield at(redirect, "HostName")
        for condition in (one.object("RoutingRuleCondition") for one in routed):
            if condition.text("KeyPrefixEquals").startswith("/"):
                yield at(condition, "KeyPrefixEquals")


@rule(
    "E9327",
    "The bucket redirects to the name that leads to it",
    symptom="The browser says: too many redirects.",
    fix="Redirect to the other name (www.example.com, or example.com), which a distribution of its own serves.",
    source=f"{_S3}/how-to-page-redirect.html",
)
def redirect_loop(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        default, bucket = distribution.default, graph.bucket(distribution.default.origin)
        redirect = bucket.properties.object("WebsiteConfiguration").object("RedirectAllRequestsTo") if bucket else None
        host = plain(redirect.text("HostName")) if redirect else ""
        if redirect and host and host in aliases(distribution) and not default.runs_code:
            yield at(redirect, "HostName")


@rule(
    "E9328",
    "CloudFront does not send the secret that the bucket policy asks for",
    symptom="Every page answers 403 AccessDenied.",
    fix="Send the same text in OriginCustomHeaders: [{HeaderName: Referer, HeaderValue: ...}] of the origin.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
)
def referer_differs(graph: Graph) -> Iterator[Place]:
    """Where every statement that lets visitors read asks for a Referer, by StringEquals or StringLike."""
    for origin in graph.origins(Kind.WEBSITE):
        bucket = graph.bucket(origin)
        reading = shared_readers(bucket, graph.resources) if bucket else []
        wanted = [value for found in reading for _, value in found.conditions("aws:Referer")]
        asked = bool(reading) and all(any(found.conditions("aws:Referer")) for found in reading)
        headers = {one.text("HeaderName").lower(): one.text("HeaderValue") for one in
                   origin.body.objects("OriginCustomHeaders")}  # fmt: skip
        unclear = origin.body.unknown("OriginCustomHeaders") or not all(map(known, headers)) or "*" in "".join(wanted)
        sent = headers.get("referer")
        if asked and not unclear and (sent is None or all(differ(sent, value) for value in wanted)):
            key = "OriginCustomHeaders" if "OriginCustomHeaders" in origin.body else "DomainName"
            yield at(origin.body, key, "no Referer" if "referer" not in headers else "another Referer")


@rule(
    "E9368",
    "The website's own files are deleted or archived after some days",
    symptom="Weeks after the last deployment pages answer 404, or 403 InvalidObjectState from the archive.",
    fix="Give the lifecycle rule a Prefix, or use NoncurrentVersionExpiration, which keeps the files in use.",
    source=f"{_S3}/intro-lifecycle-rules.html",
)
def files_expire(graph: Graph) -> Iterator[Place]:
    """Of buckets that pages are read from: behind a default behavior with a root document, or as a website."""
    for bucket in graph.of(_BUCKET):
        lifecycle = bucket.properties.object("LifecycleConfiguration")
        for one in lifecycle.objects("Rules") if _has_pages(bucket, graph) else ():
            if one.get("Status") == "Enabled" and not one.keys() & {"Prefix", "TagFilters", "Filter"}:
                yield from (at(one, key, key) for key in one if key in _EXPIRES or _archives(one, key))


_EXPIRES: Final = ("ExpirationInDays", "ExpirationDate")
_ARCHIVES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


def _archives(rule: Object, key: str) -> bool:
    return key in ("Transition", "Transitions") and any(
        one.text("StorageClass") in _ARCHIVES for one in rule.objects(key)
    )


def _has_pages(bucket: Resource, graph: Graph) -> bool:
    if "IndexDocument" in bucket.properties.object("WebsiteConfiguration"):
        return True
    fronts = (found for found in graph.distributions if found.config.get("DefaultRootObject"))
    return any(graph.bucket(found.default.origin) == bucket for found in fronts)


@rule(
    "E9369",
    "The bucket is not called as the record that leads to it",
    symptom="The name answers 404 NoSuchBucket: the host name that visitors type is the bucket's name to the endpoint.",
    fix="Set BucketName to the record's name (www.example.com), or put a distribution in front of the bucket.",
    source=f"{_S3}/website-hosting-custom-domain-walkthrough.html",
)
def bucket_of_another_name(graph: Graph) -> Iterator[Place]:
    """A record for a regional endpoint is for whichever bucket has its name: silent where one is made elsewhere."""
    websites = [bucket for bucket in graph.of(_BUCKET) if "WebsiteConfiguration" in bucket.properties]
    for record in records(graph.resources):
        targets = [target for target in record.targets if ".s3-website" in f".{target}"]
        meant = [bucket for bucket in websites for target in targets if _leads_to(target, bucket)]
        for bucket in meant or (websites if targets and len(websites) == 1 else ()):
            if _other_name(bucket, record):
                named = bucket.properties.text("BucketName") or bucket.id
                yield at(record.body, "Name", f"{record.name}; bucket {named}")


def _leads_to(target: str, bucket: Resource) -> bool:
    named = bucket.properties.text("BucketName")
    return f"${{{bucket.id}}}" in target or (bool(named) and target.startswith(f"{named}.s3-website"))


def _other_name(bucket: Resource, record: Record) -> bool:
    named = plain(bucket.properties.text("BucketName"))
    return bool(record.name) and (not named or differ(named, record.name))


@rule(
    "E9370",
    "Nobody may read the website",
    symptom="Every page of the website endpoint answers 403 AccessDenied.",
    fix="Add an AWS::S3::BucketPolicy that allows everybody s3:GetObject on the objects, with PublicAccessBlock"
    "Configuration: {BlockPublicPolicy: false, RestrictPublicBuckets: false}; or put a distribution in front.",
    source=f"{_S3}/WebsiteAccessPermissionsReqd.html",
)
def website_unreadable(graph: Graph) -> Iterator[Place]:
    """Where the template itself leads visitors to the endpoint, by an output or a record (behind CloudFront: E9134)."""
    outputs = list(walk(evaluate(graph.template.get("Outputs", {}), graph.scope)))
    targets = [target for record in records(graph.resources) for target in record.targets]
    for bucket in graph.of(_BUCKET):
        led = any(_leads_to(str(value), bucket) and ".s3-website" in str(value) for value in (*outputs, *targets))
        website = bucket.properties.object("WebsiteConfiguration")
        closed = "AccessControl" not in bucket.properties and readable(bucket, graph.resources)
        opened = visitors(bucket, graph.resources) or any(policies(bucket, graph.resources))
        if led and "IndexDocument" in website and closed and not opened:
            yield at(website, value=f"bucket {bucket.id}")
