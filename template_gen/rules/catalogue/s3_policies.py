"""What bucket policies forbid and allow beside reading: a Deny that shuts CloudFront out, visitors who may write."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Behavior, Graph, Kind, Object, Resource
from template_gen.rules.graph.bucket import CLOUDFRONT, names_objects, policies, readable, visitors
from template_gen.rules.graph.cdn import WRITING
from template_gen.rules.graph.function import Statement, statements
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_OAC: Final = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"
)
_S3: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
# Conditions that say where a request comes from: CloudFront's come from AWS.
_NETWORK: Final = frozenset({"aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
# What says that services of AWS are excepted.
_EXCEPTS_SERVICES: Final = frozenset(
    {"aws:principalisawsservice", "aws:viaawsservice", "aws:principalservicename", "aws:principalarn", "aws:sourcearn"}
)


def _statements(graph: Graph) -> Iterator[tuple[Resource, Statement]]:
    """The statements on the buckets that a distribution reads, signed or as a website."""
    for bucket in graph.website_buckets:
        for policy in policies(bucket, graph.resources) if readable(bucket, graph.resources) else ():
            yield from ((bucket, found) for found in statements(policy.properties.get("PolicyDocument")))


def _tests(statement: Statement) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Operator, key in lower case and values of every condition."""
    for operator, tests in statement.body.object("Condition").items():
        for key in tests if isinstance(tests, Object) else ():
            yield operator, key.lower(), tuple(str(value).lower() for value in _values(tests, key))


def _values(tests: Object, key: str) -> list[object]:
    value = tests.get(key)
    return value if isinstance(value, list) else [value]


@rule(
    "E9299",
    "A Deny of the bucket policy shuts CloudFront out",
    symptom="Every file answers 403 AccessDenied, whatever else is allowed.",
    fix='To ask for TLS write Bool: {aws:SecureTransport: "false"}; except CloudFront from any other Deny by '
    "StringNotEquals: {AWS:SourceArn: !Sub arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}}.",
    source=_OAC,
)
def denied_to_cloudfront(graph: Graph) -> Iterator[Place]:
    """CloudFront comes by TLS, from no address and no VPC of yours, and as a service, which NotPrincipal may forget."""
    for bucket, found in _statements(graph):
        reads = found.performs("s3:GetObject") and any(
            names_objects(name, bucket, graph.resources) for name in found.resources
        )
        if found.body.get("Effect") == "Deny" and reads and _shuts_out(found):
            yield at(found.body, "Condition" if "Condition" in found.body else "NotPrincipal")


def _shuts_out(statement: Statement) -> bool:
    excepted = statement.body.get("NotPrincipal")
    if isinstance(excepted, Object):
        people = excepted.keys() <= {"AWS"} and not any("CloudFront" in name for name in excepted.texts("AWS"))
        return people and "Condition" not in statement.body
    tests = list(_tests(statement))
    keys = {key for _, key, _ in tests}
    if "*" not in statement.principals("AWS") or keys & _EXCEPTS_SERVICES:
        return False
    by_tls = [("Bool" in operator and values == ("true",)) for operator, key, values in tests if "transport" in key]
    from_elsewhere = bool(keys) and keys <= _NETWORK and all("Not" in operator for operator, _, _ in tests)
    return (bool(by_tls) and all(by_tls) and len(tests) == 1) or from_elsewhere


@rule(
    "E9300",
    "The bucket policy asks of CloudFront what its requests do not have",
    symptom="Every file answers 403 AccessDenied.",
    fix="Set Condition: {StringEquals: {AWS:SourceArn: !Sub "
    "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}}}, and nothing else.",
    source=_OAC,
)
def unmet_condition(graph: Graph) -> Iterator[Place]:
    """Only where no other statement lets CloudFront read the bucket. Also for StringNotEquals of its own ARN."""
    for bucket in graph.website_buckets:
        allowing = [
            found for one, found in _statements(graph)
            if one is bucket and found.allows and found.performs("s3:GetObject")
        ]  # fmt: skip
        served = [found for found in allowing if CLOUDFRONT in found.principals("Service")]
        unmet = [found for found in served if any(_never(operator, key) for operator, key, _ in _tests(found))]
        if unmet and len(unmet) == len(allowing):
            yield at(unmet[0].body, "Condition", next(key for op, key, _ in _tests(unmet[0]) if _never(op, key)))


def _never(operator: str, key: str) -> bool:
    negated = "Not" in operator and key in ("aws:sourcearn", "aws:sourceaccount")
    if_there = operator.endswith("IfExists") or operator == "Null"
    exact = key in ("aws:sourcearn", "aws:sourceaccount", "aws:securetransport")
    other = key.startswith("aws:") and not exact and key not in ("aws:sourceorgid", "aws:sourceorgpaths")
    return not if_there and (negated or (other and not key.startswith(("aws:requested", "aws:current", "aws:epoch"))))


@rule(
    "W9324",
    "Visitors may write to the bucket",
    symptom="Whoever sends PUT or DELETE through CloudFront changes the site: CloudFront signs every request.",
    fix="Set AllowedMethods: [GET, HEAD] in the bucket's behaviors, and allow s3:GetObject only.",
    source=_OAC,
)
def visitors_write(graph: Graph) -> Iterator[Place]:
    """Where code at the edge sees the request first, it may ask who the visitor is; so may signed URLs."""
    for _, behavior in graph.behaviors(Kind.BUCKET):
        bucket = graph.bucket(behavior.origin)
        guarded = behavior.runs_code or behavior.body.keys() & {"TrustedKeyGroups", "TrustedSigners"}
        for one, found in _statements(graph) if WRITING & (behavior.methods or frozenset()) and not guarded else ():
            written = found.performs("s3:PutObject") or found.performs("s3:DeleteObject")
            if one is bucket and found.allows and written and CLOUDFRONT in found.principals("Service"):
                yield at(found.body, "Action", ", ".join(found.actions))


@rule(
    "W9325",
    "Everybody may write to the bucket",
    symptom="Anybody can replace or delete its files, or fill it at your cost.",
    fix="Allow everybody s3:GetObject at most; let a function give out presigned URLs for uploads.",
    source=f"{_S3}/access-control-block-public-access.html",
)
def everybody_writes(graph: Graph) -> Iterator[Place]:
    for policy in graph.of("AWS::S3::BucketPolicy"):
        for found in statements(policy.properties.get("PolicyDocument")):
            written = found.performs("s3:PutObject") or found.performs("s3:DeleteObject")
            everybody = "*" in (*found.principals("AWS"), *found.principals("Service"))
            if found.allows and written and everybody and "Condition" not in found.body:
                yield at(found.body, "Action", ", ".join(found.actions))


@rule(
    "E9131",
    "The bucket policy does not name the bucket's objects",
    symptom="Every file answers 403 AccessDenied, because s3:GetObject acts on objects; or the deployment fails, where "
    "Resource is no ARN of this bucket: Policy has invalid resource.",
    fix="Set Resource: !Sub ${Bucket.Arn}/*, with your bucket's logical id.",
    source=_OAC,
)
def policy_resource(graph: Graph) -> Iterator[Place]:
    for bucket in graph.website_buckets:
        reading = visitors(bucket, graph.resources) if readable(bucket, graph.resources) else []
        meant = {name for one in reading for name in one.resources if names_objects(name, bucket, graph.resources)}
        served = any(_served(name, bucket, graph) for name in meant)
        for one in reading:
            if one.resources and not (served and meant.intersection(one.resources)):
                yield at(one.body, "Resource", ", ".join(one.resources))


def _served(arn: str, bucket: Resource, graph: Graph) -> bool:
    """The objects named are such as a behavior asks for, as far as one can tell: a folder may be the origin's own, or
    that of a path pattern."""
    folder = arn.partition(":::")[2].partition("/")[2].partition("*")[0]
    users = [found for _, found in graph.behaviors() if found.origin and graph.bucket(found.origin) == bucket]
    asked = [f"{user.origin.body.text('OriginPath')}/{(user.pattern or '').lstrip('/')}".lstrip("/") for user in users
             if user.origin]  # fmt: skip
    rewritten = any(_may_lead_to(folder, user, graph) for user in users)
    clear = known(folder) and all(map(known, asked)) and not rewritten
    return not (folder and clear and users) or any(_meet(folder, path) for path in asked if path)


def _may_lead_to(folder: str, behavior: Behavior, graph: Graph) -> bool:
    """Code at the edge may put the folder before the path: all but a CloudFront Function that does not name it."""
    arns = [one.get("FunctionARN") for one in behavior.body.objects("FunctionAssociations")]
    codes = [graph.named(arn, "AWS::CloudFront::Function") for arn in arns]
    unread = behavior.runs_code and not arns
    return unread or any(one is None or folder.strip("/") in one.properties.text("FunctionCode") for one in codes)


def _meet(folder: str, path: str) -> bool:
    literal = path.partition("*")[0]
    return literal.startswith(folder) or folder.startswith(literal)
