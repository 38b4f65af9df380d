"""CloudFront in front of a bucket: root document, error pages, logs, and code at the edge."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.catalogue.s3_access import has_oac
from template_gen.rules.graph import Behavior, Distribution, Function, Graph, Kind, Resource
from template_gen.rules.graph.api import function_named
from template_gen.rules.graph.bucket import policies, readable, visitors
from template_gen.rules.graph.function import statements, trusts
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html
_NO_EDGE_PROPERTIES: Final = ("VpcConfig", "Layers", "DeadLetterConfig", "DeadLetterQueue", "FileSystemConfigs")
_NO_EDGE_RUNTIMES: Final = ("java", "dotnet", "ruby", "go", "provided")
_EDGE_SECONDS: Final = 30
_VIEWER: Final = {"Timeout": 5, "MemorySize": 128}
_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_ASSETS: Final = re.compile(
    "asset|static|cdn|cache|media|image|img|pic|photo|video|audio|font|file|upload|download|content|resource|public"
    "|artifact|package|release|repo|archive|storage|bucket|s3|data|backup|dist|doc",
    re.IGNORECASE,
)
_SITES: Final = re.compile("domain|site|web|www|host|fqdn|apex|app", re.IGNORECASE)
_GLOBAL: Final = re.compile(r".*\.s3\.amazonaws\.com")


@rule(
    "W9139",
    "The bucket's global name is the origin",
    symptom="For hours after the first deployment visitors are redirected (307) to the bucket itself, and get 403.",
    fix="Write DomainName: !GetAtt Bucket.RegionalDomainName, with your bucket's logical id.",
    source=f"{_GUIDE}/DownloadDistValuesOrigin.html#DownloadDistValuesDomainName",
)
def global_bucket_name(graph: Graph) -> Iterator[Place]:
    """In us-east-1 the global name is the regional one; there only origins that sign their requests are judged."""
    for origin in graph.origins(Kind.BUCKET):
        judged = has_oac(origin) or graph.region != "us-east-1"
        if graph.bucket(origin) and judged and _GLOBAL.fullmatch(origin.domain):
            yield at(origin.body, "DomainName")


@rule(
    "E9141",
    "The domain itself shows no page",
    symptom="/ answers 403 with an XML document, while /index.html works.",
    fix="Set DefaultRootObject: index.html, without a slash.",
    source=f"{_GUIDE}/DefaultRootObject.html",
)
def root_object(graph: Graph) -> Iterator[Place]:
    """A distribution for assets needs none: a missing one counts where pages are served (an error page, an API beside
    it, a website configuration, a name of its own that is no cdn., assets. or the like), and where no function at the
    edge may rewrite the path."""
    for distribution in graph.distributions:
        name = distribution.config.text("DefaultRootObject")
        missing = not distribution.config.get("DefaultRootObject") and _shows_pages(distribution, graph)
        if missing or name.startswith("/") or (name.endswith("/") and distribution.default.goes_to(Kind.BUCKET)):
            yield at(distribution.config, "DefaultRootObject")


def _shows_pages(distribution: Distribution, graph: Graph) -> bool:
    default = distribution.default
    bucket = graph.bucket(default.origin)
    pages = any(".htm" in page.text("ResponsePagePath") for page in distribution.config.objects("CustomErrorResponses"))
    website = bucket is not None and "WebsiteConfiguration" in bucket.properties
    named = any(_is_of_a_site(alias) for alias in distribution.aliases)
    evidence = pages or website or named or distribution.serves_both
    return default.goes_to(Kind.BUCKET) and evidence and not may_rewrite(default, graph)


def _is_of_a_site(alias: str) -> bool:
    """The name is none of those that are given to a store of files; of one that is filled in, its parameter tells."""
    below_the_domain = ".".join(alias.split(".")[:-2]) if known(alias) else alias
    named = known(alias) or _SITES.search(alias) is not None
    return named and not _ASSETS.search(below_the_domain)


def may_rewrite(behavior: Behavior, graph: Graph) -> bool:
    """Code at the edge may give the request another path: all but a CloudFront Function whose code shows none."""
    if "LambdaFunctionAssociations" in behavior.body:
        return True
    arns = [one.get("FunctionARN") for one in behavior.body.objects("FunctionAssociations")]
    codes = [graph.named(arn, "AWS::CloudFront::Function") for arn in arns]
    unread = "FunctionAssociations" in behavior.body and not arns
    return unread or any(code is None or "index" in code.properties.text("FunctionCode") for code in codes)


@rule(
    "I9142",
    "Directories show no page",
    symptom="/blog/ answers 403: S3 behind CloudFront knows no index.html of a directory.",
    fix="Associate a CloudFront Function with viewer-request that appends index.html.",
    source=f"{_GUIDE}/example_cloudfront_functions_url_rewrite_single_page_apps_section.html",
)
def directory_index(graph: Graph) -> Iterator[Place]:
    """Informational: a template does not say whether the site has directories."""
    for distribution in graph.distributions:
        default, pages = distribution.default, list(distribution.config.objects("CustomErrorResponses"))
        single_page = any(page.number("ResponseCode") == 200 for page in pages)
        if (
            default.goes_to(Kind.BUCKET)
            and "DefaultRootObject" in distribution.config
            and not single_page
            and not may_rewrite(default, graph)
        ):
            yield at(default.body)


@rule(
    "W9143",
    "The page for 404 is never shown",
    symptom="A missing file answers 403: without s3:ListBucket S3 does not tell that it is missing.",
    fix="Configure ErrorCode 403 as well, or allow CloudFront s3:ListBucket on the bucket.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
)
def missing_is_forbidden(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        bucket = graph.bucket(distribution.default.origin)
        responses = {page.number("ErrorCode"): page for page in distribution.config.objects("CustomErrorResponses")}
        page = responses.get(404)
        clear = bucket is not None and readable(bucket, graph.resources)
        private = clear and bucket and visitors(bucket, graph.resources) and not _lists(bucket, graph)
        if page is not None and page.get("ResponsePagePath") and 403 not in responses and private:
            yield at(page, "ErrorCode")


def _lists(bucket: Resource, graph: Graph) -> bool:
    documents = (policy.properties.get("PolicyDocument") for policy in policies(bucket, graph.resources))
    found = (one for document in documents for one in statements(document) if one.performs("s3:ListBucket"))
    return any(not all(name.endswith("/*") for name in one.resources) for one in found)


@rule(
    "E9146",
    "The bucket for access logs takes no ACL",
    symptom="The deployment fails: the S3 bucket that you specified for CloudFront logs does not enable ACL access; "
    "or, for a bare name: the parameter Logging Bucket does not refer to a valid S3 bucket.",
    fix="Set OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerPreferred}]} of the log bucket, and name it by "
    "!GetAtt X.DomainName.",
    source=f"{_GUIDE}/standard-logging-legacy-s3.html",
)
def log_bucket(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        logging = distribution.config.object("Logging")
        bucket = graph.named(logging.get("Bucket"), "AWS::S3::Bucket")
        if bucket and logging.get("Bucket") in (
            f"${{{bucket.id}}}",
            f"arn:{graph.scope.partition}:s3:::${{{bucket.id}}}",
        ):
            yield at(logging, "Bucket")
        if bucket is None or bucket.properties.unknown("OwnershipControls") or "AccessControl" in bucket.properties:
            continue
        controls = bucket.properties.object("OwnershipControls")
        owners = {rule.text("ObjectOwnership") for rule in controls.objects("Rules")}
        clear = not controls.unknown("Rules") and all(map(known, owners))
        if clear and not owners & {"BucketOwnerPreferred", "ObjectWriter"}:
            yield at(logging, "Bucket")


@rule(
    "I9147",
    "Old versions of files are kept forever",
    symptom="Storage grows with every deployment, and the bucket cannot be deleted while versions are in it.",
    fix="Add a LifecycleConfiguration with NoncurrentVersionExpiration.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html",
)
def versions_kept(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost."""
    for bucket in graph.website_buckets:
        versioning = bucket.properties.object("VersioningConfiguration")
        rules = bucket.properties.object("LifecycleConfiguration").objects("Rules")
        expires = any(any(key.startswith("NoncurrentVersionExpiration") for key in rule) for rule in rules)
        if versioning.get("Status") == "Enabled" and not expires:
            yield at(versioning, "Status")


@rule(
    "E9148",
    "The CloudFront Function is not published",
    symptom="The deployment fails: the function does not exist in the LIVE stage.",
    fix="Set AutoPublish: true.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-function.html",
)
def function_not_live(graph: Graph) -> Iterator[Place]:
    used = (
        graph.named(association.get("FunctionARN"), "AWS::CloudFront::Function")
        for _, behavior in graph.behaviors()
        for association in behavior.body.objects("FunctionAssociations")
    )
    for function in {found.id: found for found in used if found}.values():
        if not function.properties.unknown("AutoPublish") and not function.properties.flag("AutoPublish"):
            yield at(function.properties, "AutoPublish")


@rule(
    "E9149",
    "The functions at the edge exclude one another",
    symptom="The deployment fails: InvalidFunctionAssociation.",
    fix="One function for each event; CloudFront Functions run on viewer-request and viewer-response only, and not "
    "together with Lambda@Edge on viewer events.",
    source=f"{_GUIDE}/edge-function-restrictions-all.html",
)
def function_event(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        seen: set[str] = set()
        for association in behavior.body.objects("FunctionAssociations"):
            event = association.text("EventType")
            if event.startswith("origin-") or event in seen:
                yield at(association, "EventType")
            seen.add(event)
        for association in behavior.body.objects("LambdaFunctionAssociations"):
            event = association.text("EventType")
            if event in seen or (seen and event.startswith("viewer-")):
                yield at(association, "EventType")


@rule(
    "E9150",
    "The function cannot run as Lambda@Edge",
    symptom="The deployment fails: InvalidLambdaFunctionAssociation.",
    fix="Use a numbered version of an x86_64 zip function (Node.js or Python) in us-east-1, of 30 seconds at most (of "
    "5 seconds and 128 MB for viewer events), without environment variables, VPC, layers or dead-letter queue, whose "
    "role also trusts edgelambda.amazonaws.com.",
    source=f"{_GUIDE}/lambda-at-edge-function-restrictions.html",
)
def edge_lambda(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        for association in behavior.body.objects("LambdaFunctionAssociations"):
            arn = association.text("LambdaFunctionARN")
            region, version = _parts(arn)
            unversioned = graph.named(arn, "AWS::Lambda::Alias") or _whole_function(arn, graph)
            named = bool(region) and known(version) and not version.isdigit()  # an alias, $LATEST, or none
            if (region and region != "us-east-1") or named or unversioned:
                yield at(association, "LambdaFunctionARN")
            yield from _restrictions(arn, association.text("EventType"), graph)
            if association.flag("IncludeBody") and association.text("EventType").endswith("-response"):
                yield at(association, "IncludeBody", association.text("EventType"))


def _parts(arn: str) -> tuple[str, str]:
    """Region and qualifier of a literal function ARN; the qualifier is a number, or there is none that counts."""
    match = re.fullmatch(r"arn:aws:lambda:([a-z0-9-]+):(?:\d+|\$\{AWS::AccountId\}):function:[\w-]+:?(.*)", arn)
    return (match[1], match[2]) if match else ("", "")


def _whole_function(arn: str, graph: Graph) -> bool:
    """The ARN of a function of this template, without a version, or with SAM's alias."""
    named = re.fullmatch(r"(?:arn:[^$]*:lambda:.*:function:)?\$\{(\w+)(\.Alias)?\}", arn)
    return named is not None and named[1] in graph.functions


def _restrictions(arn: str, event: str, graph: Graph) -> Iterator[Place]:
    function = graph.functions.get(function_named(arn, graph.resources))
    if function is None:
        return
    yield from (at(function.properties, key, value) for key, value in _not_at_the_edge(function))
    for key, most in _VIEWER.items() if event.startswith("viewer-") else ():
        if most < (function.properties.number(key) or 0) <= (_EDGE_SECONDS if key == "Timeout" else 10_240):
            yield at(function.properties, key, f"{function.properties.number(key)}; at most {most} on {event}")
    role = graph.named(function.properties.get("Role"), "AWS::IAM::Role")
    if role and not trusts(role, "edgelambda", graph.resources):
        yield at(role.properties, "AssumeRolePolicyDocument", "without edgelambda.amazonaws.com")
    if graph.region != "us-east-1":
        yield at(Object(function.properties.path, function.id), value=graph.region)


def _not_at_the_edge(function: Function) -> Iterator[tuple[str, str | None]]:
    """Properties that the edge does not take, each with what to show of it."""
    properties = function.properties
    if function.is_image:
        yield "PackageType", None
    if "arm64" in properties.texts("Architectures"):
        yield "Architectures", "arm64"
    yield from ((key, key) for key in _NO_EDGE_PROPERTIES if properties.get(key))
    if function.variables:
        yield "Environment", "Environment"
    if (properties.object("EphemeralStorage").number("Size") or 512) > 512:
        yield "EphemeralStorage", "EphemeralStorage"
    if (properties.number("Timeout") or 0) > _EDGE_SECONDS:
        yield "Timeout", None
    if properties.text("Runtime").startswith(_NO_EDGE_RUNTIMES):
        yield "Runtime", None
