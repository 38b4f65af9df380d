"""Website endpoints of S3: their documents and redirects, and the secret that they answer to."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Kind
from template_gen.rules.graph.bucket import shared_readers
from template_gen.rules.graph.dns import aliases, plain
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, differ, known

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
